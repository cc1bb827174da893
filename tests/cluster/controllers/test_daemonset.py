"""DaemonSets: a pod on every node that fits, updates within their bounds (pkg/controller/daemon, Kubernetes 1.36)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.cluster.controllers.stage import Stage, node, template, workload


def staged(nodes: int = 3, **spec: Any) -> Stage:
    stage = Stage(nodes)
    stage.apply(workload("DaemonSet", "agent", **spec))
    stage.run(10)
    return stage


def places(stage: Stage) -> list[str]:
    return sorted(pod.spec["nodeName"] for pod in stage.alive())


def test_every_node_has_one() -> None:
    assert places(staged()) == ["node-0", "node-1", "node-2"]


def test_a_new_node_gets_one_and_a_cordoned_node_keeps_its_own() -> None:
    stage = staged()
    stage.kubelets.register(node("node-9"))
    found = stage.store.get("Node", "", "node-0")
    assert found is not None
    stage.api.update(type(found)({**found, "spec": {**found.spec, "unschedulable": True}}))
    stage.run(15)
    assert places(stage) == ["node-0", "node-1", "node-2", "node-9"]


def test_a_selector_leaves_nodes_out() -> None:
    pod = template("agent")
    pod["spec"]["nodeSelector"] = {"kubernetes.io/hostname": "node-1"}
    assert places(staged(pod=pod)) == ["node-1"]


@pytest.mark.parametrize(
    ("rolling", "least", "most"),
    [({"maxUnavailable": 1, "maxSurge": 0}, 2, 3), ({"maxUnavailable": 2, "maxSurge": 0}, 1, 3),
     ({"maxUnavailable": 0, "maxSurge": 1}, 3, 4)],
)  # fmt: skip
def test_an_update_keeps_within_its_bounds(rolling: dict[str, int], least: int, most: int) -> None:
    stage = staged(updateStrategy={"type": "RollingUpdate", "rollingUpdate": rolling})
    stage.change("DaemonSet", "agent", template=template("agent", image="img:2"))
    for _ in range(120):
        stage.run(0.5)
        assert stage.ready() >= least
        assert len(stage.alive()) <= most
    assert {pod.spec["containers"][0]["image"] for pod in stage.alive()} == {"img:2"}
    assert len(stage.alive()) == 3


def test_on_delete_updates_nothing_by_itself() -> None:
    stage = staged(updateStrategy={"type": "OnDelete"})
    stage.change("DaemonSet", "agent", template=template("agent", image="img:2"))
    stage.run(30)
    assert {pod.spec["containers"][0]["image"] for pod in stage.alive()} == {"img:1"}


def test_a_node_whose_pods_fail_gets_the_next_one_later_and_later() -> None:
    """Failed pods are taken away at once while the back-off of 1, 2, 4, 8 ... s since the last has passed."""
    stage = Stage(nodes=1)
    stage.apply(workload("DaemonSet", pod=template(ready_after="0.5", exit_after="4", exit_code="1")))
    made = []
    for _ in range(60):
        stage.run(1)
        made.append(len({e["message"] for e in stage.store.list("Event") if e["reason"] == "SuccessfulCreate"}))
    begins = [made.index(n) for n in range(1, made[-1] + 1)]
    assert [later - earlier for earlier, later in pairwise(begins)] == [
        pytest.approx(wait, abs=1) for wait in (5, 5, 5, 5, 13, 21)
    ]


def test_the_status_counts_nodes() -> None:
    status = staged().get("DaemonSet", "agent").status
    assert (status["desiredNumberScheduled"], status["currentNumberScheduled"], status["numberReady"]) == (3, 3, 3)
    assert status["numberMisscheduled"] == 0
