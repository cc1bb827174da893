"""The attach/detach controller: volumes follow their pods from node to node, one node at a time where they must.

As pkg/controller/volume/attachdetach/reconciler/reconciler.go (Kubernetes 1.36), together with what an external
attacher does: it attaches and detaches after `ATTACH` and `DETACH` seconds. A volume that its node may still have
mounted stays there; only where the node is not healthy it is taken after six minutes, or at once where an administrator
has said by a taint that the node is out of service.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from seatrial.cluster import events
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model import volumes
from seatrial.model.objects import Object
from seatrial.model.pods import is_ready, is_terminal

SOURCE = "attachdetach-controller"
ATTACH = DETACH = 5.0
"""Seconds that a cloud takes to attach a disk to a machine, and to take it off: what is common for block storage."""
FORCE_AFTER = 360.0
"""Seconds after which a volume is taken from an unhealthy node that has it mounted (maxWaitForUnmountDuration)."""
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
EXCLUSIVE = "Volume is already exclusively attached to one node and can't be attached to another"


class AttachDetachController(Controller):
    """Queue keys are names of PersistentVolumes."""

    name = SOURCE
    latency = 0.1
    """How often upstream looks at all volumes (reconcilerLoopPeriod)."""

    def start(self) -> None:
        """Watch pods, claims, attachments and nodes."""
        self._wanted_since: dict[str, float] = {}
        """When it was first found that an attachment is not needed any more, by its name."""
        self._reported: set[tuple[str, str]] = set()
        """Volumes and nodes of which it was told that they cannot come together."""
        self._in_use: dict[str, frozenset[str]] = {}
        """What each node last said it may have mounted."""
        self.store.add_index("Pod", "claim", volumes.claims_of)
        self.store.add_index("VolumeAttachment", "volume", volumes.by_volume)
        self.store.watch("Pod", self._on_pod)
        self.store.watch("PersistentVolumeClaim", self._on_claim)
        self.store.watch("VolumeAttachment", self._on_attachment)
        self.store.watch("Node", self._on_node)
        for node in self.store.list("Node"):
            self._in_use[node.name] = _in_use(node)
        for claim in self.store.list("PersistentVolumeClaim"):
            self._on_claim("ADDED", claim, None)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "MODIFIED" and old is not None and _holds(old) == _holds(pod):
            return
        for place in volumes.claims_of(pod):
            namespace, _, name = place.partition("/")
            claim = self.store.get("PersistentVolumeClaim", namespace, name)
            if claim is not None and claim.spec.get("volumeName"):
                self.add(claim.spec["volumeName"])

    def _on_claim(self, event: EventType, claim: Object, old: Object | None) -> None:
        if claim.spec.get("volumeName"):
            self.add(claim.spec["volumeName"])

    def _on_attachment(self, event: EventType, attachment: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._wanted_since.pop(attachment.name, None)
            self.add(volumes.attached_volume(attachment))

    def _on_node(self, event: EventType, node: Object, old: Object | None) -> None:
        self._in_use[node.name] = _in_use(node)  # of a node that is gone what it said last
        if event == "MODIFIED" and old is not None and _standing(old) == _standing(node):
            return
        for attachment in self.store.by_index("VolumeAttachment", "node", node.name):
            self.add(volumes.attached_volume(attachment))

    def sync(self, key: str) -> None:
        """Take one volume from nodes that do not need it, then bring it where it is needed (reconcile)."""
        volume = self.store.get("PersistentVolume", "", key)
        wanted = self._pods_by_node(volume) if volume is not None and volumes.is_attachable(volume) else {}
        for attachment in self.store.by_index("VolumeAttachment", "volume", key):
            if attachment.spec["nodeName"] in wanted:
                self._wanted_since.pop(attachment.name, None)
            else:
                self._detach(key, attachment, volume)
        self._reported = {(v, node) for v, node in self._reported if v != key or node in wanted}
        if volume is None:
            return
        for node, pods in wanted.items():
            present = [a.spec["nodeName"] for a in self.store.by_index("VolumeAttachment", "volume", key)]
            if node in present:
                continue
            if present and not volumes.may_be_shared(volume):
                self._refuse(volume, node, pods, [p for other in present for p in wanted.get(other, ())])
            else:
                self._attach(volume, node)

    def _pods_by_node(self, volume: Object) -> dict[str, list[Object]]:
        """The pods that use a volume, by the node that needs it."""
        reference = volume.spec.get("claimRef") or {}
        found: dict[str, list[Object]] = {}
        for pod in self.store.by_index("Pod", "claim", f"{reference.get('namespace')}/{reference.get('name')}"):
            if node := _holds(pod):
                found.setdefault(node, []).append(pod)
        return found

    def _attach(self, volume: Object, node: str) -> None:
        driver = volumes.driver_of(volume)
        name = f"csi-{hashlib.sha256(f'{volume.name}{driver}{node}'.encode()).hexdigest()}"
        attachment = Object(
            apiVersion="storage.k8s.io/v1", kind="VolumeAttachment",
            metadata={"name": name, "finalizers": [f"external-attacher/{driver.replace('.', '-')}"]},
            spec={"attacher": driver, "nodeName": node, "source": {"persistentVolumeName": volume.name}},
            status={"attached": False},
        )  # fmt: skip
        self.api.create(attachment)
        self.clock.after(ATTACH, self._attached, name, volume.name, node)

    def _attached(self, name: str, volume: str, node: str) -> None:
        """The attacher is through."""
        attachment, found = self.store.get("VolumeAttachment", "", name), self.store.get("PersistentVolume", "", volume)
        if attachment is None or attachment.deleting:
            return
        self.api.update_status(attachment, {"attached": True})
        for pod in self._pods_by_node(found).get(node, ()) if found is not None else ():
            text = f'AttachVolume.Attach succeeded for volume "{volume}" '
            events.record(self.cluster, pod, "SuccessfulAttachVolume", text, source=SOURCE)

    def _refuse(self, volume: Object, node: str, pods: Iterable[Object], others: Iterable[Object]) -> None:
        """Say once that the volume is elsewhere (reportMultiAttachError)."""
        if (volume.name, node) in self._reported:
            return
        self._reported.add((volume.name, node))
        names = ", ".join(pod.name for pod in others)
        why = f"Volume is already used by pod(s) {names}" if names else EXCLUSIVE
        text = f'Multi-Attach error for volume "{volume.name}" {why}'
        for pod in pods:
            events.record(self.cluster, pod, "FailedAttachVolume", text, type="Warning", source=SOURCE)

    def _detach(self, key: str, attachment: Object, volume: Object | None) -> None:
        if attachment.deleting:
            return
        now, node = self.clock.now, attachment.spec["nodeName"]
        since = self._wanted_since.setdefault(attachment.name, now)
        mounted = volume is not None and volumes.unique_name(volume) in self._in_use.get(node, ())
        if mounted and not self._is_out_of_service(node):
            if self._is_healthy(node):
                return  # its kubelet will say when it is through
            if now < since + FORCE_AFTER:
                self.add(key, since + FORCE_AFTER - now)
                return
        self.api.delete(attachment.key)
        self.clock.after(DETACH, self._detached, attachment.key)

    def _detached(self, key: tuple[str, str, str]) -> None:
        """The attacher has taken the volume off: its finalizer goes, and the attachment with it."""
        if self.store.get(*key) is not None:
            self.api.change_metadata(key, finalizers=None)

    def _is_healthy(self, name: str) -> bool:
        node = self.store.get("Node", "", name)
        return node is not None and is_ready(node)

    def _is_out_of_service(self, name: str) -> bool:
        node = self.store.get("Node", "", name)
        return node is not None and any(t.get("key") == OUT_OF_SERVICE for t in node.spec.get("taints") or ())


def _holds(pod: Object) -> str:
    """The node on which a pod needs its volumes; "" where it needs none (DetermineVolumeAction)."""
    if is_terminal(pod) or (pod.deleting and not _runs(pod.status)):
        return ""
    return str(pod.spec.get("nodeName") or "")


def _runs(status: Mapping[str, list[Mapping[str, Mapping[str, object]]]]) -> bool:
    """Whether a container may run: one of which nothing is known does not (notRunning)."""
    return any("running" in (s.get("state") or {}) for s in status.get("containerStatuses") or ())


def _in_use(node: Object) -> frozenset[str]:
    return frozenset(node.status.get("volumesInUse") or ())


def _standing(node: Object) -> tuple[object, bool, object]:
    """What of a node matters here."""
    return node.status.get("volumesInUse"), is_ready(node), node.spec.get("taints")
