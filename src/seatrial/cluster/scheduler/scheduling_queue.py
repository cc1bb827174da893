"""The scheduling queue: pods to try now, later, and once something happens (pkg/scheduler/backend/queue, 1.34).

*Active* pods are tried in order of priority. A pod that was tried in vain is *unschedulable* until an event happens
that one of the plugins which refused it takes for helpful, or for five minutes; it then goes to the active queue, or
first to the *back-off* queue where it was tried too recently. An idle scheduler takes pods from the back-off queue
before their time (SchedulerPopFromBackoffQ, on by default since 1.33), except those that failed with an error.
"""

from __future__ import annotations

import heapq
from enum import Enum

from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.priority_sort import PrioritySort
from seatrial.model.objects import Key, Object

INITIAL_BACKOFF, MAX_BACKOFF = 1.0, 10.0
"""Seconds before the second try, and the most between two tries."""
MAX_UNSCHEDULABLE = 300.0
"""Seconds after which an unschedulable pod is tried again whatever happened (podMaxInUnschedulablePodsDuration)."""
FLUSH_INTERVAL = 30.0
"""Seconds between looks for such pods (flushUnschedulablePodsLeftover)."""


class Place(Enum):
    """Where a pod waits."""

    ACTIVE = "active"
    BACKOFF = "backoff"
    ERROR_BACKOFF = "error"
    UNSCHEDULABLE = "unschedulable"
    GATED = "gated"
    IN_FLIGHT = "in flight"


class QueuedPod:
    """A pod that waits, and how often it was tried (framework.QueuedPodInfo)."""

    __slots__ = ("attempts", "info", "place", "plugins", "pod", "since", "until")

    def __init__(self, pod: Object, info: PodInfo, since: float) -> None:
        self.pod = pod
        self.info = info
        self.since = since
        """When it came to its present place."""
        self.until = 0.0
        """When it may leave the back-off queue."""
        self.attempts = 0
        self.plugins: frozenset[str] = frozenset()
        """Plugins that refused it the last time (UnschedulablePlugins)."""
        self.place = Place.ACTIVE


