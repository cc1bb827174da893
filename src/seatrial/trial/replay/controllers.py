"""Plays a scenario that was recorded from a real control plane: the virtual one works, scripted kubelets run pods."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object
from seatrial.trial.replay.controllers_rows import Row, Watch
from seatrial.trial.replay.controllers_steps import Steps
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets

NODES_BEFORE = 8.0
"""Seconds from the making of a scenario's nodes to its objects."""
SHARED_BEFORE = 30.0
"""Seconds for which the nodes that all scenarios share have been there by then."""
SHARED_NODES = ("node-0", "node-1", "node-2")
NOTICES = 0.02
"""Seconds from a write to the sync that it causes."""
WRITES = (0.01, 0.12)
"""Seconds that a controller's write takes: between the quiet hours and the busiest of the recorded control planes."""
CAPACITY = {"cpu": "8", "memory": "32Gi", "pods": "110"}


def play(scenario: Mapping[str, Any], *, seed: int = 0) -> list[Row]:
    """The rows that a watch of the API server would have noted."""
    cluster = Cluster(seed=seed)
    cluster.start()
    for controller in cluster.controllers:
        controller.latency = NOTICES
        controller.writes = WRITES
    namespace = f"rec-{scenario['name']}"
    cluster.apply([Object(apiVersion="v1", kind="Namespace", metadata={"name": namespace})])
    kubelets = ScriptedKubelets(cluster)
    kubelets.start()
    everything = nodes(scenario)
    for node in everything[: len(SHARED_NODES)]:
        kubelets.register(node)
    cluster.run(SHARED_BEFORE)
    for node in everything[len(SHARED_NODES) :]:
        kubelets.register(node)
    cluster.run(NODES_BEFORE)
    watch = Watch(cluster, namespace)
    steps = Steps(cluster, kubelets, watch, namespace)
    begin = cluster.clock.now
    steps.do({"do": "apply", "objects": scenario.get("objects") or ()})
    for step in scenario.get("steps") or ():
        cluster.clock.at(begin + float(step["at"]), steps.do, step)
    cluster.run(float(scenario["seconds"]))
    return sorted(watch.rows, key=itemgetter("t"))


def nodes(scenario: Mapping[str, Any]) -> list[Object]:
    """The nodes that all scenarios share, then the scenario's own."""
    shared = [{"metadata": {"name": name, "labels": {"pool": "common"}}} for name in SHARED_NODES]
    return [_node(given) for given in (*shared, *(scenario.get("nodes") or ()))]


def _node(given: Mapping[str, Any]) -> Object:
    metadata = dict(given["metadata"])
    metadata["labels"] = {"kubernetes.io/hostname": metadata["name"], **(metadata.get("labels") or {})}
    capacity = {**CAPACITY, **((given.get("status") or {}).get("capacity") or {})}
    return Object(
        apiVersion="v1", kind="Node", metadata=metadata, spec=dict(given.get("spec") or {}),
        status={"capacity": capacity, "allocatable": capacity},
    )  # fmt: skip
