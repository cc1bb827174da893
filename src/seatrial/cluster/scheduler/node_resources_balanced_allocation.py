"""NodeResourcesBalancedAllocation: cpu and memory should fill up alike (noderesources/balanced_allocation.go, 1.36)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import MAX_NODE_SCORE, Ints, NodeScorer, Reach, ScorePlugin, Where
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.resource_allocation import DEFAULT_RESOURCES, ScoredResource, scored_resources
from seatrial.cluster.scheduler.snapshot import HAS, USED, Snapshot


class NodeResourcesBalancedAllocation(ScorePlugin):
    """Score."""

    name = "NodeResourcesBalancedAllocation"

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer | None:
        """Nothing to say to pods that ask for none of the resources: they would pile up on one node."""
        configured = self.args.get("resources") or DEFAULT_RESOURCES
        if not any(pod.requests.get(resource["name"]) for resource in configured):
            return None
        return BalanceScorer(snapshot, scored_resources(configured, pod.requests, snapshot, nonzero=False))


class BalanceScorer(NodeScorer):
    """100 less the standard deviation of the resources' used fractions, in per cent."""

    reach = Reach.ROW

    def __init__(self, snapshot: Snapshot, resources: list[ScoredResource]) -> None:
        self._snapshot = snapshot
        self._resources = resources

    def scores(self, where: Where) -> Ints:
        """From 0 to 100, in the same floating point steps as upstream."""
        rows = self._snapshot.table[where]
        has = [rows[:, HAS, r.column] for r in self._resources]
        used = [rows[:, USED, r.column] + r.request for r in self._resources]
        if len(has) == 2 and has[0].all() and has[1].all():
            first, second = (np.minimum(u / h, 1.0) for u, h in zip(used, has, strict=True))
            deviation = np.abs((first - second) / 2)
        else:
            deviation = _deviation(has, used)
        scores: Ints = ((1 - deviation) * float(MAX_NODE_SCORE)).astype(np.int64)
        return scores


def _deviation(has: list[Ints], used: list[Ints]) -> NDArray[np.float64]:
    """Standard deviation over the resources that a node has: of two, half their distance; of fewer, none."""
    there = [h > 0 for h in has]
    fractions = [np.minimum(u / np.where(t, h, 1), 1.0) for u, h, t in zip(used, has, there, strict=True)]
    count = sum(t.astype(np.int64) for t in there)
    mean = sum(np.where(t, f, 0.0) for f, t in zip(fractions, there, strict=True)) / np.maximum(count, 1)
    squares = sum(np.where(t, (f - mean) * (f - mean), 0.0) for f, t in zip(fractions, there, strict=True))
    highest = np.max([np.where(t, f, -np.inf) for f, t in zip(fractions, there, strict=True)], axis=0)
    lowest = np.min([np.where(t, f, np.inf) for f, t in zip(fractions, there, strict=True)], axis=0)
    of_two = np.where(count == 2, (highest - lowest) / 2, 0.0)
    many = np.sqrt(squares / np.maximum(count, 1))
    result: NDArray[np.float64] = np.where(count > 2, many, of_two)
    return result
