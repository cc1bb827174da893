"""How pods end: kuberuntime_container_test.go, kuberuntime_termination_order_test.go, and recordings (1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.kubelet.stage import Stage, container, pod

HOOK = {"preStop": {"exec": {"command": ["bye"]}}}


def span(stage: Stage, name: str = "app") -> float:
    """Seconds from the pod's deletion at 5 s to the container's end."""
    return round(stage.times("ended", name)[0] - 5.0, 1)


def deleted(spec: dict[str, Any], scripts: dict[str, Any], grace: int | None = None) -> Stage:
    stage = Stage().run(5.0, pod(scripts=scripts, **spec))
    stage.delete(grace=grace)
    return stage.run(60.0)


@pytest.mark.parametrize(
    ("script", "fields", "grace", "seconds"),
    [
        pytest.param({"term": {"after": 3, "code": 0}}, {}, None, 3.0, id="it ends by itself"),
        pytest.param({"term": "ignore"}, {"terminationGracePeriodSeconds": 7}, None, 7.0, id="SIGKILL after the grace"),
        pytest.param({"term": "ignore"}, {}, 3, 3.0, id="the request's grace period"),
        pytest.param({"term": "ignore"}, {}, 1, 2.0, id="at least two seconds"),
        pytest.param({"term": "ignore"}, {}, 0, 2.0, id="also where the object is gone at once"),
        pytest.param(
            {"term": "ignore"}, {"terminationGracePeriodSeconds": 0}, None, 2.0, id="and with none of its own"
        ),
    ],
)
def test_the_grace_period(script: dict[str, Any], fields: dict[str, Any], grace: int | None, seconds: float) -> None:
    stage = deleted(fields, {"app": script}, grace)
    assert span(stage) == pytest.approx(seconds, abs=0.1)
    assert stage.get() is None
    kubelet = stage.kubelets["node-1"]
    assert [*kubelet.workers, *kubelet.resting, *kubelet.containers.sandboxes, *kubelet.pods] == []


@pytest.mark.parametrize(
    ("hook", "grace", "sigterm", "end"),
    [
        pytest.param(4, 20, 4.0, 6.0, id="preStop comes before SIGTERM"),
        pytest.param(30, 8, 8.0, 10.0, id="one that outlasts the grace period is abandoned, then there are 2 s"),
    ],
)
def test_prestop_eats_into_the_grace_period(hook: int, grace: int, sigterm: float, end: float) -> None:
    scripts = {"app": {"hooks": {"bye": {"seconds": hook}}, "term": {"after": 2, "code": 0}}}
    spec = {"containers": [container(lifecycle=HOOK)], "terminationGracePeriodSeconds": grace}
    stage = deleted(spec, scripts)
    assert stage.times("sigterm")[0] - 5.0 == pytest.approx(sigterm, abs=0.1)
    assert span(stage) == pytest.approx(end, abs=0.1)


def test_containers_end_side_by_side() -> None:
    scripts = {"a": {"term": {"after": 3}}, "b": {"term": {"after": 1}}}
    stage = deleted({"containers": [container("a"), container("b")]}, scripts)
    assert [span(stage, "a"), span(stage, "b")] == pytest.approx([3, 1], abs=0.1)


SIDECARS = [container("one", restartPolicy="Always"), container("two", restartPolicy="Always")]


def test_sidecars_end_after_the_rest_the_last_one_first() -> None:
    scripts = {"app": {"term": {"after": 3}}, "one": {"term": {"after": 1}}, "two": {"term": {"after": 2}}}
    stage = deleted({"initContainers": SIDECARS}, scripts)
    assert [span(stage, name) for name in ("app", "two", "one")] == pytest.approx([3, 5, 6], abs=0.1)


def test_sidecars_share_what_is_left() -> None:
    scripts = {"app": {"term": "ignore"}, "one": {"term": {"after": 1}}, "two": {"term": "ignore"}}
    stage = deleted({"initContainers": SIDECARS, "terminationGracePeriodSeconds": 5}, scripts)
    assert [span(stage, name) for name in ("app", "two", "one")] == pytest.approx([5, 7, 6], abs=0.1)


@pytest.mark.parametrize(("code", "phase"), [(0, "Succeeded"), (143, "Failed")])
def test_the_phase_tells_how_it_ended(code: int, phase: str) -> None:
    stage = Stage()
    made = pod(scripts={"app": {"term": {"after": 1, "code": code}}})
    made["metadata"]["finalizers"] = ["example.com/wait"]
    stage.run(5.0, made)
    stage.delete()
    stage.run(20.0)
    assert stage.pod().status["phase"] == phase
    assert stage.pod().metadata["deletionGracePeriodSeconds"] == 0


def test_a_second_shorter_deletion_changes_the_object_only() -> None:
    stage = Stage().run(5.0, pod(scripts={"app": {"term": "ignore"}}, terminationGracePeriodSeconds=25))
    stage.delete()
    stage.run(10.0)
    stage.delete(grace=4)
    assert stage.pod().metadata["deletionGracePeriodSeconds"] == 1
    stage.run(60.0)
    assert span(stage) == pytest.approx(25, abs=0.1)


def test_a_deadline_ends_a_pod_as_failed() -> None:
    stage = Stage().run(30.0, pod(activeDeadlineSeconds=12))
    assert stage.times("sigterm")[0] == pytest.approx(13, abs=1.5)
    status = stage.pod().status
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


def test_a_job_s_sidecar_ends_with_it() -> None:
    scripts = {"app": {"exitAfter": 8}, "side": {"term": {"after": 1.5}}}
    stage = Stage().run(
        20.0, pod(scripts=scripts, restartPolicy="Never", initContainers=[SIDECARS[0] | {"name": "side"}])
    )
    assert stage.pod().status["phase"] == "Succeeded"
    assert 8.0 <= stage.times("sigterm", "side")[0] <= 9.5


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        pytest.param(30, 10, 10, id="shorter"),
        pytest.param(30, 3, 1, id="over already: one second"),
        pytest.param(30, 2, 1, id="long over"),
        pytest.param(30, 40, 30, id="never longer"),
        pytest.param(30, None, 30, id="nothing said: nothing changes"),
    ],
)
def test_a_second_delete_may_only_shorten(first: int, second: int | None, shown: int) -> None:
    """rest.BeforeDelete; the deletion's time has lost its fraction, so that three seconds after three are over."""
    stage = Stage().run(5.0, pod(scripts={"app": {"term": "ignore"}}))
    stage.delete(grace=first)
    stage.run(8.0)
    stage.delete(grace=second)
    assert stage.pod().metadata["deletionGracePeriodSeconds"] == shown
    stage.run(60.0)
    assert span(stage) == pytest.approx(30, abs=0.1)  # what runs already keeps its time


def test_a_container_that_waits_behind_a_sidecar_which_never_started_is_not_called_lost() -> None:
    """hasPodInitialized: where a sidecar comes last, only one that has started counts."""
    side = container("side", restartPolicy="Always", lifecycle={"postStart": {"exec": {"command": ["hello"]}}})
    scripts = {"side": {"hooks": {"hello": {"seconds": 1, "code": 1}}}}
    shown: list[Any] = []

    def watch(event: str, new: Any, old: Any) -> None:
        shown.append(new.status)

    stage = Stage()
    stage.cluster.store.watch("Pod", watch)
    stage.run(9.0, pod(scripts=scripts, initContainers=[side]))
    stage.delete()
    stage.run(30.0)
    assert stage.get() is None
    assert "waiting" in shown[-1]["containerStatuses"][0]["state"]
