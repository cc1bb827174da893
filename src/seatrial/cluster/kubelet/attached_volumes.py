"""Volumes that a node needs attached: it says which it uses, and mounts them when they are there.

As pkg/kubelet/volumemanager and operation_generator.go GenerateVerifyControllerAttachedVolumeFunc (Kubernetes 1.36):
before a volume is mounted it has to be listed in the node's status, which is written every ten seconds; it stays there
until it is unmounted, so that nobody takes it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seatrial.model import volumes
from seatrial.model.objects import Object, dig

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet


class VolumesInUse:
    """What one node lists in status.volumesInUse."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._by_pod: dict[str, set[str]] = {}
        self._due = False

    def is_ready(self, pod: Object, volume: Mapping[str, Any]) -> bool:
        """Whether a volume of a pod can be mounted; from now on the node says that it uses it."""
        found = self._persistent_volume(pod, volume)
        if found is None or not volumes.is_attachable(found):
            return True
        name = volumes.unique_name(found)
        self._by_pod.setdefault(pod.uid, set()).add(name)
        if name not in self._listed():
            self._report_soon()
            return False
        return self._is_attached(found)

    def release(self, uid: str) -> None:
        """All volumes of a pod are unmounted."""
        if self._by_pod.pop(uid, None):
            self._report_soon()

    def forget(self) -> None:
        """The node lost power: nothing is mounted any more, which nobody hears of until it is back."""
        self._by_pod.clear()

    def report(self) -> None:
        """Write what is in use now."""
        self._due = False
        node = self._kubelet.node
        if node is None or self._kubelet.down or self._kubelet.cut_off:
            return
        used = sorted({name for names in self._by_pod.values() for name in names})
        if used != (node.status.get("volumesInUse") or []):
            status = {k: v for k, v in node.status.items() if k != "volumesInUse"}
            self._kubelet.cluster.api.update_status(node, {**status, **({"volumesInUse": used} if used else {})})

    def _report_soon(self) -> None:
        if not self._due:
            self._due = True
            self._kubelet.clock.at(self._kubelet.status_tick_from(self._kubelet.clock.now), self.report)

    def _listed(self) -> list[str]:
        node = self._kubelet.node
        return list(node.status.get("volumesInUse") or ()) if node is not None else []

    def _is_attached(self, volume: Object) -> bool:
        return any(
            a.spec["nodeName"] == self._kubelet.name and not a.deleting and a.status.get("attached")
            for a in self._kubelet.store.by_index("VolumeAttachment", "volume", volume.name)
        )

    def _persistent_volume(self, pod: Object, volume: Mapping[str, Any]) -> Object | None:
        name = dig(volume, "persistentVolumeClaim", "claimName")
        if name is None and "ephemeral" in volume:
            name = f"{pod.name}-{volume['name']}"
        claim = self._kubelet.store.get("PersistentVolumeClaim", pod.namespace, name) if name else None
        bound = claim.spec.get("volumeName") if claim is not None else None
        return self._kubelet.store.get("PersistentVolume", "", bound) if bound else None
