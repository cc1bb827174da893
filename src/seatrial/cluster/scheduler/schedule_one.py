"""One scheduling cycle: filter, score, select (pkg/scheduler/schedule_one.go, 1.36)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seatrial.cluster.scheduler.evaluation import Evaluation, Evaluations
from seatrial.cluster.scheduler.framework import Ints, Mask, Status
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.profile import Profile
from seatrial.cluster.scheduler.snapshot import Snapshot

MIN_FEASIBLE_NODES = 100
"""So many feasible nodes are always looked for (minFeasibleNodesToFind)."""
MIN_PERCENTAGE = 5


@dataclass(slots=True)
class Refusal:
    """Nodes that one plugin refused for one reason."""

    plugin: str
    status: Status
    slots: list[int]


@dataclass(slots=True)
class Report:
    """All that was said about a pod: feasible nodes, refusals and weighted scores (in step with `feasible`)."""

    feasible: list[int]
    refusals: list[Refusal]
    scores: dict[str, Ints]
    total: Ints | None
    chosen: int | None


class Cycle:
    """Schedules pods of one profile, one after the other, on a snapshot."""

    def __init__(self, snapshot: Snapshot, profile: Profile) -> None:
        self.snapshot = snapshot
        self.profile = profile
        self.evaluations = Evaluations(snapshot, profile.filters, profile.scorers)
        self._start = 0

    def choose(self, pod: PodInfo) -> int | None:
        """The slot of the best node, the first where several are equally good; None where no node is feasible."""
        evaluation = self.evaluations.of(pod)
        if evaluation.refusal is not None:
            return None
        feasible, count = self._feasible(evaluation)
        if count == 0:
            return None
        if count == 1:
            return int(feasible.argmax())
        return int(evaluation.totals(feasible).argmax())

    def report(self, pod: PodInfo) -> Report:
        """The same decision with all that led to it."""
        evaluation = self.evaluations.of(pod)
        refusals = [Refusal(name, status, slots) for name, status, slots in evaluation.refusals()]
        if evaluation.refusal is not None:
            return Report([], refusals, {}, None, None)
        feasible, count = self._feasible(evaluation)
        slots = np.flatnonzero(feasible)
        if count == 0:
            return Report([], refusals, {}, None, None)
        scores = {name: values[slots] for name, values in evaluation.scores(feasible).items()}
        total: Ints = (
            np.sum(list(scores.values()), axis=0, dtype=np.int64) if scores else np.zeros(count, dtype=np.int64)
        )
        return Report(slots.tolist(), refusals, scores, total, int(slots[total.argmax()]))

    def _feasible(self, evaluation: Evaluation) -> tuple[Mask, int]:
        """All feasible nodes, or as many of them as are looked for (numFeasibleNodesToFind), from where the last left off."""
        feasible, count = evaluation.feasible_now()
        wanted = nodes_to_find(len(self.snapshot), self.profile.percentage_of_nodes_to_score)
        if wanted >= len(self.snapshot):
            return feasible, count
        start = self._start % len(self.snapshot)
        order = np.roll(np.arange(len(self.snapshot)), -start)
        found = order[feasible[order]]
        if len(found) > wanted:
            last = int(found[wanted - 1])
            found = found[:wanted]
            seen = (last - start) % len(self.snapshot) + 1
        else:
            seen = len(self.snapshot)
        self._start = (start + seen) % len(self.snapshot)
        sample = np.zeros_like(feasible)
        sample[found] = True
        return sample, len(found)


def nodes_to_find(nodes: int, percentage: int) -> int:
    """How many feasible nodes are enough (numFeasibleNodesToFind)."""
    if nodes < MIN_FEASIBLE_NODES:
        return nodes
    share = percentage or max(MIN_PERCENTAGE, 50 - nodes // 125)
    return max(MIN_FEASIBLE_NODES, nodes * share // 100) if share < 100 else nodes
