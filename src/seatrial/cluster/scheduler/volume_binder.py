"""Waits until a pod's volumes are bound before the pod is (SchedulerVolumeBinder.BindPodVolumes, 1.34).

Claims and volumes are marked as decided; a volume controller does the rest. The pod keeps its place on the node
meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import errors
from seatrial.cluster.scheduler.assume_cache import BIND_COMPLETED, SELECTED_NODE, claim_reference
from seatrial.cluster.scheduler.scheduling_queue import QueuedPod
from seatrial.cluster.scheduler.volume_finder import PodVolumes
from seatrial.model.objects import Key, Object, evolve

if TYPE_CHECKING:
    from seatrial.cluster.scheduler.scheduler import Scheduler

POLL = 1.0
"""Seconds between looks whether the claims are bound."""
TIMEOUT = 600.0
"""Seconds after which the pod gives its place up (bindTimeoutSeconds)."""


class VolumeBinder:
    """Pods on their way to a node, waiting for volumes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._pending: dict[Key, tuple[QueuedPod, str, PodVolumes]] = {}

    def begin(self, queued: QueuedPod, node: str, volumes: PodVolumes) -> None:
        """Write the decisions down, then wait."""
        key = queued.pod.key
        self._pending[key] = (queued, node, volumes)
        try:
            self._write(node, volumes)
        except errors.ApiError as error:
            self._give_up(key, f"binding volumes: {error.message}")
            return
        clock = self._scheduler.clock
        clock.after(POLL, self._check, key, queued.pod.uid, clock.now + TIMEOUT)

    def forget(self, key: Key) -> None:
        """The pod is gone."""
        self._pending.pop(key, None)

    def _write(self, node: str, volumes: PodVolumes) -> None:
        api = self._scheduler.api
        for volume, claim in volumes.bindings:
            current = api.present(volume.key)
            api.update(evolve(current, spec={**current.spec, "claimRef": claim_reference(claim)}))
        for claim in volumes.provisions:
            current = api.present(claim.key)
            api.change_metadata(claim.key, annotations={**current.annotations, SELECTED_NODE: node})

    def _check(self, key: Key, uid: str, deadline: float) -> None:
        found = self._pending.get(key)
        if found is None or found[0].pod.uid != uid:
            return
        queued, node, volumes = found
        clock = self._scheduler.clock
        claims = [claim for _, claim in volumes.bindings] + volumes.provisions
        current = [self._scheduler.store.get(*claim.key) for claim in claims]
        if all(claim is not None and _is_bound(claim) for claim in current):
            del self._pending[key]
            self._scheduler.bind(queued, node)
            return
        for claim in volumes.provisions:
            present = self._scheduler.store.get(*claim.key)
            if present is None or present.annotations.get(SELECTED_NODE) != node:
                self._give_up(key, f'binding volumes: provisioning failed for PVC "{claim.name}"')
                return
        if clock.now >= deadline:
            self._give_up(key, "binding volumes: context deadline exceeded")
            return
        clock.after(POLL, self._check, key, uid, deadline)

    def _give_up(self, key: Key, message: str) -> None:
        queued, _, volumes = self._pending.pop(key)
        for volume, _ in volumes.bindings:
            self._scheduler.snapshot.claims.forget(volume=volume)
        for claim in volumes.provisions:
            self._scheduler.snapshot.claims.forget(claim=claim)
        self._scheduler.unreserve(queued, message)


def _is_bound(claim: Object) -> bool:
    return bool(claim.spec.get("volumeName")) and BIND_COMPLETED in claim.annotations
