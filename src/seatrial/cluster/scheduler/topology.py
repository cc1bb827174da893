"""Counting pods by topology domain, kept current pod by pod.

PodTopologySpread and InterPodAffinity both ask how many pods of some sort there are in each domain of a topology key.
Upstream recounts all pods for every pod it schedules; here a `PodTally` is told of each pod that comes or goes, so
that the cost of a decision does not grow with the pods already placed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import Ints, Mask


class Topology:
    """The domains of one topology key: equal label values are one domain, nodes without the key are in none."""

    def __init__(self, labels: Sequence[str | None]) -> None:
        numbers: dict[str, int] = {}
        ids = [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in labels]
        self.values = list(numbers)
        self.size = len(numbers)
        """How many domains there are; the number stands for "in no domain"."""
        self.of_slot = [self.size if i < 0 else i for i in ids]
        self.domains: NDArray[np.intp] = np.array(self.of_slot, dtype=np.intp)
        """Domain of each node."""
        self.present: Mask = self.domains < self.size
        """Which nodes have the key."""
        self.one_to_one = self.size == len(labels)
        """Whether every node is a domain of its own; domains are then numbered as the nodes are."""

    def by_node(self, values: Sequence[int]) -> Ints:
        """One number for each domain and one for "in no domain", as numbers by node."""
        return np.array(values, dtype=np.int64)[self.domains]

    def spread(self, per_domain: Ints) -> Ints:
        """Values by domain (one more for "in no domain") as values by node."""
        return per_domain[:-1] if self.one_to_one else per_domain.take(self.domains)


class DomainCount:
    """Pods of a tally by domain, of those nodes only that are eligible."""

    __slots__ = ("counts", "eligible", "topology")

    def __init__(self, tally: PodTally, topology: Topology, eligible: Mask | None) -> None:
        self.topology = topology
        self.eligible = eligible
        per_node = tally.per_node if eligible is None else np.where(eligible, tally.per_node, 0)
        counts = np.bincount(topology.domains, weights=per_node, minlength=topology.size + 1)
        self.counts: Ints = counts.astype(np.int64)
        """Pods in each domain; the last entry counts those in no domain."""

    def add(self, slot: int, delta: int) -> None:
        """Count pods in or out at a node."""
        if self.eligible is None or self.eligible[slot]:
            self.counts[self.topology.of_slot[slot]] += delta


class PodTally:
    """How many pods of some sort are on each node."""

    __slots__ = ("by_domain", "per_node", "total")

    def __init__(self, nodes: int) -> None:
        self.per_node: Ints = np.zeros(nodes, dtype=np.int64)
        self.total = 0
        self.by_domain: dict[tuple[int, bytes], DomainCount] = {}

    def add(self, slot: int, delta: int) -> None:
        """Count pods in or out at a node."""
        self.per_node[slot] += delta
        self.total += delta
        for count in self.by_domain.values():
            count.add(slot, delta)

    def counted_by(self, topology: Topology, eligible: Mask | None = None) -> DomainCount:
        """The same pods by domain, of eligible nodes only where given."""
        key = (id(topology), b"" if eligible is None else eligible.tobytes())
        found = self.by_domain.get(key)
        if found is None:
            found = self.by_domain[key] = DomainCount(self, topology, eligible)
        return found
