"""The ephemeral volume controller: claims for pods' ephemeral volumes (pkg/controller/volume/ephemeral, 1.36)."""

from __future__ import annotations

from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.objects import Object
from seatrial.model.pods import is_terminal


class EphemeralVolumeController(Controller):
    """Makes a claim, owned by the pod, for each volume that a pod describes itself."""

    name = "ephemeral-volume-controller"

    def start(self) -> None:
        """Watch pods."""
        self.store.watch("Pod", self._on_pod)
        for pod in self.store.list("Pod"):
            self._on_pod("ADDED", pod, None)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "ADDED" and any("ephemeral" in volume for volume in pod.spec.get("volumes") or ()):
            self.enqueue(pod)

    def sync(self, key: str) -> None:
        """Make the claims that are missing."""
        namespace, name = key.split("/", 1)
        pod = self.store.get("Pod", namespace, name)
        if pod is None or pod.deleting or is_terminal(pod):
            return
        for volume in pod.spec.get("volumes") or ():
            template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
            claim_name = f"{name}-{volume['name']}"
            if template is None or self.store.get("PersistentVolumeClaim", namespace, claim_name) is not None:
                continue
            metadata = {**(template.get("metadata") or {}), "name": claim_name, "namespace": namespace}
            metadata["ownerReferences"] = [objects.owner_reference(pod)]
            self.api.create(
                Object(apiVersion="v1", kind="PersistentVolumeClaim", metadata=metadata, spec=template["spec"])
            )
