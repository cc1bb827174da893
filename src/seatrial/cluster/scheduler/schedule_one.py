"""One scheduling cycle: filter, score, select (pkg/scheduler/schedule_one.go, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.cluster.scheduler.default_preemption import why_not
from seatrial.cluster.scheduler.evaluation import Evaluation, Evaluations
from seatrial.cluster.scheduler.framework import Ints, Mask, Status
from seatrial.cluster.scheduler.node_info import NodeInfo, PlacedPod
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.profile import Profile
from seatrial.cluster.scheduler.snapshot import Snapshot

MIN_FEASIBLE_NODES = 100
"""So many feasible nodes are always looked for (minFeasibleNodesToFind)."""
MIN_PERCENTAGE = 5


Expected = Mapping[NodeInfo, Sequence[PlacedPod]]
"""Pods that are not on their nodes yet but will be."""


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

    def choose(self, pod: PodInfo, *, expected: Expected | None = None, nominated: str = "") -> int | None:
        """The slot of the best node, the first where several are equally good; None where no node is feasible.

        `expected` are nominated pods that go before this one, `nominated` is the node that this one waits for: it is
        taken as soon as the pod fits there (evaluateNominatedNode).
        """
        evaluation = self.evaluations.of(pod)
        if evaluation.refusal is not None:
            return None
        node = self.snapshot.by_name.get(nominated) if nominated else None
        if node is not None and self._why_not(evaluation, node, expected) is None:
            return node.slot
        feasible, count = self._feasible(evaluation, expected)
        if count == 0:
            return None
        if count == 1:
            return int(feasible.argmax())
        return int(evaluation.totals(feasible).argmax())

    def refusals(self, pod: PodInfo, *, expected: Expected | None = None) -> list[Refusal]:
        """Why each node was refused, beside the pods that are expected."""
        evaluation = self.evaluations.of(pod)
        found = [Refusal(name, status, slots) for name, status, slots in evaluation.refusals()]
        for node, placed in (expected or {}).items():
            if any(node.slot in refusal.slots for refusal in found):
                continue
            refusal = why_not(evaluation, node, placed)
            if refusal is not None:
                found.append(Refusal(refusal[0], refusal[1], [node.slot]))
        return found

    @staticmethod
    def _why_not(evaluation: Evaluation, node: NodeInfo, expected: Expected | None) -> object:
        return why_not(evaluation, node, expected.get(node, ()) if expected else ())

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

    def _feasible(self, evaluation: Evaluation, expected: Expected | None = None) -> tuple[Mask, int]:
        """All feasible nodes, or as many of them as are looked for (numFeasibleNodesToFind), from where the last left
        off.
        """
        feasible, count = evaluation.feasible_now()
        if expected:
            feasible = feasible.copy()
            for node, placed in expected.items():
                if feasible[node.slot] and why_not(evaluation, node, placed) is not None:
                    feasible[node.slot] = False
            count = int(np.count_nonzero(feasible))
        wanted = nodes_to_find(len(self.snapshot), self.profile.percentage_of_nodes_to_score)
        if wanted >= len(self.snapshot):
            return feasible, count
        if count <= wanted:
            return feasible, count  # all nodes were looked at, and the next pod begins at the same one
        slots = np.flatnonzero(feasible)
        first = int(slots.searchsorted(self._start))
        found = slots.take(np.arange(first, first + wanted), mode="wrap")
        self._start = (int(found[-1]) + 1) % len(self.snapshot)
        sample = np.zeros_like(feasible)
        sample[found] = True
        return sample, wanted


def nodes_to_find(nodes: int, percentage: int) -> int:
    """How many feasible nodes are enough (numFeasibleNodesToFind)."""
    if nodes < MIN_FEASIBLE_NODES:
        return nodes
    share = percentage or max(MIN_PERCENTAGE, 50 - nodes // 125)
    return max(MIN_FEASIBLE_NODES, nodes * share // 100) if share < 100 else nodes
