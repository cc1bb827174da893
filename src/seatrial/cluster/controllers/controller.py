"""What all controllers share: a work queue of keys, and a sync that looks at the whole present state.

As client-go's workqueue and the controllers' worker loops (Kubernetes 1.36): a key is queued once however often it is
added; while it is being worked on it is noted and queued again after; failures come back with a growing delay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seatrial.cluster import errors
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.api_server import Bounds
    from seatrial.cluster.cluster import Cluster

LATENCY = 0.01
"""Seconds from a write to the sync that it causes: watch delivery and queueing, measured at 5 to 20 ms."""
FIRST_RETRY, LAST_RETRY = 0.005, 1000.0
"""Bounds of the exponential back-off of failed syncs (DefaultTypedControllerRateLimiter)."""


class Controller:
    """Base of every controller: subclasses say what to watch in `start` and what to do in `sync`."""

    name = ""
    latency = LATENCY
    writes: Bounds | None = None
    """Between which bounds the seconds lie that each write of a sync takes; None: no time."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.clock = cluster.clock
        self.store = cluster.store
        self.api = cluster.api
        self._queued: dict[str, float] = {}
        self._delayed: dict[str, float] = {}
        self._needless: dict[str, tuple[float, int]] = {}
        self._failures: dict[str, int] = {}
        self._busy: dict[str, float] = {}
        """Until when a sync of a key goes on that takes time."""

    def start(self) -> None:
        """Set watches and indexes, and enqueue what already exists."""
        raise NotImplementedError(type(self).__name__)

    def sync(self, key: str) -> None:
        """Bring the object `namespace/name` one step nearer to what its spec asks for."""
        raise NotImplementedError(type(self).__name__)

    def enqueue(self, obj: Object) -> None:
        """Queue an object's key."""
        self.add(f"{obj.namespace}/{obj.name}")

    def enqueue_all(self, found: Iterable[Object]) -> None:
        """Queue every object given."""
        for obj in found:
            self.enqueue(obj)

    def latency_of(self, key: str) -> float:
        """Seconds from a write to the sync of the key that it causes."""
        return self.latency

    def add(self, key: str, delay: float | None = None) -> None:
        """Sync `key` at once, as far as the controller's latency allows, or after `delay` seconds.

        The two know nothing of each other, as upstream's Add and AddAfter: what is due at once does not take back what
        is due later. Of two delays the one that ends first counts.
        """
        queue = self._queued if delay is None else self._delayed
        time = self.clock.now + (self.latency_of(key) if delay is None else delay)
        turn = 0
        if delay is None and key in self._needless:
            needless = self._needless.pop(key)
            if not self.clock.is_past(*needless):
                time, turn = needless
        due = queue.get(key)
        if due is not None and due <= time:
            return
        queue[key] = time
        self.clock.at(time, self._work, key, time, delay is not None, turn=turn)

    def add_needless(self, key: str) -> None:
        """Queue a sync that can find nothing to do: it is left out, unless one that is needed joins it in time."""
        if key not in self._queued and self.clock.is_past(*self._needless.get(key, (0.0, 0))):
            self._needless[key] = (self.clock.now + self.latency_of(key), self.clock.turn())

    def _work(self, key: str, time: float, delayed: bool) -> None:
        queue = self._delayed if delayed else self._queued
        if queue.get(key) != time:
            return  # queued anew for an earlier moment
        free = self._busy.pop(key, time)
        if free > time:
            self._busy[key] = queue[key] = free
            self.clock.at(free, self._work, key, free, delayed)
            return
        del queue[key]
        self.api.takes = self.writes
        try:
            self.sync(key)
        except errors.ApiError:
            failures = self._failures.get(key, 0)
            self._failures[key] = failures + 1
            self.add(key, min(FIRST_RETRY * 2**failures, LAST_RETRY))
        else:
            self._failures.pop(key, None)
        self.api.takes = None
        if self.clock.now > time:
            self._busy[key] = self.clock.now
