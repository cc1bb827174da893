"""How the kubelet comes to know what its containers do: it lists them once a second (pkg/kubelet/pleg, 1.36).

A list that would show nothing new is not made: the next one is worked out from the node's own second and set only when
something changed or somebody waits for it. After a pod's sync that did something, its containers are listed at once
(feature PLEGOnDemandRelist).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet.containers import NOTHING, PodStatus

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet
    from seatrial.cluster.kubelet.pod_worker import PodWorker

PERIOD = 1.0
"""Seconds between lists (genericPlegRelistPeriod)."""
ON_DEMAND = 0.005
"""Seconds that a list of one pod takes to be made after it was asked for."""


class Pleg:
    """The cache of what the last list showed, by the uid of pods."""

    def __init__(self, kubelet: Kubelet, phase: float) -> None:
        self._kubelet = kubelet
        self._clock = kubelet.clock
        self._phase = phase
        self._cache: dict[str, PodStatus] = {}
        self._modified: dict[str, float] = {}
        self._changed: dict[str, None] = {}
        self._waiting: dict[str, PodWorker] = {}
        self._timer: Timer | None = None

    def get(self, uid: str) -> PodStatus:
        """What the last list showed of a pod."""
        return self._cache.get(uid, NOTHING)

    def newer_than(self, uid: str, time: float) -> bool:
        """Whether a list was made after `time` (cache.GetNewerThan would not block)."""
        if self._modified.get(uid, -1.0) > time:
            return True
        return self._tick_before(self._clock.now) > time

    def lists_now(self, uid: str) -> bool:
        """Whether a list that shows the pod was made at this very moment."""
        return self._modified.get(uid, -1.0) == self._clock.now

    def list_all(self) -> None:
        """The first list after the kubelet's start: what is there is no event."""
        for uid in self._kubelet.containers.sandboxes:
            self._look(uid)

    def changed(self, uid: str) -> None:
        """Something about a pod's containers is new: the next list will show it."""
        self._changed[uid] = None
        self._arm()

    def wait(self, worker: PodWorker) -> None:
        """Let a worker go on once a list was made after its last sync."""
        self._waiting[worker.uid] = worker
        self._arm()

    def request(self, uid: str) -> None:
        """List one pod at once."""
        self._clock.after(ON_DEMAND, self._relist_one, uid)

    def forget(self, uid: str) -> None:
        """A pod is gone for good."""
        for known in (self._cache, self._modified, self._changed, self._waiting):
            known.pop(uid, None)

    def stop(self) -> None:
        """The node is down."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._changed.clear()
        self._waiting.clear()

    def _arm(self) -> None:
        if self._timer is None:
            now = self._clock.now
            due = math.floor(now - self._phase) + self._phase + PERIOD
            self._timer = self._clock.at(due if due > now else due + PERIOD, self._relist)

    def _tick_before(self, now: float) -> float:
        return math.floor(now - self._phase) + self._phase

    def _relist(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        told = [uid for uid in changed if self._look(uid)]
        waiting, self._waiting = self._waiting, {}
        for worker in waiting.values():
            worker.status_is_fresh()
        for uid in told:
            self._kubelet.sync(uid)

    def _relist_one(self, uid: str) -> None:
        if uid not in self._kubelet.workers:
            return
        self._changed.pop(uid, None)
        told = self._look(uid)
        worker = self._waiting.pop(uid, None)
        if worker is not None:
            worker.status_is_fresh()
        if told:
            self._kubelet.sync(uid)

    def _look(self, uid: str) -> bool:
        """List one pod; whether something happened. Several events of one list come so close that they are one."""
        sandbox = self._kubelet.containers.sandbox(uid)
        new = sandbox.snapshot() if sandbox is not None else NOTHING
        old = self._cache.get(uid, NOTHING)
        self._cache[uid] = new
        self._modified[uid] = self._clock.now
        for name in _died(old, new):
            # The list after this one shows no older dead run of it (cleanUpContainersInPod).
            if sandbox is not None and sandbox.prune(name):
                self.changed(uid)
        return _differ(old, new)


def _differ(old: PodStatus, new: PodStatus) -> bool:
    """Whether a container or sandbox started or died between two lists; removals make the kubelet do nothing."""
    if (new.sandboxes, new.sandbox_ready) != (old.sandboxes, old.sandbox_ready):
        return True
    before = {status.id: status.state for status in old.containers}
    after = {status.id for status in new.containers}
    if any(before.get(status.id) != status.state for status in new.containers):
        return True
    # A container that vanished while it ran counts as dead.
    return any(state == "running" and known not in after for known, state in before.items())


def _died(old: PodStatus, new: PodStatus) -> list[str]:
    """The containers of which a run has ended between two lists."""
    before = {status.id for status in old.containers if not status.running}
    return sorted({status.name for status in new.containers if not status.running and status.id not in before})
