"""NodeResourcesFit: what the pod asks for must be left, and how much is left counts (plugins/noderesources/fit.go,
1.34).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    Code,
    FilterPlugin,
    Ints,
    Mask,
    NodeFilter,
    NodeScorer,
    Reach,
    ScorePlugin,
    Status,
    Where,
)
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.resource_allocation import (
    Amounts,
    ScoredResource,
    Strategy,
    scored_resources,
    strategy_of,
)
from seatrial.cluster.scheduler.snapshot import HAS, PODS, USED, Snapshot, allocatable
from seatrial.model import quantities


class NodeResourcesFit(FilterPlugin, ScorePlugin):
    """Filter by effective requests, score by a strategy: LeastAllocated unless the arguments say otherwise."""

    name = "NodeResourcesFit"
    events = (ClusterEvent.POD_DELETE, ClusterEvent.NODE_ADD, ClusterEvent.NODE_ALLOCATABLE)

    def __init__(self, args: dict[str, Any] | None = None) -> None:
        super().__init__(args)
        scoring = self.args.get("scoringStrategy") or {}
        self._strategy = strategy_of(scoring)
        self._scored = scoring.get("resources")

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter:
        """Every pod takes at least one of the node's pods."""
        ignored = set(self.args.get("ignoredResources") or ())
        groups = tuple(f"{group}/" for group in self.args.get("ignoredResourceGroups") or ())
        names = [
            name
            for name, amount in pod.requests.items()
            if amount > 0 and name not in ignored and not (groups and name.startswith(groups))
        ]
        return FitFilter(pod, snapshot, names)

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """How much is lacking of what."""
        has, used = snapshot.table[node.slot]
        said = []
        if used[PODS] >= has[PODS]:
            said.append(f"it already has the {has[PODS]} pods that it may have")
        for name, need in pod.requests.items():
            column = snapshot.columns[name]
            left = int(has[column] - used[column])
            if need > left:
                of = f"{_amount(name, left)} of {_amount(name, int(has[column]))} left"
                said.append(f"ask for {_amount(name, left)} {name} at most instead of {_amount(name, need)} ({of})")
        return "; ".join(said)

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """A node helps that has as much as the pod asks for; one that changed, where it now has more of it."""
        if happened.event is ClusterEvent.POD_DELETE:
            return True
        has = allocatable(happened.obj)
        if any(need > quantities.amount(name, has.get(name, 0)) for name, need in pod.requests.items()):
            return False
        if happened.old is None:
            return True
        had = allocatable(happened.old)
        names = [*pod.requests, "pods"]
        return any(quantities.amount(n, has.get(n, 0)) > quantities.amount(n, had.get(n, 0)) for n in names)

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer:
        """Requests as scoring counts them: containers that ask for nothing count for a little."""
        resources = scored_resources(self._scored, pod.scoring_requests, snapshot, nonzero=True)
        return AllocationScorer(snapshot, resources, self._strategy)


def _amount(resource: str, value: int) -> str:
    if resource == "cpu":
        return quantities.format_cpu(value)
    return quantities.format_bytes(value) if resource in ("memory", "ephemeral-storage") else str(value)


class FitFilter(NodeFilter):
    """Codes are sets of bits: the first for too many pods, then one for each resource asked for."""

    reach = Reach.ROW

    def __init__(self, pod: PodInfo, snapshot: Snapshot, names: list[str]) -> None:
        self._snapshot = snapshot
        self._names = names
        self._columns = np.array([PODS, *(snapshot.columns[name] for name in names)], dtype=np.intp)
        self._needs = np.array([1, *(pod.requests[name] for name in names)], dtype=np.int64)
        self._bits = np.left_shift(1, np.arange(len(self._needs), dtype=np.int64))

    def codes(self, where: Where) -> Ints:
        """Which resources do not suffice."""
        rows = self._snapshot.table[where]
        left = rows[:, HAS] - rows[:, USED]
        short: Mask = left[:, self._columns] < self._needs
        codes: Ints = np.dot(short, self._bits)
        return codes

    def status(self, slot: int, code: int) -> Status:
        """All that is lacking; evicting pods cannot help where the node never had as much."""
        short = [i for i in range(len(self._needs)) if code >> i & 1]
        has = self._snapshot.table[slot, HAS]
        hopeless = any(i > 0 and self._needs[i] > has[self._columns[i]] for i in short)
        reasons = sorted("Too many pods" if i == 0 else f"Insufficient {self._names[i - 1]}" for i in short)
        return Status(Code.UNSCHEDULABLE_AND_UNRESOLVABLE if hopeless else Code.UNSCHEDULABLE, tuple(reasons))


class AllocationScorer(NodeScorer):
    """The mean, by weight, of what a strategy thinks of each resource."""

    reach = Reach.ROW

    def __init__(self, snapshot: Snapshot, resources: list[ScoredResource], strategy: Strategy) -> None:
        self._snapshot = snapshot
        self._resources = resources
        self._strategy = strategy

    def scores(self, where: Where) -> Ints:
        """From 0 to 100."""
        rows = self._snapshot.table[where]
        amounts = [Amounts(rows[:, HAS, r.column], rows[:, USED, r.column] + r.request) for r in self._resources]
        return self._strategy.score(amounts, [r.weight for r in self._resources])
