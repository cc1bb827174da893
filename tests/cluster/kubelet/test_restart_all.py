"""Rule RestartAllContainers: kuberuntime_manager.go getContainersToReset, Kubernetes 1.36, and recordings."""

from __future__ import annotations

from typing import Any

from tests.cluster.kubelet.stage import Stage, container, pod


def rule(code: int) -> list[dict[str, Any]]:
    return [{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [code]}}]


def source(name: str = "app") -> dict[str, Any]:
    return container(name, restartPolicy="Never", restartPolicyRules=rule(88))


ENDS = {"runs": [{"exitAfter": 4, "exitCode": 88}, {}]}


def test_all_begin_again_one_after_the_other_the_init_containers_first() -> None:
    scripts = {"app": ENDS, "init": {"exitAfter": 1}, "other": {"term": "ignore"}, "side": {"term": {"after": 1}}}
    init = [container("init"), container("side", restartPolicy="Always")]
    stage = Stage().run(30.0, pod(scripts=scripts, initContainers=init, containers=[source(), container("other")]))
    names = ("init", "side", "app", "other")
    assert [stage.container(name)["restartCount"] for name in names] == [1, 1, 1, 1]
    ends = [stage.times("ended", name)[0] - stage.times("ended", "app")[0] for name in ("other", "side")]
    assert 2 <= ends[0] <= 3.1  # two seconds to end, after up to one until the kubelet looks
    assert 1 <= ends[1] - ends[0] <= 1.1  # one after the other, sidecars last
    starts = [stage.times("started", name)[1] for name in names]
    assert starts == sorted(starts)
    assert stage.container()["lastState"]["terminated"]["reason"] == "RestartingAllContainers"


def test_no_prestop_runs() -> None:
    hooked = container("other", lifecycle={"preStop": {"exec": {"command": ["bye"]}}})
    scripts = {"app": ENDS, "other": {"hooks": {"bye": {"seconds": 1}}, "term": {"after": 0.5}}}
    stage = Stage().run(30.0, pod(scripts=scripts, containers=[source(), hooked]))
    assert stage.times("ended", "other")[0] - stage.times("ended")[0] <= 1.5
    assert "FailedPreStopHook" not in stage.reasons()


def test_an_init_container_may_ask_for_it_though_nothing_else_runs_and_the_pod_never_restarts() -> None:
    scripts = {"init": {"runs": [{"exitAfter": 2, "exitCode": 88}, {"exitAfter": 1}]}}
    stage = Stage().run(20.0, pod(scripts=scripts, initContainers=[source("init")], restartPolicy="Never"))
    assert stage.pod().status["phase"] == "Running"
    assert stage.container("init")["restartCount"] == 1
