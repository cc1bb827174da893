"""Plays the scenario of a recording of the real kubelet on a virtual cluster of one node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.cluster.kubelet.registration import READY, conditions
from seatrial.model.objects import Object, timestamp
from seatrial.trial.replay.kubelet_rows import Row, Watch
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime
from seatrial.trial.replay.kubelet_steps import Steps

NODE = "node-of-the-recording"
LABELS = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
"""What a kubelet gives its node."""
SETTLING = 30.0
"""Seconds that the node is there before the scenario begins."""


def play(scenario: Mapping[str, Any], *, seed: int = 0) -> list[Row]:
    """The rows that a watch of the API server would have noted."""
    of_node = scenario.get("watch") == "node"
    cluster = Cluster(seed=seed)
    cluster.kubelets = Kubelets(cluster, ScriptedRuntime(_pods(scenario)), write_heartbeats=True)
    cluster.start()
    node = _node(str(scenario.get("taints") or ""))
    if not of_node:
        cluster.apply([node])
        cluster.run(SETTLING)
    watch = Watch(cluster, NODE, scenario.get("files") or {}, of_node=of_node)
    cluster.kubelets.file_observer.append(watch.file)
    steps = Steps(cluster, watch, NODE)
    begin = cluster.clock.now
    if of_node:
        cluster.kubelets.register(node)
    for obj in scenario.get("objects") or ():
        steps.create(obj)
    for step in scenario.get("steps") or ():
        cluster.clock.at(begin + float(step["at"]), steps.do, step)
    cluster.run(float(scenario["seconds"]))
    return watch.rows


def _pods(scenario: Mapping[str, Any]) -> list[Object]:
    made = [*(scenario.get("objects") or ()), *(s["object"] for s in scenario.get("steps") or () if "object" in s)]
    return [Object(obj) for obj in made if obj["kind"] == "Pod"]


def _node(taint: str) -> Object:
    spec: dict[str, Any] = {}
    if taint:
        key, _, effect = taint.partition(":")
        key, _, value = key.partition("=")
        spec["taints"] = [{"key": key, "value": value, "effect": effect}]
    capacity = {"cpu": "8", "memory": "32Gi", "pods": "250"}
    return Object(
        {
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": NODE, "labels": LABELS},
            "spec": spec,
            "status": {"capacity": capacity, "allocatable": capacity, "conditions": conditions(READY, timestamp(0.0))},
        }
    )  # fmt: skip
