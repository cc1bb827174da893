"""Probes: pkg/kubelet/prober/worker_test.go, Kubernetes 1.36, restated, and what was recorded from Kubernetes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.kubelet.stage import Stage, container, pod, probe


def probed(checks: dict[str, Any], **probes: Any) -> Any:
    return pod(scripts={"app": {"checks": checks}}, containers=[container(**probes)])


def ready_times(stage: Stage, until: float, step: float = 0.5) -> list[tuple[float, str | None]]:
    """When Ready changed, looked at every half second."""
    changes: list[tuple[float, str | None]] = []
    time = step
    while time <= until:
        stage.run(time)
        state = stage.condition("Ready")
        if not changes or changes[-1][1] != state:
            changes.append((time, state))
        time += step
    return changes


def test_a_ready_container_is_ready_at_once() -> None:
    stage = Stage().run(0.5, probed({}, readinessProbe=probe("ready", periodSeconds=30)))
    assert stage.condition("Ready") == "True"


def test_the_initial_delay_holds_probes_back() -> None:
    """TestInitialDelay; it counts from the start cut to a whole second."""
    stage = Stage()
    stage.run(0.1, probed({}, readinessProbe=probe("ready", periodSeconds=1, initialDelaySeconds=5)))
    changes = ready_times(stage, 10)
    assert [state for _, state in changes] == ["False", "True"]
    assert 4.0 <= changes[-1][0] <= 6.5


def test_thresholds_count_in_a_row() -> None:
    """TestFailureThreshold and TestSuccessThreshold."""
    stage = Stage()
    checks = {"ready": {"ok": [[0, 10.5], [11.5, 20.5], [30.5, None]]}}
    stage.run(
        0.1, probed(checks, readinessProbe=probe("ready", periodSeconds=1, failureThreshold=3, successThreshold=2))
    )
    changes = ready_times(stage, 40)
    assert [state for _, state in changes][-3:] == ["True", "False", "True"]
    assert 22 <= changes[-2][0] <= 25  # the single failure at 11 s was not enough
    assert 31 <= changes[-1][0] <= 34


def test_a_startup_probe_holds_the_others_back() -> None:
    """TestStartupProbeDisabledByStarted, TestStartupProbeSuccessThreshold."""
    checks = {"up": {"ok": [[8, None]]}, "live": {"ok": [[8, None]]}}
    stage = Stage().run(
        6.0,
        probed(
            checks,
            startupProbe=probe("up", periodSeconds=2, failureThreshold=10),
            livenessProbe=probe("live", periodSeconds=1, failureThreshold=1),
            readinessProbe=probe("ready", periodSeconds=1),
        ),
    )
    assert not stage.container()["started"]
    stage.run(20.0)
    assert stage.container()["restartCount"] == 0
    assert stage.condition("Ready") == "True"


@pytest.mark.parametrize("kind", ["liveness", "startup"])
def test_failures_kill_in_the_second_of_the_last_one(kind: str) -> None:
    """TestOnHoldOnLivenessOrStartupCheckFailure: then the worker is on hold until there is a new container."""
    checks = {"check": {"ok": [[0, 5.5]] if kind == "liveness" else []}}
    fields = {f"{kind}Probe": probe("check", periodSeconds=2, failureThreshold=3)}
    stage = Stage().run(30.0, probed(checks, **fields))
    first = 10.0 if kind == "liveness" else 6.0
    assert stage.times("sigterm")[0] == pytest.approx(first, abs=0.2)
    assert stage.times("started")[1] == pytest.approx(first + 0.2, abs=0.2)


def test_a_probe_may_bring_its_own_grace_period() -> None:
    scripts = {"app": {"runs": [{"checks": {"live": {"ok": [[0, 5]]}}, "term": "ignore"}, {}]}}
    live = probe("live", periodSeconds=2, failureThreshold=1, terminationGracePeriodSeconds=4)
    stage = Stage().run(20.0, pod(scripts=scripts, containers=[container(livenessProbe=live)]))
    assert stage.times("ended")[0] - stage.times("sigterm")[0] == pytest.approx(4, abs=0.2)


def test_a_probe_without_an_answer_fails_after_its_timeout() -> None:
    stage = Stage()
    checks = {"ready": {"hang": [[9.5, None]]}}
    stage.run(
        30.0, probed(checks, readinessProbe=probe("ready", periodSeconds=3, timeoutSeconds=2, failureThreshold=1))
    )
    assert stage.condition("Ready") == "False"
    messages = [event["message"] for event in stage.cluster.store.list("Event")]
    assert 'Readiness probe failed: command timed out: "ready" timed out after 2s' in messages


@pytest.mark.parametrize(
    ("fields", "script", "message"),
    [
        (
            {"httpGet": {"path": "/x", "port": 80}},
            {"http": {"80": True}, "checks": {"x": {"ok": [], "httpCode": 500}}},
            "HTTP probe failed with statuscode: 500",
        ),
        ({"httpGet": {"path": "/x", "port": 81}}, {"http": {"80": True}}, "connect: connection refused"),
        ({"tcpSocket": {"port": 90}}, {}, "connect: connection refused"),
        (
            {"httpGet": {"path": "/x", "port": 80}, "timeoutSeconds": 1},
            {"http": {"80": True}, "checks": {"x": {"hang": [[0, None]]}}},
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
        ),
    ],
)
def test_why_a_probe_failed(fields: dict[str, Any], script: dict[str, Any], message: str) -> None:
    stage = Stage().run(
        5.0, pod(scripts={"app": script}, containers=[container(readinessProbe={"periodSeconds": 1, **fields})])
    )
    assert any(message in event["message"] for event in stage.cluster.store.list("Event"))
    assert stage.condition("Ready") == "False"


def test_redirects_on_the_same_host_are_followed() -> None:
    script = {"http": {"80": True}, "checks": {"a": {"ok": [], "httpCode": 302, "location": "/b"}, "b": {}}}
    get = {"httpGet": {"path": "/a", "port": 80}}
    stage = Stage().run(3.0, pod(scripts={"app": script}, containers=[container(readinessProbe=get)]))
    assert stage.condition("Ready") == "True"


@pytest.mark.parametrize(("handler", "ready"), [("exec", "True"), ("http", "False")])
def test_readiness_while_a_pod_is_deleted(handler: str, ready: str) -> None:
    """HTTP probes go on; exec probes end in an error each and change nothing (recorded from Kubernetes 1.36)."""
    script = {"http": {"80": True}, "checks": {"ready": {"ok": [[0, 12]]}}, "term": "ignore"}
    fields = probe("ready") if handler == "exec" else {"httpGet": {"path": "/ready", "port": 80}}
    readiness = {**fields, "periodSeconds": 2, "failureThreshold": 1}
    stage = Stage().run(10.0, pod(scripts={"app": script}, containers=[container(readinessProbe=readiness)]))
    stage.delete()
    stage.run(20.0)
    assert stage.condition("Ready") == ready


def test_good_answers_that_go_on_need_no_timers() -> None:
    stage = Stage().run(60.0, probed({}, livenessProbe=probe("live"), readinessProbe=probe("ready")))
    assert stage.cluster.clock.peek() > 250  # what is left is the events' end, not the pod's


def test_a_probe_follows_a_redirect_to_where_it_changes() -> None:
    checks = {"ready": {"ok": [], "httpCode": 302, "location": "/other"}, "other": {"ok": [[0, 13.5]]}}
    get = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 2, "failureThreshold": 1}
    script = {"app": {"http": {"8080": True}, "checks": checks}}
    stage = Stage().run(13.0, pod(scripts=script, containers=[container(readinessProbe=get)]))
    assert stage.condition("Ready") == "True"
    stage.run(17.0)
    assert stage.condition("Ready") == "False"


@pytest.mark.parametrize("kind", ["httpGet", "tcpSocket"])
def test_a_port_may_be_named(kind: str) -> None:
    app = container(ports=[{"name": "web", "containerPort": 8080}], readinessProbe={kind: {"port": "web"}})
    stage = Stage().run(15.0, pod(scripts={"app": {"http": {"8080": True}, "tcp": {"8080": "w"}}}, containers=[app]))
    assert stage.condition("Ready") == "True"


def test_a_run_counts_as_started_until_its_startup_probe_is_asked() -> None:
    """The status before says so (isContainerStarted); the worker sees the new run at its next tick."""
    checks = {"up": {"ok": [[0, None]]}, "live": {"ok": [[0, 11.5]]}}
    probes = {
        "startupProbe": probe("up", periodSeconds=8),
        "livenessProbe": probe("live", periodSeconds=3, failureThreshold=1),
    }
    stage = Stage().run(0.1, probed(checks, **probes))
    seen: list[tuple[int, bool]] = []
    for second in range(1, 20):
        stage.run(float(second))
        shown = (stage.container()["restartCount"], stage.container()["started"])
        if shown not in seen:
            seen.append(shown)
    assert seen == [(0, False), (0, True), (1, True), (1, False)]


def test_probes_of_sidecars_go_on_while_the_pod_ends() -> None:
    """StopLivenessAndStartup names the ordinary containers only; by HTTP they still reach the container."""
    get = {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 2, "failureThreshold": 1}
    side = container("side", restartPolicy="Always", livenessProbe=get)
    scripts = {"side": {"http": {"8080": True}, "checks": {"live": {"ok": [[0, 9]]}}}, "app": {"term": {"after": 10}}}
    stage = Stage().run(6.0, pod(scripts=scripts, initContainers=[side]))
    stage.delete()
    stage.run(12.0)
    assert "Unhealthy" in stage.reasons()
    assert len(stage.times("started", "side")) == 1


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        pytest.param({}, 0.1, id="no probe"),
        pytest.param({"readinessProbe": probe("ready", periodSeconds=1)}, 2.0, id="its container has ended for good"),
    ],
)
def test_a_pod_with_a_probe_of_a_container_that_has_ended_is_always_busy(fields: dict[str, Any], waits: float) -> None:
    """Its worker leaves, is made again at the next sync and asks for another: a delete waits for two lists."""
    scripts = {"app": {"exitAfter": 2, "exitCode": 0}, "other": {"term": {"after": 1}}}
    made = pod(scripts=scripts, restartPolicy="Never", containers=[container(**fields), container("other")])
    stage = Stage().run(10.0, made)
    stage.delete()
    stage.run(20.0)
    assert waits - 1 <= stage.times("sigterm", "other")[0] - 10.0 <= waits


def test_probes_leave_a_pod_that_has_failed_though_it_still_runs() -> None:
    """A deadline makes the status Failed at once, as the worker sees it; the API shows it when all have ended."""
    app = container(readinessProbe=probe("ready", periodSeconds=1))
    made = pod(scripts={"app": {"term": {"after": 8}}}, containers=[app], activeDeadlineSeconds=5)
    stage = Stage().run(12.0, made)
    assert stage.pod().status["phase"] == "Running"
    assert "Unhealthy" not in stage.reasons()
