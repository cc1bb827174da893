"""DefaultPreemption: room is made by evicting pods of lower priority (plugins/defaultpreemption and framework/preemption, 1.34)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seatrial.cluster.scheduler.evaluation import Evaluation
from seatrial.cluster.scheduler.framework import Code, Plugin
from seatrial.cluster.scheduler.node_info import NodeInfo, PlacedPod
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.model import selectors
from seatrial.model.objects import Object

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
PRIORITY_OFFSET = 1 << 31
"""Added to priorities so that none is negative (math.MaxInt32 + 1)."""
NEVER_STARTED = "9999"
"""Sorts after every start time: pods that have not started are the least important."""


@dataclass(slots=True)
class Candidate:
    """A node where evicting `victims` makes room."""

    node: NodeInfo
    victims: list[PlacedPod] = field(default_factory=list)
    """Most important first."""
    violations: int = 0
    """How many victims no disruption budget allows to evict."""

    def cost(self) -> tuple[int, int, int, int]:
        """The first four of the criteria by which a node is picked, least first (pickOneNodeForPreemption)."""
        priorities = [victim.info.priority for victim in self.victims]
        return (
            self.violations,
            priorities[0],
            sum(priority + PRIORITY_OFFSET for priority in priorities),
            len(priorities),
        )

    def earliest_start(self) -> str:
        """When the longest-running of the victims of highest priority began (GetEarliestPodStartTime)."""
        highest = max(victim.info.priority for victim in self.victims)
        return min(start_time(victim) for victim in self.victims if victim.info.priority == highest)


class DefaultPreemption(Plugin):
    """PostFilter."""

    name = "DefaultPreemption"

    def may_preempt(self, pod: PodInfo) -> bool:
        """Whether the pod's preemption policy allows it at all."""
        return pod.preemption_policy != "Never"

    def candidates(
        self,
        pod: PodInfo,
        evaluation: Evaluation,
        budgets: Sequence[Object],
        nominated: Iterable[tuple[PlacedPod, NodeInfo]] = (),
        limit: int | None = None,
    ) -> list[Candidate]:
        """Nodes where evictions would make room, in the order of the nodes, at most `limit` (findCandidates)."""
        snapshot = evaluation.snapshot
        slots = sorted(
            slot
            for _, status, refused in evaluation.refusals()
            if status.code is Code.UNSCHEDULABLE
            for slot in refused
        )
        expected: dict[NodeInfo, list[PlacedPod]] = {}
        for placed, node in nominated:
            expected.setdefault(node, []).append(placed)
        found: list[Candidate] = []
        for slot in slots:
            node = snapshot.nodes[slot]
            candidate = dry_run(pod, node, evaluation, budgets, expected.get(node, ()))
            if candidate is not None:
                found.append(candidate)
                if limit is not None and len(found) >= limit:
                    break
        return found

    def candidates_wanted(self, nodes: int) -> int:
        """How many candidates are enough (calculateNumCandidates)."""
        percentage = int(self.args.get("minCandidateNodesPercentage", 10))
        absolute = int(self.args.get("minCandidateNodesAbsolute", 100))
        return min(max(nodes * percentage // 100, absolute), nodes)


def best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that are equally good by all criteria; upstream takes any of them."""
    least = min(candidate.cost() for candidate in candidates)
    left = [candidate for candidate in candidates if candidate.cost() == least]
    if len(left) == 1:
        return left
    latest = max(candidate.earliest_start() for candidate in left)
    return [candidate for candidate in left if candidate.earliest_start() == latest]


def dry_run(
    pod: PodInfo,
    node: NodeInfo,
    evaluation: Evaluation,
    budgets: Sequence[Object],
    expected: Sequence[PlacedPod] = (),
) -> Candidate | None:
    """Which pods would have to go for the pod to fit on the node; None where that does not help (SelectVictimsOnNode)."""
    snapshot = evaluation.snapshot
    potential = [placed for placed in node.pods.values() if placed.info.priority < pod.priority]
    if not potential:
        return None
    before = dict(node.pods)
    for placed in potential:
        snapshot.count_out(placed, node)
    candidate = Candidate(node)
    kept: list[PlacedPod] = []
    if _fits(evaluation, node, expected):
        violating, others = split_by_budgets(sorted(potential, key=importance), budgets)
        for placed in (*violating, *others):
            snapshot.count_in(placed, node)
            if _fits(evaluation, node, expected):
                kept.append(placed)
                continue
            snapshot.count_out(placed, node)
            candidate.victims.append(placed)
            candidate.violations += any(placed is v for v in violating)
        candidate.victims.sort(key=importance)
    for placed in potential:
        if not any(placed is k for k in kept):
            snapshot.count_in(placed, node)
    node.pods = before
    return candidate if candidate.victims else None


def _fits(evaluation: Evaluation, node: NodeInfo, expected: Sequence[PlacedPod]) -> bool:
    """Whether the pod fits with and without the pods nominated to the node (RunFilterPluginsWithNominatedPods)."""
    return fits_with(evaluation, node, expected) and (not expected or evaluation.passes(node.slot))


def fits_with(evaluation: Evaluation, node: NodeInfo, expected: Sequence[PlacedPod]) -> bool:
    """Whether the pod fits on the node beside pods that are not there yet."""
    snapshot: Snapshot = evaluation.snapshot
    for placed in expected:
        snapshot.count_in(placed, node)
    fits = evaluation.passes(node.slot)
    for placed in expected:
        snapshot.count_out(placed, node)
    return fits


def split_by_budgets(pods: Sequence[PlacedPod], budgets: Sequence[Object]) -> tuple[list[PlacedPod], list[PlacedPod]]:
    """Pods whose eviction a disruption budget does not allow, and the others (filterPodsWithPDBViolation)."""
    left = [int(budget.status.get("disruptionsAllowed") or 0) for budget in budgets]
    violating: list[PlacedPod] = []
    others: list[PlacedPod] = []
    for placed in pods:
        violated = False
        for i, budget in enumerate(budgets):
            if not _covers(budget, placed.pod):
                continue
            left[i] -= 1
            violated = violated or left[i] < 0
        (violating if violated else others).append(placed)
    return violating, others


def _covers(budget: Object, pod: Object) -> bool:
    selector = budget.spec.get("selector")
    if budget.namespace != pod.namespace or not pod.labels or not selector or not any(selector.values()):
        return False
    disrupted = budget.status.get("disruptedPods") or {}
    return selectors.matches(selector, pod.labels) and pod.name not in disrupted


def importance(placed: PlacedPod) -> tuple[int, str]:
    """Sorts pods from most to least important: by priority, then by how long they run (util.MoreImportantPod)."""
    return (-placed.info.priority, start_time(placed))


def start_time(placed: PlacedPod) -> str:
    """When the pod was started; RFC 3339 in UTC sorts as text."""
    return placed.pod.status.get("startTime") or NEVER_STARTED
