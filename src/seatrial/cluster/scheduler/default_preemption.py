"""DefaultPreemption: room is made by evicting pods of lower priority (plugins/defaultpreemption and
framework/preemption, 1.34).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from seatrial.cluster.scheduler.evaluation import Evaluation
from seatrial.cluster.scheduler.framework import Code, Plugin, Status, unresolvable
from seatrial.cluster.scheduler.node_info import NodeInfo, PlacedPod
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.model import selectors
from seatrial.model.objects import Object

NO_VICTIMS = unresolvable("No preemption victims found for incoming pod")
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

    def candidates(self, pod: PodInfo, evaluation: Evaluation, budgets: Sequence[Object]) -> list[Candidate]:
        """All nodes where evictions would make room, in the order of the nodes (findCandidates, without its limit)."""
        slots = sorted(
            slot
            for _, status, refused in evaluation.refusals()
            if status.code is Code.UNSCHEDULABLE
            for slot in refused
        )
        nodes = evaluation.snapshot.nodes
        results = (dry_run(pod, nodes[slot], evaluation, budgets) for slot in slots)
        return [result for result in results if isinstance(result, Candidate)]

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
) -> Candidate | Status:
    """Which pods would have to go for the pod to fit on the node, or why that does not help (SelectVictimsOnNode).

    `expected` are pods nominated to the node that go before this one.
    """
    snapshot = evaluation.snapshot
    potential = [placed for placed in node.pods.values() if placed.info.priority < pod.priority]
    if not potential:
        return NO_VICTIMS
    before = dict(node.pods)
    for placed in potential:
        snapshot.count_out(placed, node)
    refusal = why_not(evaluation, node, expected)
    gone = potential
    candidate = Candidate(node)
    if refusal is None:
        gone = candidate.victims
        violating, others = split_by_budgets(sorted(potential, key=importance), budgets)
        for violates, group in ((1, violating), (0, others)):
            for placed in group:
                snapshot.count_in(placed, node)
                if why_not(evaluation, node, expected) is not None:
                    snapshot.count_out(placed, node)
                    candidate.victims.append(placed)
                    candidate.violations += violates
        candidate.victims.sort(key=importance)
    for placed in gone:
        snapshot.count_in(placed, node)
    node.pods = before
    if refusal is not None:
        return refusal[1]
    return candidate if candidate.victims else NO_VICTIMS


def why_not(evaluation: Evaluation, node: NodeInfo, expected: Sequence[PlacedPod] = ()) -> tuple[str, Status] | None:
    """Which plugin says why the pod does not fit, beside the pods that are expected or without them
    (RunFilterPluginsWithNominatedPods).
    """
    if expected:
        for placed in expected:
            evaluation.snapshot.count_in(placed, node)
        refusal = evaluation.refusal_at(node.slot)
        for placed in expected:
            evaluation.snapshot.count_out(placed, node)
        if refusal is not None:
            return refusal
    return evaluation.refusal_at(node.slot)


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
