"""Kubelets as a whole: order of a start, conditions, crashes and cuts, forks, heartbeats."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.model.objects import Object, evolve, seconds_of
from tests.cluster.kubelet.stage import NAMESPACE, Stage, container, node, pod, probe


def test_a_pod_starts_and_is_ready() -> None:
    stage = Stage().run(2.0, pod())
    status = stage.pod().status
    assert status["phase"] == "Running"
    kinds = ("PodScheduled", "Initialized", "PodReadyToStartContainers", "ContainersReady", "Ready")
    assert {stage.condition(kind) for kind in kinds} == {"True"}
    assert status["podIP"]
    assert stage.kubelets.processes(NAMESPACE, "cart") == ["app"]


def test_init_containers_and_sidecars_start_in_order() -> None:
    scripts = {"first": {"exitAfter": 2}, "second": {"exitAfter": 3}, "side": {"checks": {"up": {"ok": [[3, None]]}}}}
    side = container("side", restartPolicy="Always", startupProbe=probe("up", periodSeconds=1, failureThreshold=9))
    stage = Stage().run(30.0, pod(scripts=scripts, initContainers=[container("first"), side, container("second")]))
    starts = [stage.times("started", name)[0] for name in ("first", "side", "second", "app")]
    assert starts == sorted(starts)
    assert starts[2] - starts[1] == pytest.approx(3.5, abs=1)


@pytest.mark.parametrize(
    ("hook", "starts"), [({"seconds": 4}, 1), ({"seconds": 1, "code": 3}, 3)], ids=["slow", "failing"]
)
def test_poststart_holds_the_status_back(hook: dict[str, Any], starts: int) -> None:
    lifecycle = {"postStart": {"exec": {"command": ["hello"]}}}
    stage = Stage().run(
        2.5, pod(scripts={"app": {"hooks": {"hello": hook}}}, containers=[container(lifecycle=lifecycle)])
    )
    assert "waiting" in stage.container()["state"]
    stage.run(20.0)
    assert len(stage.times("started")) == starts


@pytest.mark.parametrize(
    ("policy", "message"), [("File", None), ("FallbackToLogsOnError", "one\ntwo\n")], ids=["file", "logs"]
)
def test_termination_messages(policy: str, message: str | None) -> None:
    scripts = {"app": {"exitAfter": 1, "exitCode": 1, "logs": ["one", "two"]}}
    made = pod(scripts=scripts, restartPolicy="Never", containers=[container(terminationMessagePolicy=policy)])
    stage = Stage().run(5.0, made)
    assert stage.container()["state"]["terminated"].get("message") == message


def test_readiness_gates_are_others_to_open() -> None:
    stage = Stage().run(5.0, pod(readinessGates=[{"conditionType": "example.com/one"}]))
    assert (stage.condition("ContainersReady"), stage.condition("Ready")) == ("True", "False")
    found = stage.pod()
    gate = {"type": "example.com/one", "status": "True"}
    stage.cluster.api.update_status(found, {**found.status, "conditions": [*found.status["conditions"], gate]})
    stage.run(6.0)
    assert stage.condition("Ready") == "True"


def test_another_image_restarts_the_container() -> None:
    stage = Stage().run(5.0, pod())
    found = stage.pod()
    spec = {**found.spec, "containers": [{**found.spec["containers"][0], "image": "present/app:2"}]}
    stage.cluster.api.update(evolve(found, spec=spec))
    stage.run(10.0)
    assert stage.container()["restartCount"] == 1


def test_what_the_observer_hears_is_the_truth() -> None:
    stage = Stage().run(5.0, pod(scripts={"app": {"exitAfter": 3, "exitCode": 1}}))
    assert stage.observed[:2] == [("started", "app", 0.0), ("ended", "app", 3.0)]


class TestLostNodes:
    def test_power_loss_ends_processes_and_says_nothing(self) -> None:
        stage = Stage().run(100.0, pod())
        stage.kubelets.crash("node-1")
        stage.run(200.0)
        assert stage.kubelets.processes(NAMESPACE, "cart") == []
        assert stage.observed[-1] == ("ended", "app", 100.0)
        assert stage.condition("Ready") == "True"

    def test_a_node_that_comes_back_starts_its_pods_again(self) -> None:
        """In a new sandbox, init containers first; the runs before are found dead."""
        scripts = {"init": {"exitAfter": 2}}
        stage = Stage().run(100.0, pod(scripts=scripts, initContainers=[container("init")]))
        stage.kubelets.crash("node-1")
        stage.run(150.0)
        stage.kubelets.recover("node-1")
        stage.run(160.0)
        assert [stage.container(name)["restartCount"] for name in ("init", "app")] == [1, 1]
        assert stage.container()["lastState"]["terminated"]["exitCode"] == 255
        assert stage.times("started", "app")[1] > stage.times("started", "init")[1] + 2
        assert "SandboxChanged" in stage.reasons()
        assert stage.condition("Ready") == "True"

    def test_a_cut_node_runs_on_and_tells_later(self) -> None:
        stage = Stage().run(50.0, pod(scripts={"app": {"runs": [{"exitAfter": 100, "exitCode": 1}, {}]}}))
        stage.kubelets.cut("node-1")
        stage.run(200.0)
        assert stage.container()["restartCount"] == 0
        assert stage.reasons().count("Started") == 1
        assert len(stage.times("started")) == 2
        stage.kubelets.recover("node-1")
        stage.run(201.0)
        assert stage.container()["restartCount"] == 1

    def test_a_pod_deleted_while_the_node_was_cut_is_ended_afterwards(self) -> None:
        stage = Stage().run(50.0, pod())
        stage.kubelets.cut("node-1")
        stage.delete(grace=0)
        stage.run(80.0)
        assert len(stage.times("ended")) == 0
        stage.kubelets.recover("node-1")
        stage.run(90.0)
        assert len(stage.times("ended")) == 1

    def test_heartbeats_stop_with_the_node(self) -> None:
        stage = Stage().run(105.0)
        before = stage.kubelets.last_heartbeat("node-1")
        assert before is not None
        assert 94 <= before <= 105
        stage.kubelets.crash("node-1")
        stage.run(300.0)
        assert stage.kubelets.last_heartbeat("node-1") == before
        lease = stage.cluster.store.get("Lease", "kube-node-lease", "node-1")
        assert lease is not None
        assert seconds_of(lease.spec["renewTime"]) == pytest.approx(before, abs=0.001)

    @pytest.mark.parametrize("lose", ["crash", "cut"])
    def test_a_node_that_was_given_up_says_that_it_is_ready(self, lose: str) -> None:
        stage = Stage().run(50.0)
        getattr(stage.kubelets, lose)("node-1")
        lost = stage.cluster.store.get("Node", "", "node-1")
        assert lost is not None
        unknown = [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]
        stage.cluster.api.update_status(lost, {**lost.status, "conditions": unknown})
        stage.run(200.0)
        stage.kubelets.recover("node-1")
        stage.run(211.0)
        back = stage.cluster.store.get("Node", "", "node-1")
        assert back is not None
        assert {c["type"]: c["status"] for c in back.status["conditions"]}["Ready"] == "True"
        assert stage.kubelets.last_heartbeat("node-1") is not None


class TestForks:
    def test_a_fork_goes_its_own_way(self) -> None:
        stage = Stage().run(60.0, pod(), pod("other"))
        fork = stage.cluster.fork()
        fork.api.delete(("Pod", NAMESPACE, "cart"))
        fork.run(30.0)
        assert fork.store.get("Pod", NAMESPACE, "cart") is None
        assert stage.condition("Ready") == "True"
        stage.delete("other")
        stage.run(90.0)
        assert stage.get("other") is None
        assert fork.store.get("Pod", NAMESPACE, "other") is not None

    @pytest.mark.parametrize("moment", [0.003, 0.02, 1.5, 2.3, 7.0, 12.2, 20.1])
    def test_a_fork_at_any_moment_ends_as_the_original(self, moment: float) -> None:
        scripts = {"init": {"exitAfter": 1}, "app": {"exitAfter": 4, "exitCode": 1}}
        made = pod(scripts=scripts, initContainers=[container("init")], containers=[
            container(readinessProbe=probe("ready", periodSeconds=1)), container("b")
        ])  # fmt: skip
        stage = Stage().run(moment, made)
        fork = stage.cluster.fork()
        stage.run(60.0)
        fork.clock.run(60.0)
        assert fork.store.get("Pod", NAMESPACE, "cart") == stage.pod()

    def test_settled_pods_are_shared_and_cost_no_timers(self) -> None:
        stage = Stage(*(node(f"node-{i}") for i in range(1, 4)))
        live = container(livenessProbe=probe("live"), readinessProbe=probe("ready"))
        stage.run(60.0, *(pod(f"p{i}", nodeName=f"node-{i % 3 + 1}", containers=[live]) for i in range(9)))
        kubelet = stage.kubelets["node-1"]
        assert (len(kubelet.workers), len(kubelet.resting)) == (0, 3)
        copy = stage.cluster.fork().kubelets["node-1"]
        assert all(copy.resting[uid] is kubelet.resting[uid] for uid in kubelet.resting)


def test_addresses_are_unique() -> None:
    stage = Stage(*(node(f"node-{i}") for i in range(300)))
    stage.run(2.0, *(pod(f"p{i}", nodeName=f"node-{i % 300}") for i in range(600)))
    found = [one.status["podIP"] for one in stage.cluster.store.list("Pod")]
    assert len(set(found)) == 600


def test_equal_seeds_give_equal_runs() -> None:
    def outcome(seed: int) -> list[Object]:
        stage = Stage(seed=seed).run(300.0, pod(scripts={"app": {"exitAfter": 2, "exitCode": 1}}))
        return stage.cluster.store.list("Pod")

    assert outcome(3) == outcome(3)
    assert outcome(3) != outcome(4)


@pytest.mark.parametrize("milliseconds", range(1, 40, 2))
def test_no_delete_is_lost_between_a_status_and_the_next(milliseconds: int) -> None:
    """While the kubelet has not heard of it yet, its own writes show it the object with the deletion in it."""
    stage = Stage().run(milliseconds / 1000, pod(terminationGracePeriodSeconds=2))
    stage.delete()
    stage.run(20.0)
    assert stage.get() is None


def test_a_deadline_that_is_set_later_counts_too() -> None:
    stage = Stage().run(5.0, pod(activeDeadlineSeconds=500))
    found = stage.pod()
    stage.cluster.api.update(evolve(found, spec={**found.spec, "activeDeadlineSeconds": 20}))
    stage.run(19.0)
    assert stage.pod().status["phase"] == "Running"
    stage.run(23.0)
    assert (stage.pod().status["phase"], stage.pod().status["reason"]) == ("Failed", "DeadlineExceeded")


def test_what_a_running_pod_shows_for_a_moment_is_written() -> None:
    """A container that is restarted at once has ended in between; and CrashLoopBackOff flashes up before a start."""
    states: list[str] = []

    def watch(event: str, new: Object, old: Object | None) -> None:
        for status in new.status.get("containerStatuses") or ():
            state = status["state"]
            text = str((state.get("waiting") or state.get("terminated") or {"reason": "Running"})["reason"])
            if not states or states[-1] != text:
                states.append(text)

    stage = Stage()
    stage.cluster.store.watch("Pod", watch)
    stage.run(
        30.0, pod(scripts={"app": {"runs": [{"exitAfter": 2, "exitCode": 1}, {"exitAfter": 2, "exitCode": 1}, {}]}})
    )
    assert states[-6:] == ["Running", "Error", "Running", "Error", "CrashLoopBackOff", "Running"]


def test_the_runtime_keeps_one_dead_run_of_a_container() -> None:
    """A look after the second end shows only that one, so that it is the last state of itself once it waits no more."""
    crashes = {"runs": [{"exitAfter": 2, "exitCode": 3}, {"exitAfter": 2, "exitCode": 4}]}
    shown: list[Object] = []

    def watch(event: str, new: Object, old: Object | None) -> None:
        shown.append(new)

    stage = Stage()
    stage.cluster.store.watch("Pod", watch)
    both = [container(), container("other", readinessProbe=probe("up", periodSeconds=1))]
    scripts = {"app": crashes, "other": {"checks": {"up": {"ok": [[8.5, None]]}}, "term": {"after": 3}}}
    stage.run(10.0, pod(scripts=scripts, containers=both))  # what `other` does makes the kubelet look while `app` waits
    stage.delete()
    stage.run(20.0)
    app = next(s for s in shown[-1].status["containerStatuses"] if s["name"] == "app")
    assert (app["state"]["terminated"]["exitCode"], app["lastState"]["terminated"]["exitCode"]) == (4, 4)
