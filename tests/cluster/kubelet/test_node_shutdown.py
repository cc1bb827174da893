"""Nodes that are told to end (pkg/kubelet/nodeshutdown/nodeshutdown_manager_test.go, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.failures.reclaim import NOTICED, Reclaim
from seatrial.model.objects import Object, condition_of
from tests.cluster.kubelet.stage import NODE, Stage, pod


def prepared() -> Stage:
    """An ordinary and a critical pod, both of which would go on for ever."""
    stage = Stage()
    scripts: dict[str, Any] = {"app": {"term": "ignore"}}
    agent = pod("agent", scripts, priorityClassName="system-node-critical")
    stage.run(5, pod("web", scripts), agent, pod("short", terminationGracePeriodSeconds=2))
    return stage


def phase(stage: Stage, name: str) -> str:
    found = stage.get(name)
    return str(found.status.get("phase")) if found is not None else "gone"


def test_ordinary_pods_end_first_and_critical_ones_in_what_is_left() -> None:
    stage = prepared()
    stage.kubelets[NODE].shutdown.begin(20, 10)
    stage.run(8)
    assert condition_of(stage.cluster.api.present(("Node", "", NODE)), "Ready") == {
        "type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "node is shutting down",
        "lastHeartbeatTime": "2026-01-01T00:00:05Z", "lastTransitionTime": "2026-01-01T00:00:05Z",
    }  # fmt: skip
    stage.run(29)
    assert (phase(stage, "web"), phase(stage, "short"), phase(stage, "agent")) == ("Failed", "Failed", "Running")
    stage.run(45)
    assert phase(stage, "agent") == "Failed"
    found = stage.get("web")
    assert found is not None
    assert (found.status["reason"], found.status["message"]) == (
        "Terminated", "Pod was terminated in response to imminent node shutdown.",
    )  # fmt: skip
    assert (condition_of(found, "DisruptionTarget") or {}).get("reason") == "TerminationByKubelet"


def test_a_node_that_ends_takes_no_pod() -> None:
    stage = prepared()
    stage.kubelets[NODE].shutdown.begin(20, 10)
    stage.run(7, pod("late"))
    found = stage.get("late")
    assert found is not None
    assert (found.status["phase"], found.status["reason"]) == ("Failed", "NodeShutdown")


@pytest.mark.parametrize("notice", [30.0, 120.0])
def test_a_machine_that_is_taken_back(notice: float) -> None:
    stage = prepared()
    reclaim = Reclaim(stage.cluster, NODE, notice)
    reclaim.begin()
    stage.run(5 + notice + NOTICED - 1)
    assert not reclaim.finished
    stage.run(5 + notice + NOTICED)
    assert reclaim.finished
    assert stage.cluster.store.get("Node", "", NODE) is None
    assert "DeletingNode" in [e["reason"] for e in stage.cluster.store.list("Event")]


def test_a_machine_that_is_not_there_is_no_harm() -> None:
    stage = prepared()
    reclaim = Reclaim(stage.cluster, "node-9")
    reclaim.begin()
    assert reclaim.finished


def test_marks_of_spot_machines() -> None:
    from seatrial.model.spot import is_spot

    labels = {"eks.amazonaws.com/capacityType": "SPOT"}
    assert is_spot(Object(kind="Node", metadata={"labels": labels}))
    assert not is_spot(Object(kind="Node", metadata={"labels": {"eks.amazonaws.com/capacityType": "ON_DEMAND"}}))