class SchedulingQueue:
    """Pods without a node. Times are seconds of virtual time, given by the caller."""

    def __init__(
        self, initial_backoff: float = INITIAL_BACKOFF, max_backoff: float = MAX_BACKOFF, *, idle_pops: bool = True
    ) -> None:
        self._initial = initial_backoff
        self._max = max_backoff
        self._idle_pops = idle_pops
        self._pods: dict[Key, QueuedPod] = {}
        self._active: list[tuple[tuple[int, float, int], Key]] = []
        self._backoff: list[tuple[float, int, Key]] = []
        self._unschedulable: dict[PodInfo, dict[Key, QueuedPod]] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._pods)

    def get(self, key: Key) -> QueuedPod | None:
        """The pod, where it waits here or is being tried."""
        return self._pods.get(key)

    def add(self, pod: Object, info: PodInfo, now: float, *, gated: bool = False) -> None:
        """Add a pod that is new, or changed in what the scheduler looks at: it is tried without further waiting."""
        self.delete(pod.key)
        queued = self._pods[pod.key] = QueuedPod(pod, info, now)
        if gated:
            queued.place = Place.GATED
        else:
            self._activate(queued, now)

    def delete(self, key: Key) -> None:
        """Forget a pod; harmless where it is unknown."""
        queued = self._pods.pop(key, None)
        if queued is not None and queued.place is Place.UNSCHEDULABLE:
            self._leave_unschedulable(key, queued)

    def pop(self, now: float) -> QueuedPod | None:
        """The next pod to try, None where there is none at present."""
        self._flush_backoff(now)
        while self._active:
            _, key = heapq.heappop(self._active)
            queued = self._pods.get(key)
            if queued is not None and queued.place is Place.ACTIVE:
                return self._taken(queued)
        if self._idle_pops:
            for _, _, key in sorted(self._backoff):
                queued = self._pods.get(key)
                if queued is not None and queued.place is Place.BACKOFF:
                    return self._taken(queued)
        return None

    def unschedulable(self, queued: QueuedPod, plugins: frozenset[str], now: float) -> None:
        """Put a pod back that no node was found for, because of these plugins."""
        queued.plugins = plugins
        queued.since = now
        queued.place = Place.UNSCHEDULABLE
        self._unschedulable.setdefault(queued.info, {})[queued.pod.key] = queued

    def failed(self, queued: QueuedPod, now: float) -> None:
        """Put a pod back that could not be bound: it is tried again after its back-off."""
        queued.since = now
        self._back_off(queued, now, Place.ERROR_BACKOFF)

    def activate(self, key: Key, now: float) -> None:
        """Try a waiting pod as soon as its back-off allows."""
        queued = self._pods.get(key)
        if queued is not None and queued.place is Place.UNSCHEDULABLE:
            self._requeue(key, queued, now)

    def waiting(self) -> dict[PodInfo, frozenset[str]]:
        """Unschedulable pods, those that are alike as one, with the plugins that refused any of them."""
        found = {}
        for info, pods in self._unschedulable.items():
            found[info] = frozenset().union(*(queued.plugins for queued in pods.values()))
        return found

    def wake(self, info: PodInfo, plugins: frozenset[str], now: float) -> None:
        """Try the unschedulable pods of this sort again that one of the plugins refused."""
        for key, queued in list(self._unschedulable.get(info, {}).items()):
            if queued.plugins & plugins:
                self._requeue(key, queued, now)

    def flush_unschedulable(self, now: float) -> None:
        """Try pods again that have been unschedulable for too long."""
        for pods in list(self._unschedulable.values()):
            for key, queued in list(pods.items()):
                if now - queued.since >= MAX_UNSCHEDULABLE:
                    self._requeue(key, queued, now)

    def next_time(self, now: float) -> float:
        """When there is something to do next: at once, when a back-off ends, or when to look for pods left over."""
        if any(self._is_at(key, Place.ACTIVE) for _, key in self._active[:1]) or self._settle_active():
            return now
        times = []
        for until, _, key in self._backoff:
            if self._idle_pops and self._is_at(key, Place.BACKOFF):
                return now
            if self._is_at(key, Place.ERROR_BACKOFF) or self._is_at(key, Place.BACKOFF):
                times.append(until)
        for pods in self._unschedulable.values():
            oldest = min(queued.since for queued in pods.values())
            ticks = -(-(oldest + MAX_UNSCHEDULABLE) // FLUSH_INTERVAL)
            times.append(ticks * FLUSH_INTERVAL)
        return min(times, default=float("inf"))

    def _settle_active(self) -> bool:
        """Drop heads of the active heap that have left it; whether a pod remains."""
        while self._active and not self._is_at(self._active[0][1], Place.ACTIVE):
            heapq.heappop(self._active)
        return bool(self._active)

    def _is_at(self, key: Key, place: Place) -> bool:
        queued = self._pods.get(key)
        return queued is not None and queued.place is place

    def _taken(self, queued: QueuedPod) -> QueuedPod:
        queued.attempts += 1
        queued.place = Place.IN_FLIGHT
        return queued

    def _activate(self, queued: QueuedPod, now: float) -> None:
        queued.place = Place.ACTIVE
        queued.since = now
        self._sequence += 1
        key = PrioritySort.key(queued.info.priority, now, self._sequence)
        heapq.heappush(self._active, (key, queued.pod.key))

    def _requeue(self, key: Key, queued: QueuedPod, now: float) -> None:
        self._leave_unschedulable(key, queued)
        if queued.since + self._delay(queued) > now:
            self._back_off(queued, now, Place.BACKOFF)
        else:
            self._activate(queued, now)

    def _leave_unschedulable(self, key: Key, queued: QueuedPod) -> None:
        alike = self._unschedulable.get(queued.info, {})
        alike.pop(key, None)
        if not alike:
            self._unschedulable.pop(queued.info, None)

    def _delay(self, queued: QueuedPod) -> float:
        """Doubles with every try (calculateBackoffDuration)."""
        return min(self._initial * 2 ** max(0, min(queued.attempts, 32) - 1), self._max) if queued.attempts else 0.0

    def _back_off(self, queued: QueuedPod, now: float, place: Place) -> None:
        queued.place = place
        queued.until = queued.since + self._delay(queued)
        self._sequence += 1
        heapq.heappush(self._backoff, (queued.until, self._sequence, queued.pod.key))

    def _flush_backoff(self, now: float) -> None:
        while self._backoff and self._backoff[0][0] <= now:
            until, _, key = heapq.heappop(self._backoff)
            queued = self._pods.get(key)
            waits = queued is not None and queued.place in (Place.BACKOFF, Place.ERROR_BACKOFF)
            if queued is not None and waits and queued.until == until:
                self._activate(queued, now)
