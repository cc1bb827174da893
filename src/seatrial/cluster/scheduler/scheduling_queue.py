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
        """When it leaves its present place by itself."""
        self.attempts = 0
        self.plugins: frozenset[str] = frozenset()
        """Plugins that refused it the last time (UnschedulablePlugins)."""
        self.place = Place.ACTIVE


Group = tuple[PodInfo, frozenset[str]]
"""Unschedulable pods that are alike and that the same plugins refused: an event helps all of them or none."""


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
        self._timed: dict[Place, list[tuple[float, int, Key]]] = {
            Place.BACKOFF: [],
            Place.ERROR_BACKOFF: [],
            Place.UNSCHEDULABLE: [],
        }
        """Heaps of when a pod leaves its place by itself; entries of pods that have left it before are dropped late."""
        self._groups: dict[Group, dict[Key, QueuedPod]] = {}
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
        """Forget a pod that is gone or has a node; harmless where it is unknown."""
        queued = self._pods.pop(key, None)
        if queued is not None and queued.place is Place.UNSCHEDULABLE:
            self._leave_group(queued)

    def pop(self, now: float) -> QueuedPod | None:
        """The next pod to try, None where there is none at present."""
        for place in (Place.BACKOFF, Place.ERROR_BACKOFF):
            while self._next(place) <= now:
                self._activate(self._take(place), now)
        if self._active_waits():
            queued = self._pods[heapq.heappop(self._active)[1]]
        elif self._idle_pops and self._next(Place.BACKOFF) < float("inf"):
            queued = self._take(Place.BACKOFF)
        else:
            return None
        queued.attempts += 1
        queued.place = Place.IN_FLIGHT
        return queued

    def unschedulable(self, queued: QueuedPod, plugins: frozenset[str], now: float) -> None:
        """Put a pod back that no node was found for, because of these plugins."""
        queued.plugins = plugins
        queued.since = now
        self._groups.setdefault((queued.info, plugins), {})[queued.pod.key] = queued
        tick = -(-(now + MAX_UNSCHEDULABLE) // FLUSH_INTERVAL) * FLUSH_INTERVAL
        self._wait(queued, Place.UNSCHEDULABLE, tick)

    def failed(self, queued: QueuedPod, now: float) -> None:
        """Put a pod back that could not be bound: it is tried again after its back-off."""
        queued.since = now
        self._wait(queued, Place.ERROR_BACKOFF, now + self._delay(queued))

    def activate(self, key: Key, now: float) -> None:
        """Try an unschedulable pod as soon as its back-off allows."""
        queued = self._pods.get(key)
        if queued is not None and queued.place is Place.UNSCHEDULABLE:
            self._leave_group(queued)
            self._requeue(queued, now)

    def groups(self) -> list[Group]:
        """What unschedulable pods there are."""
        return list(self._groups)

    def wake(self, group: Group, now: float) -> None:
        """Try a group of unschedulable pods again."""
        for queued in self._groups.pop(group, {}).values():
            self._requeue(queued, now)

    def flush_unschedulable(self, now: float) -> None:
        """Try pods again that have been unschedulable for too long."""
        while self._next(Place.UNSCHEDULABLE) <= now:
            queued = self._take(Place.UNSCHEDULABLE)
            self._leave_group(queued)
            self._requeue(queued, now)

    def next_time(self, now: float) -> float:
        """When there is something to do next: at once, when a back-off ends, or when to look for pods left over."""
        backoff = self._next(Place.BACKOFF)
        if self._active_waits() or (self._idle_pops and backoff < float("inf")):
            return now
        return min(backoff, self._next(Place.ERROR_BACKOFF), self._next(Place.UNSCHEDULABLE))

    def _active_waits(self) -> bool:
        """Whether a pod is active; heads of the heap that have left are dropped."""
        while self._active:
            (_, since, _), key = self._active[0]
            queued = self._pods.get(key)
            if queued is not None and queued.place is Place.ACTIVE and queued.since == since:
                return True
            heapq.heappop(self._active)
        return False

    def _next(self, place: Place) -> float:
        """When the first pod leaves a place by itself; heads of the heap that have left are dropped."""
        heap = self._timed[place]
        while heap:
            until, _, key = heap[0]
            queued = self._pods.get(key)
            if queued is not None and queued.place is place and queued.until == until:
                return until
            heapq.heappop(heap)
        return float("inf")

    def _take(self, place: Place) -> QueuedPod:
        """The first pod of a place where there is one; see `_next`."""
        return self._pods[heapq.heappop(self._timed[place])[2]]

    def _wait(self, queued: QueuedPod, place: Place, until: float) -> None:
        queued.place = place
        queued.until = until
        self._sequence += 1
        heapq.heappush(self._timed[place], (until, self._sequence, queued.pod.key))

    def _activate(self, queued: QueuedPod, now: float) -> None:
        queued.place = Place.ACTIVE
        queued.since = now
        self._sequence += 1
        key = PrioritySort.key(queued.info.priority, now, self._sequence)
        heapq.heappush(self._active, (key, queued.pod.key))

    def _requeue(self, queued: QueuedPod, now: float) -> None:
        until = queued.since + self._delay(queued)
        if until > now:
            self._wait(queued, Place.BACKOFF, until)
        else:
            self._activate(queued, now)

    def _leave_group(self, queued: QueuedPod) -> None:
        group = (queued.info, queued.plugins)
        alike = self._groups.get(group, {})
        alike.pop(queued.pod.key, None)
        if not alike:
            self._groups.pop(group, None)

    def _delay(self, queued: QueuedPod) -> float:
        """Doubles with every try (calculateBackoffDuration)."""
        return min(self._initial * 2 ** max(0, min(queued.attempts, 32) - 1), self._max) if queued.attempts else 0.0
