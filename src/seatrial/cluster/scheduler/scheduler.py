"""kube-scheduler in a cluster: takes pods from the queue one by one, finds each a node and binds it
(pkg/scheduler/scheduler.go and schedule_one.go, 1.34).

A decision and its binding are one step of virtual time. What the store tells meanwhile comes in through
`EventHandlers`; writing is done here, in timers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import errors, events
from seatrial.cluster.scheduler import pod_status, volume_binding
from seatrial.cluster.scheduler.configuration import DEFAULT_CONFIGURATION, Configuration
from seatrial.cluster.scheduler.event_handlers import EventHandlers
from seatrial.cluster.scheduler.fit_error import NO_NODES, fit_error
from seatrial.cluster.scheduler.nominator import Nominator
from seatrial.cluster.scheduler.preemptor import Preemptor
from seatrial.cluster.scheduler.schedule_one import Cycle
from seatrial.cluster.scheduler.scheduling_queue import QueuedPod, SchedulingQueue
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.volume_binder import VolumeBinder
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.clock import Timer
    from seatrial.cluster.cluster import Cluster

SOURCE = "default-scheduler"
LATENCY = 0.005
"""Seconds from an event to the decision it leads to: watch delivery and queueing."""
INTERVAL = 0.002
"""Seconds from one decision to the next."""


class Scheduler:
    """The scheduler of one cluster. Pods that name another scheduler are left alone."""

    name = "scheduler"

    def __init__(self, cluster: Cluster, configuration: Configuration = DEFAULT_CONFIGURATION) -> None:
        self.cluster = cluster
        self.clock = cluster.clock
        self.store = cluster.store
        self.api = cluster.api
        self.snapshot = Snapshot(cluster.store)
        self.queue = SchedulingQueue(configuration.initial_backoff, configuration.max_backoff)
        self.nominator = Nominator()
        self.cycles = {profile.scheduler_name: Cycle(self.snapshot, profile) for profile in configuration.profiles}
        self.binder = VolumeBinder(self)
        self._preemptor = Preemptor(self)
        self._handlers = EventHandlers(self)
        self._timer: Timer | None = None
        self._due = float("inf")

    def start(self) -> None:
        """Look at what exists, and watch from now on."""
        self._handlers.start()

    def wake(self) -> None:
        """See to it that the scheduler works as soon as there is something to do."""
        time = self.queue.next_time(self.clock.now)
        if time == float("inf"):
            return
        self._set_timer(max(time, self.clock.now + LATENCY))

    def _set_timer(self, time: float) -> None:
        if self._timer is not None and self._due <= time:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = time
        self._timer = self.clock.at(time, self._work)

    def _work(self) -> None:
        self._timer, self._due = None, float("inf")
        self.queue.flush_unschedulable(self.clock.now)
        queued = self.queue.pop(self.clock.now)
        if queued is not None:
            self._schedule_one(queued)
        time = self.queue.next_time(self.clock.now)
        if time != float("inf"):
            self._set_timer(max(time, self.clock.now + INTERVAL))

    def _schedule_one(self, queued: QueuedPod) -> None:
        cycle = self.cycles[queued.info.scheduler_name]
        key = queued.pod.key
        expected = self.nominator.expected(key, queued.info.priority, self.snapshot) if self.nominator else {}
        slot = cycle.choose(queued.info, expected=expected, nominated=self.nominator.node_of(key))
        if slot is None:
            self._no_node(queued, cycle)
            return
        node = self.snapshot.nodes[slot].name
        if queued.info.needs_claims:
            volumes = volume_binding.reserve(queued.info, self.snapshot, slot)
            if volumes:
                self.snapshot.set_pod(queued.pod, node, queued.info)
                self.binder.begin(queued, node, volumes)
                return
        self.bind(queued, node)

    def bind(self, queued: QueuedPod, node: str) -> None:
        """Bind a pod to its node (the Bind plugin DefaultBinder)."""
        pod = queued.pod
        try:
            bound = self.api.bind(pod.key, node)
        except errors.ApiError:
            self.snapshot.remove_pod(pod.key)
            current = self.store.get(*pod.key)
            if current is not None and not current.spec.get("nodeName") and not current.deleting:
                self.queue.failed(queued, self.clock.now)
            else:
                self.queue.delete(pod.key)
            return
        text = f"Successfully assigned {pod.namespace}/{pod.name} to {node}"
        events.record(self.cluster, bound, "Scheduled", text, source=SOURCE)

    def unreserve(self, queued: QueuedPod, message: str) -> None:
        """A pod's volumes could not be bound: its place on the node is free again, and it is tried anew later."""
        self.snapshot.remove_pod(queued.pod.key)
        self.queue.failed(queued, self.clock.now)
        self._tell(queued, "SchedulerError", message, "")
        self.wake()

    def _no_node(self, queued: QueuedPod, cycle: Cycle) -> None:
        """Preempt where that helps, say why there is no node, and wait (handleSchedulingFailure)."""
        nodes = len(self.snapshot)
        if not nodes:
            self.queue.unschedulable(queued, frozenset(), self.clock.now)
            self._tell(queued, "Unschedulable", NO_NODES, "")
            return
        expected = self.nominator.expected(queued.pod.key, queued.info.priority, self.snapshot)
        refusals = cycle.refusals(queued.info, expected=expected)
        outcome = self._preemptor.preempt(queued, cycle, refusals)
        evaluation = cycle.evaluations.of(queued.info)
        message = fit_error(
            nodes,
            (reason for refusal in refusals for _ in refusal.slots for reason in refusal.status.reasons),
            refused_before=", ".join(evaluation.refusal[1].reasons) if evaluation.refusal else "",
            preemption=outcome.message,
        )
        self.queue.unschedulable(queued, frozenset(refusal.plugin for refusal in refusals), self.clock.now)
        self._tell(queued, "Unschedulable", message, outcome.nominated)

    def _tell(self, queued: QueuedPod, reason: str, message: str, nominated: str) -> None:
        pod = self.store.get(*queued.pod.key)
        if pod is None:
            return
        events.record(self.cluster, pod, "FailedScheduling", message, type="Warning", source=SOURCE)
        status = pod_status.unscheduled(pod.status, reason, message, self.clock.timestamp())
        if nominated:
            status = {**status, "nominatedNodeName": nominated}
        elif not self.nominator.node_of(pod.key):
            status = {name: value for name, value in status.items() if name != "nominatedNodeName"}
        self.api.update_status(pod, status)

    def responsible_for(self, pod: Object) -> bool:
        """Whether the pod asks for one of this scheduler's profiles."""
        return (pod.spec.get("schedulerName") or SOURCE) in self.cycles
