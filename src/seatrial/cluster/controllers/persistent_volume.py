"""The persistent volume controller: binds claims to volumes, has volumes made, and sees to those that are given back.

As pkg/controller/volume/persistentvolume/pv_controller.go (Kubernetes 1.36), together with what an external provisioner
does: volumes of any provisioner are made after `PROVISION` seconds, in the zone of the node that the scheduler chose.
What is not modelled: snapshots, resizing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from seatrial.cluster import events
from seatrial.cluster.controllers import volume_matching
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object, dig, evolve

SOURCE = "persistentvolume-controller"
PROVISION = 2.0
"""Seconds that a provisioner takes to make a volume: what a cloud's disk takes at best."""
NO_PROVISIONER = "kubernetes.io/no-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
BIND_COMPLETED, BOUND_BY = "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"
PROVISIONED_FOR = ("volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner")
"""Annotations by which a provisioner knows that a claim is for it (setClaimProvisioner)."""
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
ZONE = "topology.kubernetes.io/zone"
WAITING = "waiting for first consumer to be created before binding"


class PersistentVolumeController(Controller):
    """Queue keys are `claim/NAMESPACE/NAME` and `volume/NAME`."""

    name = "persistentvolume-binder-controller"

    def start(self) -> None:
        """Watch claims, volumes and classes."""
        self.store.add_index("PersistentVolume", "claim", by_claim)
        self._making: set[str] = set()
        self.store.watch("PersistentVolumeClaim", self._on_claim)
        self.store.watch("PersistentVolume", self._on_volume)
        self.store.watch("StorageClass", self._on_class)
        for claim in self.store.list("PersistentVolumeClaim"):
            self._on_claim("ADDED", claim, None)
        for volume in self.store.list("PersistentVolume"):
            self._on_volume("ADDED", volume, None)

    def _on_claim(self, event: EventType, claim: Object, old: Object | None) -> None:
        if event == "DELETED":
            for volume in self.store.by_index("PersistentVolume", "claim", f"{claim.namespace}/{claim.name}"):
                self.add(f"volume/{volume.name}")
        else:
            self.add(f"claim/{claim.namespace}/{claim.name}")

    def _on_volume(self, event: EventType, volume: Object, old: Object | None) -> None:
        if event != "DELETED":
            self.add(f"volume/{volume.name}")
        for place in by_claim(volume):
            self.add(f"claim/{place}")
        if event == "ADDED" and not volume.spec.get("claimRef"):
            self._wake_waiting()

    def _on_class(self, event: EventType, found: Object, old: Object | None) -> None:
        self._wake_waiting()

    def _wake_waiting(self) -> None:
        for claim in self.store.list("PersistentVolumeClaim"):
            if claim.status.get("phase") != "Bound":
                self.add(f"claim/{claim.namespace}/{claim.name}")

    def sync(self, key: str) -> None:
        """Bring one claim or one volume a step on."""
        what, _, rest = key.partition("/")
        if what == "volume":
            volume = self.store.get("PersistentVolume", "", rest)
            if volume is not None:
                self._sync_volume(volume)
            return
        namespace, _, name = rest.partition("/")
        claim = self.store.get("PersistentVolumeClaim", namespace, name)
        if claim is None:
            return
        if claim.status.get("phase") == "Bound":
            self._sync_bound(claim)
        elif not claim.deleting:
            self._sync_unbound(claim)

    def _sync_unbound(self, claim: Object) -> None:
        """Find the claim a volume, have one made, or say what it waits for (syncUnboundClaim)."""
        claim = self._with_class(claim)
        if named := claim.spec.get("volumeName"):
            volume = self.store.get("PersistentVolume", "", named)
            reference = volume.spec.get("claimRef") if volume is not None else None
            if volume is not None and (not reference or volume_matching.is_for(volume, claim)):
                self._bind(claim, volume)
            return
        storage_class = self.store.get("StorageClass", "", claim.spec.get("storageClassName") or "")
        place = f"{claim.namespace}/{claim.name}"
        aside = volume_matching.matching(self.store.by_index("PersistentVolume", "claim", place), claim)
        delayed = storage_class is not None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
        chosen = claim.annotations.get(SELECTED_NODE)
        if aside is None and delayed and not chosen:
            events.record(self.cluster, claim, "WaitForFirstConsumer", WAITING, source=SOURCE)
            return
        volume = aside
        if volume is None and not delayed:
            volume = volume_matching.matching(self.store.list("PersistentVolume"), claim)
        if volume is not None:
            self._bind(claim, volume)
        elif storage_class is not None and storage_class.get("provisioner") != NO_PROVISIONER:
            self._provision(claim, storage_class)
        else:
            self._complain(claim)

    def _sync_bound(self, claim: Object) -> None:
        """A claim whose volume is gone is lost (syncBoundClaim)."""
        if self.store.get("PersistentVolume", "", claim.spec.get("volumeName") or "") is None:
            text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
            events.record(self.cluster, claim, "ClaimLost", text, type="Warning", source=SOURCE)
            self.api.update_status(claim, {**claim.status, "phase": "Lost"})

    def _complain(self, claim: Object) -> None:
        wanted = claim.spec.get("storageClassName")
        if not wanted:
            text = "no persistent volumes available for this claim and no storage class is set"
            events.record(self.cluster, claim, "FailedBinding", text, source=SOURCE)
        elif self.store.get("StorageClass", "", wanted) is None:
            text = f'storageclass.storage.k8s.io "{wanted}" not found'
            events.record(self.cluster, claim, "ProvisioningFailed", text, type="Warning", source=SOURCE)

    def _with_class(self, claim: Object) -> Object:
        """A claim that names no class gets the default one, the newest where there are several."""
        if claim.spec.get("storageClassName") is not None:
            return claim
        defaults = [c for c in self.store.list("StorageClass") if c.annotations.get(DEFAULT_CLASS) == "true"]
        if not defaults:
            return claim
        newest = max(defaults, key=lambda c: (c.metadata["creationTimestamp"], c.name))
        return self.api.update(evolve(claim, spec={**claim.spec, "storageClassName": newest.name}))

    def _provision(self, claim: Object, storage_class: Object) -> None:
        if claim.uid in self._making:
            return
        self._making.add(claim.uid)
        provisioner = storage_class["provisioner"]
        self.api.change_metadata(
            claim.key, annotations={**claim.annotations, **dict.fromkeys(PROVISIONED_FOR, provisioner)}
        )
        text = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the "
            "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
            "correctly registered."
        )
        events.record(self.cluster, claim, "ExternalProvisioning", text, source=SOURCE)
        self.clock.after(PROVISION, self._made, claim.namespace, claim.name, claim.uid, storage_class.name)

    def _made(self, namespace: str, name: str, uid: str, class_name: str) -> None:
        """The provisioner has made a volume for the claim, if that still waits for one."""
        self._making.discard(uid)
        claim = self.store.get("PersistentVolumeClaim", namespace, name)
        storage_class = self.store.get("StorageClass", "", class_name)
        if claim is None or storage_class is None or claim.uid != uid or claim.spec.get("volumeName"):
            return
        spec: dict[str, Any] = {
            "accessModes": claim.spec.get("accessModes") or ["ReadWriteOnce"],
            "capacity": {"storage": dig(claim, "spec", "resources", "requests", "storage", default="0")},
            "claimRef": _reference(claim),
            "csi": {"driver": storage_class["provisioner"], "volumeHandle": f"pvc-{claim.uid}"},
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": class_name, "volumeMode": claim.spec.get("volumeMode", "Filesystem"),
        }  # fmt: skip
        if zone := self._zone(claim, storage_class):
            only = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}
            spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [only]}}
        annotations = {PROVISIONED_BY: storage_class["provisioner"]}
        volume = self.api.create(
            Object(
                apiVersion="v1", kind="PersistentVolume", spec=spec,
                metadata={"name": f"pvc-{claim.uid}", "annotations": annotations},
            )
        )  # fmt: skip
        text = f"Successfully provisioned volume {volume.name}"
        events.record(self.cluster, claim, "ProvisioningSucceeded", text, source=storage_class["provisioner"])

    def _zone(self, claim: Object, storage_class: Object) -> str:
        """The zone of the chosen node, else any that the class allows or the cluster has; "" where there is none."""
        node = self.store.get("Node", "", claim.annotations.get(SELECTED_NODE, ""))
        if node is not None:
            return node.labels.get(ZONE, "")
        zones = sorted({n.labels[ZONE] for n in self.store.list("Node") if ZONE in n.labels})
        for topology in storage_class.get("allowedTopologies") or ():
            for expression in topology.get("matchLabelExpressions") or ():
                if expression.get("key") == ZONE:
                    zones = sorted(expression["values"])
        return zones[self.cluster.chance.below(len(zones))] if zones else ""

    def _bind(self, claim: Object, volume: Object) -> None:
        """Tie claim and volume together: both specs, then both phases (bind)."""
        if (volume.spec.get("claimRef") or {}).get("uid") != claim.uid:
            annotations = {**volume.annotations, BOUND_BY: "yes"}
            spec = {**volume.spec, "claimRef": _reference(claim)}
            volume = self.api.update(evolve(volume, metadata={"annotations": annotations}, spec=spec))
        self.api.update_status(volume, {**volume.status, "phase": "Bound"})
        annotations = {**claim.annotations, BIND_COMPLETED: "yes", BOUND_BY: "yes"}
        spec = {**claim.spec, "volumeName": volume.name}
        claim = self.api.update(evolve(claim, metadata={"annotations": annotations}, spec=spec))
        status = {
            **claim.status, "phase": "Bound",
            "accessModes": volume.spec.get("accessModes") or [], "capacity": volume.spec.get("capacity") or {},
        }  # fmt: skip
        self.api.update_status(claim, status)

    def _sync_volume(self, volume: Object) -> None:
        """A volume without a claim is available; one whose claim is gone is released and goes by its policy."""
        reference = volume.spec.get("claimRef")
        if not reference:
            if volume.status.get("phase") != "Available":
                self.api.update_status(volume, {**volume.status, "phase": "Available"})
            return
        if not reference.get("uid"):
            return  # set aside by its author for a claim that may come
        claim = self.store.get("PersistentVolumeClaim", reference["namespace"], reference["name"])
        if claim is not None and claim.uid == reference["uid"]:
            return
        if volume.status.get("phase") != "Released":
            volume = self.api.update_status(volume, {**volume.status, "phase": "Released"})
        if volume.spec.get("persistentVolumeReclaimPolicy") == "Delete":
            self.api.delete(volume.key)


def by_claim(volume: Object) -> Collection[str]:
    """Files a volume under the claim that its claimRef names."""
    reference = volume.spec.get("claimRef") or {}
    return [f"{reference.get('namespace')}/{reference['name']}"] if reference.get("name") else []


def _reference(claim: Object) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.namespace, "name": claim.name,
        "uid": claim.uid, "resourceVersion": claim.metadata.get("resourceVersion"),
    }  # fmt: skip
