"""Claims that pods use, and volumes that claims use, are not deleted before they are free.

As pkg/controller/volume/pvcprotection and pvprotection (Kubernetes 1.36): the admission plugin
StorageObjectInUseProtection gives both a finalizer, which is taken off once a deletion may go on.
"""

from __future__ import annotations

from seatrial.cluster.admission import PROTECTED
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model import volumes
from seatrial.model.objects import Object

CLAIM, VOLUME = "PersistentVolumeClaim", "PersistentVolume"


class StorageProtectionController(Controller):
    """Queue keys are `NAMESPACE/NAME` of claims and `/NAME` of volumes."""

    name = "persistentvolume-protection-controller"

    def start(self) -> None:
        """Watch claims, volumes and pods."""
        self.store.add_index("Pod", "claim", volumes.claims_of)
        for kind in (CLAIM, VOLUME):
            self.store.watch(kind, self._on_storage)
            self.enqueue_all(obj for obj in self.store.list(kind) if obj.deleting)
        self.store.watch("Pod", self._on_pod)

    def _on_storage(self, event: EventType, obj: Object, old: Object | None) -> None:
        if obj.deleting and event != "DELETED":
            self.enqueue(obj)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "DELETED":
            for place in volumes.claims_of(pod):
                self.add(place)

    def sync(self, key: str) -> None:
        """Let one claim or volume go, if it is to be deleted and free."""
        namespace, _, name = key.partition("/")
        kind = CLAIM if namespace else VOLUME
        obj = self.store.get(kind, namespace, name)
        if obj is None or not obj.deleting or self._in_use(obj, key):
            return
        kept = [f for f in obj.metadata.get("finalizers") or () if f != PROTECTED[kind]]
        self.api.change_metadata(obj.key, finalizers=kept or None)

    def _in_use(self, obj: Object, place: str) -> bool:
        """A claim is used by pods that have a node, whether they run or not; a volume by the claim it is bound to."""
        if obj.kind == VOLUME:
            return obj.status.get("phase") == "Bound"
        return any(pod.spec.get("nodeName") for pod in self.store.by_index("Pod", "claim", place))
