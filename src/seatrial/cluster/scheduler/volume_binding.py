"""VolumeBinding: bound claims must be usable where the pod goes, unbound ones must find a volume
(plugins/volumebinding, 1.34).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from seatrial.cluster.scheduler import node_selector
from seatrial.cluster.scheduler.assume_cache import BIND_COMPLETED, SELECTED_NODE, storage_class
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import FilterPlugin, Mask, NodeFilter, Status, unresolvable
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter
from seatrial.model import quantities, selectors
from seatrial.model.objects import Object, dig

NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
NOT_ENOUGH_SPACE = "node(s) did not have enough free storage"
VOLUME_MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
REASONS = (NODE_CONFLICT, BIND_CONFLICT, NOT_ENOUGH_SPACE, VOLUME_MISSING)
NO_PROVISIONER = "kubernetes.io/no-provisioner"


@dataclass(slots=True)
class PodVolumes:
    """What is to be done with a pod's unbound claims once it has a node."""

    bindings: list[tuple[Object, Object]] = field(default_factory=list)
    """(volume, claim): volumes that exist and are set aside for the claims."""
    provisions: list[Object] = field(default_factory=list)
    """Claims for which volumes are made."""

    def __bool__(self) -> bool:
        return bool(self.bindings or self.provisions)


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
            for slot in range(len(snapshot)):
                found = find_volumes(claims.delayed, snapshot, slot)
                if not isinstance(found, PodVolumes):
                    bits[slot] += 2 if found == BIND_CONFLICT else 4
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
        fits &= _reachable(volume, snapshot)
    return fits, True


def _reachable(volume: Object, snapshot: Snapshot) -> Mask:
    """Nodes that match the volume's node affinity (volume.CheckNodeAffinity)."""
    terms = dig(volume, "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    if terms is None:
        return np.ones(len(snapshot), dtype=np.bool_)
    return node_selector.match_any(terms, snapshot.facts)


def find_volumes(claims: list[Object], snapshot: Snapshot, slot: int) -> PodVolumes | str:
    """What would be done with unbound claims at a node, or why it cannot be done (FindPodVolumes)."""
    node = snapshot.nodes[slot]
    found = PodVolumes()
    provisions = []
    unmatched = []
    for claim in claims:
        selected = claim.annotations.get(SELECTED_NODE)
        if selected is None:
            unmatched.append(claim)
        elif selected == node.name:
            provisions.append(claim)
        else:
            return BIND_CONFLICT
    chosen: set[str] = set()
    for claim in sorted(unmatched, key=requested):
        volume = _match(claim, snapshot, slot, chosen)
        if volume is None:
            provisions.append(claim)
        else:
            chosen.add(volume.name)
            found.bindings.append((volume, claim))
    for claim in provisions:
        problem = _cannot_provision(claim, snapshot, slot)
        if problem:
            return problem
    found.provisions = provisions
    return found


def requested(claim: Object) -> int:
    """Bytes that a claim asks for."""
    return quantities.whole(dig(claim, "spec", "resources", "requests", "storage", default=0))


def _match(claim: Object, snapshot: Snapshot, slot: int, chosen: set[str]) -> Object | None:
    """The smallest volume that suits the claim at the node (volume.FindMatchingVolume)."""
    best: Object | None = None
    for volume in snapshot.claims.volumes_of_class(storage_class(claim)):
        reference = volume.spec.get("claimRef")
        if volume.name in chosen or (reference and not _is_for(reference, claim)):
            continue
        size = _capacity(volume)
        if size < requested(claim) or _mode(volume) != _mode(claim) or volume.deleting:
            continue
        reachable = bool(_reachable(volume, snapshot)[slot])
        if reference:
            return volume if reachable else None
        if volume.status.get("phase") != "Available" or not reachable:
            continue
        selector = claim.spec.get("selector")
        if selector is not None and not selectors.matches(selector, volume.labels):
            continue
        if not set(claim.spec.get("accessModes") or ()) <= set(volume.spec.get("accessModes") or ()):
            continue
        if (volume.spec.get("volumeAttributesClassName") or "") != (claim.spec.get("volumeAttributesClassName") or ""):
            continue
        if best is None or size < _capacity(best):
            best = volume
    return best


def _is_for(reference: dict[str, str], claim: Object) -> bool:
    """volume.IsVolumeBoundToClaim."""
    same = (reference.get("namespace"), reference.get("name")) == (claim.namespace, claim.name)
    return same and reference.get("uid") in (None, "", claim.uid)


def _capacity(volume: Object) -> int:
    return quantities.whole(dig(volume, "spec", "capacity", "storage", default=0))


def _mode(obj: Object) -> str:
    return obj.spec.get("volumeMode") or "Filesystem"


def _cannot_provision(claim: Object, snapshot: Snapshot, slot: int) -> str:
    """Why no volume can be made for a claim at a node, or "" (checkVolumeProvisions)."""
    found = snapshot.lister.get("StorageClass", "", storage_class(claim))
    if found is None or found.get("provisioner") in (None, "", NO_PROVISIONER):
        return BIND_CONFLICT
    labels = snapshot.nodes[slot].labels
    terms = found.get("allowedTopologies") or ()
    if terms and not any(
        all(labels.get(e.get("key", "")) in e.get("values", ()) for e in term.get("matchLabelExpressions") or ())
        for term in terms
    ):
        return BIND_CONFLICT
    return "" if _enough_capacity(claim, found, snapshot, slot) else NOT_ENOUGH_SPACE


def _enough_capacity(claim: Object, found: Object, snapshot: Snapshot, slot: int) -> bool:
    """hasEnoughCapacity: only for drivers that publish CSIStorageCapacity."""
    driver = snapshot.lister.get("CSIDriver", "", found["provisioner"])
    if driver is None or not driver.spec.get("storageCapacity"):
        return True
    labels = snapshot.nodes[slot].labels
    for capacity in snapshot.lister.list("CSIStorageCapacity"):
        limit = capacity.get("maximumVolumeSize") or capacity.get("capacity")
        if (
            capacity.get("storageClassName") == found.name
            and limit is not None
            and quantities.whole(limit) >= requested(claim)
            and selectors.matches(capacity.get("nodeTopology"), labels)
        ):
            return True
    return False


def reserve(pod: PodInfo, snapshot: Snapshot, slot: int) -> PodVolumes:
    """Set a pod's unbound claims aside for a node at which they were found to be possible (AssumePodVolumes)."""
    claims = [snapshot.claims.claim(pod.namespace, name) for name, _ in pod.claim_names]
    delayed = [c for c in claims if c is not None and not c.spec.get("volumeName") and is_delayed(c, snapshot)]
    found = find_volumes(delayed, snapshot, slot)
    if not isinstance(found, PodVolumes):
        return PodVolumes()
    for volume, claim in found.bindings:
        snapshot.claims.bind(volume, claim)
    for claim in found.provisions:
        snapshot.claims.provision(claim, snapshot.nodes[slot].name)
    return found
