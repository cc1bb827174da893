"""VolumeBinding: bound claims must be usable where the pod goes, unbound ones must find a volume
(plugins/volumebinding, 1.34).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from seatrial.cluster.scheduler.assume_cache import BIND_COMPLETED, storage_class
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import FilterPlugin, Mask, NodeFilter, Status, unresolvable
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter
from seatrial.cluster.scheduler.volume_finder import NO_SPACE, NO_VOLUME, PodVolumes, VolumeFinder, reachable
from seatrial.model.objects import Object

NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
NOT_ENOUGH_SPACE = "node(s) did not have enough free storage"
VOLUME_MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
REASONS = (NODE_CONFLICT, BIND_CONFLICT, NOT_ENOUGH_SPACE, VOLUME_MISSING)


@dataclass(slots=True)
class Claims:
    """A pod's claims by what remains to be done."""

    bound: list[Object] = field(default_factory=list)
    delayed: list[Object] = field(default_factory=list)
    immediate: list[Object] = field(default_factory=list)


class VolumeBinding(FilterPlugin):
    """PreFilter and Filter; Reserve and PreBind are in `scheduler.py`, on what `PodVolumes` says."""

    name = "VolumeBinding"
    events = (
        ClusterEvent.STORAGE_CLASS, ClusterEvent.PVC, ClusterEvent.PV, ClusterEvent.NODE_ADD, ClusterEvent.NODE_LABEL,
        ClusterEvent.CSI_NODE, ClusterEvent.CSI_CAPACITY,
    )  # fmt: skip

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Of claims, those that the pod uses."""
        return happened.event is not ClusterEvent.PVC or pod.uses_claim(happened.obj)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | Status | None:
        """Claims that bind at once must be bound already."""
        if not pod.needs_claims:
            return None
        sorted_claims = self._sort(pod, snapshot)
        if isinstance(sorted_claims, Status):
            return sorted_claims
        if sorted_claims.immediate:
            return unresolvable("pod has unbound immediate PersistentVolumeClaims")
        return self._filter(sorted_claims, snapshot)

    def _sort(self, pod: PodInfo, snapshot: Snapshot) -> Claims | Status:
        found = Claims()
        for name, ephemeral in pod.claim_names:
            claim = snapshot.claims.claim(pod.namespace, name)
            if claim is None:
                waiting = "waiting for ephemeral volume controller to create the "
                return unresolvable(
                    f'{waiting if ephemeral else ""}persistentvolumeclaim "{name}"'
                    + ("" if ephemeral else " not found")
                )
            if claim.status.get("phase") == "Lost":
                volume = claim.spec.get("volumeName") or ""
                return unresolvable(f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"')
            if claim.deleting:
                return unresolvable(f'persistentvolumeclaim "{name}" is being deleted')
            if claim.spec.get("volumeName") and BIND_COMPLETED in claim.annotations:
                found.bound.append(claim)
            elif is_delayed(claim, snapshot) and not claim.spec.get("volumeName"):
                found.delayed.append(claim)
            else:
                found.immediate.append(claim)
        return found

    def _filter(self, claims: Claims, snapshot: Snapshot) -> NodeFilter | None:
        bits = np.zeros(len(snapshot), dtype=np.int64)
        fits, exist = bound_volumes_fit(claims.bound, snapshot)
        bits += np.where(fits, 0, 1)
        if not exist:
            bits += 8
        if claims.delayed:
            codes = VolumeFinder(claims.delayed, snapshot).codes()
            bits += 2 * (codes == NO_VOLUME) + 4 * (codes == NO_SPACE)
        statuses = [unresolvable(*(r for i, r in enumerate(REASONS) if code >> i & 1)) for code in range(1, 16)]
        return StaticFilter(bits, statuses)


def is_delayed(claim: Object, snapshot: Snapshot) -> bool:
    """Whether a claim's class waits for the first consumer (IsDelayBindingMode)."""
    found = snapshot.lister.get("StorageClass", "", storage_class(claim))
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def bound_volumes_fit(claims: list[Object], snapshot: Snapshot) -> tuple[Mask, bool]:
    """Nodes that the volumes of bound claims allow, and whether all those volumes exist (checkBoundClaims)."""
    fits: Mask = np.ones(len(snapshot), dtype=np.bool_)
    for claim in claims:
        volume = snapshot.claims.volume(claim.spec["volumeName"])
        if volume is None:
            return fits, False
        fits &= reachable(volume, snapshot)
    return fits, True


def reserve(pod: PodInfo, snapshot: Snapshot, slot: int) -> PodVolumes:
    """Set a pod's unbound claims aside for a node at which they were found to be possible (AssumePodVolumes)."""
    claims = [snapshot.claims.claim(pod.namespace, name) for name, _ in pod.claim_names]
    delayed = [c for c in claims if c is not None and not c.spec.get("volumeName") and is_delayed(c, snapshot)]
    found = VolumeFinder(delayed, snapshot).at(slot)
    for volume, claim in found.bindings:
        snapshot.claims.bind(volume, claim)
    for claim in found.provisions:
        snapshot.claims.provision(claim, snapshot.nodes[slot].name)
    return found
