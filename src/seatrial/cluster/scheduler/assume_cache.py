"""Claims and volumes as they will be once decisions already made are written (pkg/scheduler/util/assumecache, 1.36).

When a pod gets a node, its unbound claims are set aside for that node at once, so that the next pod sees it; the
objects in the store follow later. An assumption holds until the object in the store changes.
"""

from __future__ import annotations

from seatrial.cluster.scheduler.lister import Lister
from seatrial.model.objects import Object, evolve

SELECTED_NODE = "volume.kubernetes.io/selected-node"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


class AssumeCache:
    """PersistentVolumeClaims and PersistentVolumes, with assumptions laid over them."""

    def __init__(self, lister: Lister) -> None:
        self._lister = lister
        self._claims: dict[tuple[str, str], tuple[Object, Object]] = {}
        self._volumes: dict[str, tuple[Object, Object]] = {}

    def claim(self, namespace: str, name: str) -> Object | None:
        """The claim, as assumed."""
        stored = self._lister.get("PersistentVolumeClaim", namespace, name)
        basis, assumed = self._claims.get((namespace, name), (None, None))
        return assumed if stored is not None and basis is stored else stored

    def volume(self, name: str) -> Object | None:
        """The volume, as assumed."""
        stored = self._lister.get("PersistentVolume", "", name)
        basis, assumed = self._volumes.get(name, (None, None))
        return assumed if stored is not None and basis is stored else stored

    def volumes_of_class(self, name: str) -> list[Object]:
        """All volumes of a storage class, as assumed."""
        found = (self.volume(volume.name) for volume in self._lister.list("PersistentVolume"))
        return [volume for volume in found if volume is not None and storage_class(volume) == name]

    def provision(self, claim: Object, node: str) -> None:
        """Assume that a claim will be provisioned for a node."""
        key = (claim.namespace, claim.name)
        stored = self._lister.get("PersistentVolumeClaim", *key)
        if stored is not None:
            annotations = {**claim.annotations, SELECTED_NODE: node}
            self._claims[key] = (stored, evolve(claim, metadata={"annotations": annotations}))

    def bind(self, volume: Object, claim: Object) -> None:
        """Assume that a volume is set aside for a claim."""
        stored = self._lister.get("PersistentVolume", "", volume.name)
        if stored is not None:
            self._volumes[volume.name] = (
                stored,
                evolve(volume, spec={**volume.spec, "claimRef": claim_reference(claim)}),
            )

    def forget(self, claim: Object | None = None, volume: Object | None = None) -> None:
        """Take assumptions back."""
        if claim is not None:
            self._claims.pop((claim.namespace, claim.name), None)
        if volume is not None:
            self._volumes.pop(volume.name, None)


def claim_reference(claim: Object) -> dict[str, str]:
    """A volume's `claimRef` to a claim."""
    return {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.namespace,
        "name": claim.name, "uid": claim.uid,
    }  # fmt: skip


def storage_class(obj: Object) -> str:
    """The storage class of a claim or volume; the old annotation wins (GetPersistentVolumeClaimClass)."""
    return str(obj.annotations.get(CLASS_ANNOTATION) or obj.spec.get("storageClassName") or "")
