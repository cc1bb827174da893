"""Carries preemption out: victims are deleted with their grace, the pod waits for the node
(pkg/scheduler/framework/preemption, 1.34).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.cluster import errors, events
from seatrial.cluster.scheduler import default_preemption, pod_status
from seatrial.cluster.scheduler.default_preemption import NOT_HELPFUL, Candidate, DefaultPreemption
from seatrial.cluster.scheduler.framework import Code, Status
from seatrial.cluster.scheduler.schedule_one import Cycle, Refusal
from seatrial.cluster.scheduler.scheduling_queue import QueuedPod
from seatrial.model.objects import Object, condition_of

if TYPE_CHECKING:
    from seatrial.cluster.scheduler.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of preemption: the node that the pod now waits for, and what the pod's event says."""

    nominated: str = ""
    message: str = ""


class Preemptor:
    """The evaluator of the DefaultPreemption plugin, on a live cluster."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def preempt(self, queued: QueuedPod, cycle: Cycle, refusals: Sequence[Refusal]) -> Outcome:
        """Make room for a pod where that is allowed and helps."""
        plugin = cycle.profile.preemption
        if plugin is None:
            return Outcome()
        nominator = self._scheduler.nominator
        why_not = self._ineligible(queued, plugin, refusals)
        if why_not:
            return Outcome(message=f"preemption: {why_not}")
        snapshot = self._scheduler.snapshot
        expected = nominator.expected(queued.pod.key, queued.info.priority, snapshot)
        budgets = self._scheduler.store.list("PodDisruptionBudget")
        evaluation = cycle.evaluations.of(queued.info)
        potential = sorted(s for r in refusals if r.status.code is Code.UNSCHEDULABLE for s in r.slots)
        found: list[Candidate] = []
        useless: Counter[str] = Counter()
        for slot in potential:
            node = snapshot.nodes[slot]
            result = default_preemption.dry_run(queued.info, node, evaluation, budgets, expected.get(node, ()))
            if isinstance(result, Status):
                useless.update(result.reasons)
                continue
            found.append(result)
            if len(found) >= plugin.candidates_wanted(len(potential)):
                break
        if not found:
            nominator.forget(queued.pod.key)
            return Outcome(message=self._not_helpful(len(snapshot), len(snapshot) - len(potential), useless))
        chosen = default_preemption.best(found)[0]
        nominator.nominate(queued.pod, queued.info, chosen.node.name)
        self._carry_out(queued, chosen)
        return Outcome(nominated=chosen.node.name)

    @staticmethod
    def _not_helpful(nodes: int, hopeless: int, useless: Counter[str]) -> str:
        if hopeless:
            useless = useless + Counter({NOT_HELPFUL: hopeless})
        counted = sorted(f"{number} {reason}" for reason, number in useless.items())
        return f"preemption: 0/{nodes} nodes are available: {', '.join(counted)}."

    def _ineligible(self, queued: QueuedPod, plugin: DefaultPreemption, refusals: Sequence[Refusal]) -> str:
        """Why the pod may not preempt, or "" (PodEligibleToPreemptOthers)."""
        if not plugin.may_preempt(queued.info):
            return "not eligible due to preemptionPolicy=Never."
        snapshot = self._scheduler.snapshot
        node = snapshot.by_name.get(self._scheduler.nominator.node_of(queued.pod.key))
        if node is None:
            return ""
        unresolvable = Code.UNSCHEDULABLE_AND_UNRESOLVABLE
        if any(node.slot in refusal.slots for refusal in refusals if refusal.status.code is unresolvable):
            return ""
        leaving = any(
            placed.info.priority < queued.info.priority and _leaves_by_preemption(placed.pod)
            for placed in node.pods.values()
        )
        return "not eligible due to a terminating pod on the nominated node." if leaving else ""

    def _carry_out(self, queued: QueuedPod, candidate: Candidate) -> None:
        """Evict the victims; pods of lower priority that waited for the node look for another (prepareCandidate)."""
        scheduler = self._scheduler
        name = candidate.node.name
        for pod in scheduler.nominator.lesser(name, queued.info.priority):
            scheduler.nominator.forget(pod.key)
            current = scheduler.store.get(*pod.key)
            if current is not None and "nominatedNodeName" in current.status:
                scheduler.api.update_status(
                    current, {k: v for k, v in current.status.items() if k != "nominatedNodeName"}
                )
            scheduler.queue.activate(pod.key, scheduler.clock.now)
        for victim in candidate.victims:
            self._evict(victim.pod, queued, name)

    def _evict(self, victim: Object, queued: QueuedPod, node: str) -> None:
        scheduler = self._scheduler
        current = scheduler.store.get(*victim.key)
        if current is None or current.deleting:
            return
        text = f"Preempted by pod {queued.pod.uid} on node {node}"
        events.record(scheduler.cluster, current, "Preempted", text, source=queued.info.scheduler_name)
        status = pod_status.preempted(current.status, queued.info.scheduler_name, scheduler.clock.timestamp())
        try:
            current = scheduler.api.update_status(current, status)
            scheduler.api.delete(current.key, uid=current.uid)
        except errors.NotFound:
            return


def _leaves_by_preemption(pod: Object) -> bool:
    """PodTerminatingByPreemption."""
    condition = condition_of(pod, "DisruptionTarget")
    return pod.deleting and condition is not None and condition.get("reason") == "PreemptionByScheduler"
