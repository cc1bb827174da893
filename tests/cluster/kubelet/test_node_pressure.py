"""A node short of memory: pkg/kubelet/eviction eviction_manager_test.go, helpers_test.go, 1.36, restated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime
from tests.cluster.kubelet.stage import NAMESPACE, container, node, pod

MI = 2**20


class Usage:
    def __init__(self, **mebibytes: int) -> None:
        self.mebibytes = mebibytes

    def memory(self, pod: Object) -> Mapping[str, int]:
        return {"app": self.mebibytes.get(pod.name, 0) * MI}


def cluster(usage: Usage) -> Cluster:
    made = Cluster()
    made.kubelets = Kubelets(made, ScriptedRuntime([]), stats=usage)
    made.kubelets.start()
    high = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 100}
    made.apply([node(memory="1000Mi"), Object(high)])
    return made


def asking(name: str, memory: str = "", **spec: Any) -> Object:
    resources = {"requests": {"memory": memory}} if memory else {}
    return pod(name, containers=[container(resources=resources)], **spec)


def evicted(made: Cluster) -> list[str]:
    return [one.name for one in made.store.list("Pod") if one.status.get("reason") == "Evicted"]


@pytest.mark.parametrize(
    ("pods", "usage", "first"),
    [
        pytest.param(
            [asking("modest", "600Mi"), asking("greedy", "100Mi")], {"modest": 500, "greedy": 450}, "greedy",
            id="who uses more than it asked for",
        ),
        pytest.param(
            [asking("high", "10Mi", priorityClassName="high"), asking("low", "10Mi")], {"high": 600, "low": 350}, "low",
            id="then the lower priority",
        ),
        pytest.param(
            [asking("a", "100Mi"), asking("b", "400Mi")], {"a": 410, "b": 540}, "a", id="then who is further over",
        ),
        pytest.param([asking("best"), asking("sure", "800Mi")], {"best": 200, "sure": 750}, "best", id="best effort"),
    ],
)  # fmt: skip
def test_who_goes_first(pods: list[Object], usage: dict[str, int], first: str) -> None:
    made = cluster(Usage(**usage))
    made.apply(pods)
    made.clock.run(15.0)
    assert evicted(made) == [first]


def test_what_an_evicted_pod_shows() -> None:
    made = cluster(Usage(greedy=950))
    made.apply([asking("greedy", "100Mi")])
    made.clock.run(20.0)
    found = made.store.get("Pod", NAMESPACE, "greedy")
    assert found is not None
    assert found.status["phase"] == "Failed"
    assert "Container app was using 950Mi, request is 100Mi" in found.status["message"]
    kinds = {c["type"]: (c["status"], c.get("reason")) for c in found.status["conditions"]}
    assert kinds["DisruptionTarget"] == ("True", "TerminationByKubelet")


def test_the_node_is_under_pressure_for_five_minutes_more() -> None:
    usage = Usage(greedy=950)
    made = cluster(usage)
    made.apply([asking("greedy", "100Mi")])

    def pressure() -> str:
        found = made.store.get("Node", "", "node-1")
        assert found is not None
        return str(next(c["status"] for c in found.status["conditions"] if c["type"] == "MemoryPressure"))

    made.clock.run(200.0)
    assert pressure() == "True"
    made.apply([asking("best"), asking("asks", "10Mi")])
    made.clock.run(210.0)
    assert evicted(made) == ["greedy", "best"]  # it takes no pod that asks for nothing
    made.clock.run(330.0)
    assert pressure() == "False"


def test_without_shortage_nobody_goes() -> None:
    made = cluster(Usage(a=500, b=300))
    made.apply([asking("a"), asking("b")])
    made.clock.run(60.0)
    assert evicted(made) == []
