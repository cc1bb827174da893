"""Which nodes to lose, one each on a fresh copy, so that every workload meets its worst case once.

A workload's worst case is the loss of a node that carries most of its pods; nodes that carry equally many are taken to
be alike. So few nodes are chosen, largest gain first, that every workload's worst case is among them.
"""

from __future__ import annotations

from collections import Counter

from seatrial.model import pods
from seatrial.trial.owners import workload_of
from seatrial.trial.voyage import Voyage

MOST = 12
"""So many nodes at most: each is a run of its own."""


def nodes_to_lose(voyage: Voyage, broken: frozenset[str]) -> list[str]:
    """Names of nodes in the order of the fleet; the worst cases of `broken` workloads do not matter."""
    open_cases = [places for key, places in _worst_places(voyage).items() if key not in broken]
    nodes = [node.name for node in voyage.cluster.store.list("Node")]
    chosen: list[str] = []
    while open_cases and len(chosen) < MOST:
        gains = Counter(node for places in open_cases for node in places)
        best = max(nodes, key=gains.__getitem__)
        chosen.append(best)
        open_cases = [places for places in open_cases if best not in places]
    return sorted(chosen, key=nodes.index) or nodes[:1]


def _worst_places(voyage: Voyage) -> dict[str, set[str]]:
    """Workload to the nodes that carry most of its pods."""
    counts: dict[str, Counter[str]] = {}
    for pod in voyage.cluster.store.list("Pod"):
        node = pod.spec.get("nodeName")
        if node and not pods.is_terminal(pod):
            counts.setdefault(workload_of(voyage.cluster.store, pod), Counter())[node] += 1
    return {
        key: {node for node, count in places.items() if count == max(places.values())} for key, places in counts.items()
    }
