"""What the controllers of pods share: they are woken by their own objects and by the pods they control."""

from __future__ import annotations

from typing import Any

from seatrial.cluster.controllers import claims
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model import selectors
from seatrial.model.objects import Object, controller_of, evolve


class WorkloadController(Controller):
    """Base of the controllers whose objects (of `kind`) control objects of `child_kind` through a selector."""

    kind = ""
    child_kind = "Pod"

    def start(self) -> None:
        """Watch the workloads and what they control."""
        claims.add_indexes(self.store, self.child_kind)
        self.store.watch(self.kind, self.on_workload)
        self.store.watch(self.child_kind, self.on_child)
        self.enqueue_all(self.store.list(self.kind))

    def on_workload(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A workload was written."""
        if event == "MODIFIED" and old is not None and _only_status_differs(old, obj) and not self.goes_by_status(obj):
            self.add_needless(f"{obj.namespace}/{obj.name}")
        else:
            self.enqueue(obj)

    def goes_by_status(self, workload: Object) -> bool:
        """Whether a sync of a workload may do something because of a status that the controller has just written."""
        return True

    def on_child(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A pod was written: wake its controller, the one it had before, or those that may adopt it."""
        owner = controller_of(obj)
        if owner is not None:
            if owner["kind"] == self.kind:
                self.add(f"{obj.namespace}/{owner['name']}")
        elif event != "DELETED" and not obj.deleting:
            self._wake_adopters(obj)
        if old is not None:
            before = controller_of(old)
            if before is not None and before["kind"] == self.kind and (owner is None or before["uid"] != owner["uid"]):
                self.add(f"{obj.namespace}/{before['name']}")

    def _wake_adopters(self, child: Object) -> None:
        for workload in self.store.list(self.kind, child.namespace):
            if selectors.matches(workload.spec.get("selector"), child.labels):
                self.enqueue(workload)

    def children(self, owner: Object) -> list[Object]:
        """What the workload controls, adoption and release done."""
        return claims.claimed(self.api, owner, self.child_kind, owner.spec.get("selector"))

    def current(self, key: str) -> Object | None:
        """The workload under a queue key, None where it is gone."""
        namespace, name = key.split("/", 1)
        return self.store.get(self.kind, namespace, name)

    def write_status(self, obj: Object, status: dict[str, Any]) -> Object:
        """Write the status of the object as it is now in the store; unchanged is no write."""
        if obj.get("status") == status:
            return obj
        return self.api.update_status(evolve(obj, metadata={"resourceVersion": None}), status)


def _only_status_differs(old: Object, new: Object) -> bool:
    before, after = old["metadata"], new["metadata"]
    return (
        old.get("spec") is new.get("spec")
        and len(before) == len(after)
        and all(value == after.get(field) for field, value in before.items() if field != "resourceVersion")
    )
