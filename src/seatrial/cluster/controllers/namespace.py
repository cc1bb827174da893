"""The namespace controller: a deleted namespace takes everything in it along (pkg/controller/namespace, 1.36)."""

from __future__ import annotations

from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object, evolve

FINALIZER = "kubernetes"
RETRY = 5.0
"""Seconds until the namespace is looked at again while something is left in it; pods need their grace period."""


class NamespaceController(Controller):
    """Empties namespaces that are being deleted, then lets them go."""

    name = "namespace-controller"

    def start(self) -> None:
        """Watch namespaces."""
        self.store.watch("Namespace", self._on_namespace)
        for namespace in self.store.list("Namespace"):
            self.add(namespace.name)

    def _on_namespace(self, event: EventType, namespace: Object, old: Object | None) -> None:
        if event != "DELETED" and namespace.deleting:
            self.add(namespace.name)

    def sync(self, key: str) -> None:
        """Delete what is in the namespace; when nothing is left, take its finalizer off (its spec has it)."""
        namespace = self.store.get("Namespace", "", key)
        if namespace is None or not namespace.deleting:
            return
        if namespace.status.get("phase") != "Terminating":
            namespace = self.api.update_status(namespace, {**namespace.status, "phase": "Terminating"})
        left = 0
        for kind in sorted(self.store.kinds()):
            for obj in self.store.list(kind, key):
                if not obj.deleting:
                    self.api.delete(obj.key)
                left += self.store.get(*obj.key) is not None
        if left:
            self.add(key, RETRY)
            return
        finalizers = [f for f in namespace.spec.get("finalizers") or () if f != FINALIZER]
        self.api.update(evolve(namespace, spec={**namespace.spec, "finalizers": finalizers}))
