"""Silent nodes: marked, tainted, emptied (nodelifecycle/node_lifecycle_controller_test.go, tainteviction, 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.controllers import node_taints
from seatrial.cluster.controllers.node_lifecycle import GRACE_PERIOD, MONITOR_PERIOD
from seatrial.model.objects import Object, condition_of, evolve
from tests.cluster.controllers.stage import Stage, template, workload

UNREACHABLE = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}


def staged(nodes: int = 2, seconds: int | None = None, zones: tuple[str, ...] = (), **spec: Any) -> Stage:
    """Pods that tolerate an unreachable node for so long."""
    pod = template()
    if seconds is not None:
        pod["spec"]["tolerations"] = [{**UNREACHABLE, "tolerationSeconds": seconds}]
    stage = Stage(nodes, zones=zones)
    stage.apply(workload("Deployment", pod=pod, replicas=nodes, **spec))
    stage.run(10)
    return stage


def ready(stage: Stage, name: str = "node-0") -> str:
    found = stage.store.get("Node", "", name)
    condition = condition_of(found, "Ready") if found is not None else None
    assert condition is not None
    return str(condition["status"])


def keys(stage: Stage, name: str = "node-0") -> set[tuple[str, str]]:
    found = stage.store.get("Node", "", name)
    assert found is not None
    return {(t["key"].rpartition("/")[2], t["effect"]) for t in found.spec.get("taints") or ()}


def test_a_node_is_unknown_after_the_grace_period() -> None:
    """TestMonitorNodeHealthUpdateStatus: 40 to 50 s since the last heartbeat are forgiven, two looks more are not."""
    stage = staged()
    stage.kubelets.take_down("node-0")
    stage.run(GRACE_PERIOD - 10 - 1)
    assert ready(stage) == "True"
    stage.run(10 + 2 * MONITOR_PERIOD + 2)
    assert ready(stage) == "Unknown"
    assert keys(stage) == {("unreachable", "NoSchedule"), ("unreachable", "NoExecute")}
    assert ready(stage, "node-1") == "True"
    assert stage.ready() == 1


@pytest.mark.parametrize(("seconds", "gone"), [(0, True), (20, True), (60, False)])
def test_pods_stay_for_as_long_as_they_tolerate(seconds: int, gone: bool) -> None:
    stage = staged(seconds=seconds)
    stage.kubelets.take_down("node-0")
    stage.run(95)
    silent = [p for p in stage.pods() if p.spec["nodeName"] == "node-0"]
    assert [p.deleting for p in silent] == [gone]
    if gone:
        target = condition_of(silent[0], "DisruptionTarget")
        assert target is not None
        assert target["reason"] == "DeletionByTaintManager"


def test_pods_of_a_silent_node_go_after_five_minutes_by_default() -> None:
    stage = staged()
    stage.kubelets.take_down("node-0")
    stage.run(80)
    assert not any(p.deleting for p in stage.pods())
    stage.run(320)
    assert {p.spec["nodeName"] for p in stage.alive()} == {"node-1"}


def test_a_node_that_is_back_in_time_keeps_its_pods() -> None:
    stage = staged(seconds=60)
    stage.kubelets.take_down("node-0")
    before = {p.uid for p in stage.pods()}
    stage.run(80)
    assert ready(stage) == "Unknown"
    stage.kubelets.bring_up("node-0")
    stage.run(120)
    assert (ready(stage), keys(stage)) == ("True", set())
    assert {p.uid for p in stage.pods()} == before
    assert stage.ready() == 2


def test_a_node_that_is_back_late_loses_the_pods_that_were_deleted() -> None:
    stage = staged(seconds=10)
    stage.kubelets.take_down("node-0")
    stage.run(100)
    assert len(stage.pods()) == 3
    stage.kubelets.bring_up("node-0")
    stage.run(5)
    assert len(stage.pods()) == stage.ready() == 2


def test_nodes_of_a_zone_are_emptied_one_after_another() -> None:
    """TestMonitorNodeHealthEvictPodsWithDisruption: one node in ten seconds, as long as most of the zone is well."""
    stage = staged(5, seconds=0, zones=("a",))
    for name in ("node-0", "node-1"):
        stage.kubelets.take_down(name)
    moments: dict[str, float] = {}
    for _ in range(200):
        stage.run(0.5)
        for pod in stage.pods():
            if pod.deleting:
                moments.setdefault(pod.spec["nodeName"], stage.cluster.clock.now)
    first, second = sorted(moments.values())
    assert second - first == pytest.approx(10, abs=1)


def test_nothing_is_emptied_when_everything_is_silent() -> None:
    stage = staged(3, seconds=60)
    for i in range(3):
        stage.kubelets.take_down(f"node-{i}")
    stage.run(200)
    assert not any(p.deleting for p in stage.pods())


@pytest.mark.parametrize(
    ("conditions", "unschedulable", "want"),
    [
        ({"Ready": "True"}, False, set()), ({"Ready": "False"}, False, {"not-ready"}),
        ({"Ready": "Unknown"}, False, {"unreachable"}), ({"Ready": "True"}, True, {"unschedulable"}),
        (
            {"Ready": "True", "DiskPressure": "True", "MemoryPressure": "True"}, False,
            {"disk-pressure", "memory-pressure"},
        ),
        ({"Ready": "True", "PIDPressure": "Unknown"}, False, set()),
        ({"Ready": "True", "NetworkUnavailable": "True"}, False, {"network-unavailable"}),
    ],
)  # fmt: skip
def test_conditions_become_taints(conditions: dict[str, str], unschedulable: bool, want: set[str]) -> None:
    """TestTaintsNodeByCondition."""
    told = [{"type": kind, "status": status} for kind, status in conditions.items()]
    node = Object(kind="Node", spec={"unschedulable": unschedulable}, status={"conditions": told})
    assert {t["key"].rpartition("/")[2] for t in node_taints.no_schedule(node)} == want


@pytest.mark.parametrize(
    ("tolerations", "left"),
    [
        ([], 0), ([{"operator": "Exists"}], 1), ([{"key": "gpu", "operator": "Exists"}], 1),
        ([{"key": "gpu", "value": "a", "effect": "NoExecute"}], 1), ([{"key": "gpu", "value": "b"}], 0),
        ([{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}], 0),
        ([{"key": "gpu", "operator": "Exists", "tolerationSeconds": 5}], 0),
        ([{"key": "gpu", "operator": "Exists", "tolerationSeconds": 50}], 1),
    ],
)  # fmt: skip
def test_a_taint_by_hand_drives_pods_away(tolerations: list[dict[str, Any]], left: int) -> None:
    """TestCreateNode, TestUpdateNode in taint_eviction_test.go."""
    pod = template()
    pod["spec"]["tolerations"] = tolerations
    stage = Stage(1)
    stage.apply(Object(apiVersion="v1", kind="Pod", metadata={"name": "p", "namespace": "default"}, spec=pod["spec"]))
    stage.run(5)
    node = stage.store.get("Node", "", "node-0")
    assert node is not None
    taint = {"key": "gpu", "value": "a", "effect": "NoExecute"}
    stage.api.update(evolve(node, spec={**node.spec, "taints": [taint]}))
    stage.run(20)
    assert len(stage.pods()) == left


def test_a_pod_stays_when_the_taint_goes_in_time() -> None:
    """TestUpdateNodeWithMultipleTaints: its deletion is taken back, and an event tells so."""
    stage = staged(1, seconds=30)
    node = stage.store.get("Node", "", "node-0")
    assert node is not None
    # The node itself is well: its controller takes the taint away again.
    stage.api.update(evolve(node, spec={**node.spec, "taints": [{"key": UNREACHABLE["key"], "effect": "NoExecute"}]}))
    stage.run(40)
    assert keys(stage) == set()
    assert not any(p.deleting for p in stage.pods())
    assert "TaintManagerEviction" in stage.reasons("Pod")
