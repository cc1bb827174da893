"""The resource quota controller: what is used of each quota (pkg/controller/resourcequota, Kubernetes 1.36).

Admission counts what is created; this controller counts again when something was deleted, ended, or a quota changed.
"""

from __future__ import annotations

from seatrial.cluster import quotas
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object
from seatrial.model.pods import is_terminal


class ResourceQuotaController(Controller):
    """Keeps `status.hard` and `status.used` of quotas."""

    name = "resourcequota-controller"

    def start(self) -> None:
        """Watch quotas and all that they count."""
        self.store.watch("ResourceQuota", self._on_quota)
        for kind in quotas.PLURALS:
            self.store.watch(kind, self._on_counted)
        self.enqueue_all(self.store.list("ResourceQuota"))

    def _on_quota(self, event: EventType, quota: Object, old: Object | None) -> None:
        if event == "ADDED" or (old is not None and old.spec != quota.spec):
            self.enqueue(quota)

    def _on_counted(self, event: EventType, obj: Object, old: Object | None) -> None:
        ended = old is not None and obj.kind == "Pod" and is_terminal(obj) and not is_terminal(old)
        if event == "DELETED" or ended:
            self.enqueue_all(self.store.list("ResourceQuota", obj.namespace))

    def sync(self, key: str) -> None:
        """Count anew what one quota covers (syncResourceQuota)."""
        namespace, name = key.split("/", 1)
        quota = self.store.get("ResourceQuota", namespace, name)
        if quota is None:
            return
        hard = quota.spec.get("hard") or {}
        used = dict.fromkeys(hard, 0)
        scoped = bool(quota.spec.get("scopes") or quota.spec.get("scopeSelector"))
        for kind in quotas.PLURALS:
            for obj in self.store.list(kind, namespace):
                if scoped and not quotas.applies(quota, obj):
                    continue
                for resource, amount in quotas.usage(obj).items():
                    if resource in used:
                        used[resource] += amount
        told = {resource: quotas.shown(resource, amount) for resource, amount in used.items()}
        self.api.update_status(quota, {**quota.status, "hard": hard, "used": told})
