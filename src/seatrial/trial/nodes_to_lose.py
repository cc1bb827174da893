"""Which nodes to lose, one each on a fresh copy, so that every workload meets its worst case."""

from __future__ import annotations

from collections import Counter

from seatrial.trial.owners import workload_of
from seatrial.trial.voyage import Voyage

MOST = 12
"""So many nodes at most: each is a run of its own."""


def nodes_to_lose(voyage: Voyage) -> list[str]:
    """All nodes of a small cluster; of a large one those that carry the largest share of the most workloads."""
    nodes = [node.name for node in voyage.cluster.store.list("Node")]
    if len(nodes) <= MOST:
        return nodes
    per_workload: dict[str, Counter[str]] = {}
    for pod in voyage.cluster.store.list("Pod"):
        node = pod.spec.get("nodeName")
        if node:
            per_workload.setdefault(workload_of(voyage.cluster.store, pod), Counter())[node] += 1
    worst: Counter[str] = Counter()
    for counts in per_workload.values():
        total = counts.total()
        for node, count in counts.items():
            worst[node] += count * count * 1000 // (total * total)
    ranked = sorted(nodes, key=lambda name: (-worst[name], nodes.index(name)))
    return sorted(ranked[:MOST], key=nodes.index)
