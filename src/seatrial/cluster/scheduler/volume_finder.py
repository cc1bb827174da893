"""What can be done with a pod's unbound claims at each node: a volume that exists, or one to be made
(volumeBinder.FindPodVolumes in plugins/volumebinding/binder.go and FindMatchingVolume in component-helpers, 1.34).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seatrial.cluster.scheduler import node_selector
from seatrial.cluster.scheduler.assume_cache import SELECTED_NODE, storage_class
from seatrial.cluster.scheduler.framework import Ints, Mask
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.model import quantities, selectors
from seatrial.model.objects import Object, dig

NO_VOLUME, NO_SPACE = 1, 2
"""Codes of nodes where nothing can be done."""
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


class Claim:
    """An unbound claim: volumes that suit it, smallest first, and where one could be made."""

    def __init__(self, claim: Object, snapshot: Snapshot) -> None:
        self.object = claim
        self.selected: str | None = claim.annotations.get(SELECTED_NODE)
        volumes = [] if self.selected is not None else _suitable(claim, snapshot)
        self.volumes = [(volume, reachable(volume, snapshot)) for volume in volumes]
        self.possible, self.enough = _where_made(claim, snapshot)

    def matching(self, slot: int, taken: set[str]) -> Object | None:
        """The smallest volume at a node that no other claim of the pod has taken."""
        for volume, mask in self.volumes:
            if volume.name not in taken and mask[slot]:
                return volume
        return None


class VolumeFinder:
    """The unbound claims of one pod that wait for their first consumer."""

    def __init__(self, claims: Iterable[Object], snapshot: Snapshot) -> None:
        self._names = [node.name for node in snapshot.nodes]
        found = [Claim(claim, snapshot) for claim in claims]
        self._decided = [claim for claim in found if claim.selected is not None]
        self._open = sorted((c for c in found if c.selected is None), key=lambda claim: requested(claim.object))

    def codes(self) -> Ints:
        """0 for each node where all claims can be served."""
        codes: Ints = np.zeros(len(self._names), dtype=np.int64)
        for claim in self._decided:
            codes[[name != claim.selected for name in self._names]] = NO_VOLUME
        if any(claim.volumes for claim in self._open):
            for slot in np.flatnonzero(codes == 0).tolist():
                codes[slot] = _code(self._found(slot)[1], slot)
            return codes
        for claim in (*self._decided, *self._open):
            codes = np.where((codes == 0) & ~claim.possible, NO_VOLUME, codes)
            codes = np.where((codes == 0) & ~claim.enough, NO_SPACE, codes)
        return codes

    def at(self, slot: int) -> PodVolumes:
        """What is to be done at a node where all claims can be served."""
        bindings, provisions = self._found(slot)
        return PodVolumes(bindings, [claim.object for claim in provisions])

    def _found(self, slot: int) -> tuple[list[tuple[Object, Object]], list[Claim]]:
        bindings: list[tuple[Object, Object]] = []
        provisions = list(self._decided)
        taken: set[str] = set()
        for claim in self._open:
            volume = claim.matching(slot, taken)
            if volume is None:
                provisions.append(claim)
            else:
                taken.add(volume.name)
                bindings.append((volume, claim.object))
        return bindings, provisions


def _code(provisions: Sequence[Claim], slot: int) -> int:
    """checkVolumeProvisions: the first claim for which no volume can be made decides."""
    for claim in provisions:
        if not claim.possible[slot]:
            return NO_VOLUME
        if not claim.enough[slot]:
            return NO_SPACE
    return 0


def reachable(volume: Object, snapshot: Snapshot) -> Mask:
    """Nodes that match the volume's node affinity (volume.CheckNodeAffinity)."""
    terms = dig(volume, "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    if terms is None:
        return np.ones(len(snapshot), dtype=np.bool_)
    return node_selector.match_any(terms, snapshot.facts)


def requested(claim: Object) -> int:
    """Bytes that a claim asks for."""
    return quantities.whole(dig(claim, "spec", "resources", "requests", "storage", default=0))


def _suitable(claim: Object, snapshot: Snapshot) -> list[Object]:
    """Volumes that suit a claim wherever they can be reached; one that is set aside for it is the only one."""
    found = []
    for volume in snapshot.claims.volumes_of_class(storage_class(claim)):
        reference = volume.spec.get("claimRef")
        if reference and not _is_for(reference, claim):
            continue
        if _capacity(volume) < requested(claim) or _mode(volume) != _mode(claim) or volume.deleting:
            continue
        if reference:
            return [volume]
        if volume.status.get("phase") == "Available" and _accepts(volume, claim):
            found.append(volume)
    return sorted(found, key=_capacity)


def _is_for(reference: Mapping[str, str], claim: Object) -> bool:
    """volume.IsVolumeBoundToClaim."""
    same = (reference.get("namespace"), reference.get("name")) == (claim.namespace, claim.name)
    return same and reference.get("uid") in (None, "", claim.uid)


def _accepts(volume: Object, claim: Object) -> bool:
    selector = claim.spec.get("selector")
    if selector is not None and not selectors.matches(selector, volume.labels):
        return False
    if (volume.spec.get("volumeAttributesClassName") or "") != (claim.spec.get("volumeAttributesClassName") or ""):
        return False
    return set(claim.spec.get("accessModes") or ()) <= set(volume.spec.get("accessModes") or ())


def _capacity(volume: Object) -> int:
    return quantities.whole(dig(volume, "spec", "capacity", "storage", default=0))


def _mode(obj: Object) -> str:
    return obj.spec.get("volumeMode") or "Filesystem"


def _where_made(claim: Object, snapshot: Snapshot) -> tuple[Mask, Mask]:
    """Nodes for which a volume can be made, and those of them where there is space for it as far as is known."""
    n = len(snapshot)
    found = snapshot.lister.get("StorageClass", "", storage_class(claim))
    if found is None or found.get("provisioner") in (None, "", NO_PROVISIONER):
        return np.zeros(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    return _allowed(found.get("allowedTopologies") or (), snapshot), _enough(claim, found, snapshot)


def _allowed(terms: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> Mask:
    """Nodes that match one of a class's topologies; all where it has none (MatchTopologySelectorTerms)."""
    if not terms:
        return np.ones(len(snapshot), dtype=np.bool_)
    expressions = [term.get("matchLabelExpressions") or () for term in terms]
    as_selector = [{"matchExpressions": [{**e, "operator": "In"} for e in found]} for found in expressions]
    return node_selector.match_any(as_selector, snapshot.facts)


def _enough(claim: Object, found: Object, snapshot: Snapshot) -> Mask:
    """hasEnoughCapacity: only drivers that publish CSIStorageCapacity can be short of it."""
    driver = snapshot.lister.get("CSIDriver", "", found["provisioner"])
    if driver is None or not driver.spec.get("storageCapacity"):
        return np.ones(len(snapshot), dtype=np.bool_)
    topologies = [
        capacity.get("nodeTopology")
        for capacity in snapshot.lister.list("CSIStorageCapacity")
        if capacity.get("storageClassName") == found.name and _limit(capacity) >= requested(claim)
    ]
    has = [any(selectors.matches(topology, node.labels) for topology in topologies) for node in snapshot.nodes]
    return np.array(has, dtype=np.bool_)


def _limit(capacity: Object) -> int:
    """The largest volume that can be made; -1 where nothing is said (capacitySufficient)."""
    limit = capacity.get("maximumVolumeSize") or capacity.get("capacity")
    return -1 if limit is None else quantities.whole(limit)
