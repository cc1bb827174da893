"""Garbage collection: what is owned goes with its owners (pkg/controller/garbagecollector, Kubernetes 1.36).

Dependents are found through the store's owner index, so a deletion costs what it deletes. An object goes when none of
its owners exist; an owner that is deleted in the foreground waits for its dependents that block it; one that is deleted
as an orphan-maker first lets go of its dependents. Owners in a circle do not wait for each other.
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model.objects import Key, Object, kind_of

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
IGNORED = frozenset({"Event"})
"""Kinds that own nothing and are owned by nobody (DefaultIgnoredResources)."""
SEPARATOR = "|"


class GarbageCollector(Controller):
    """Deletes dependents in the background, in the foreground, or lets go of them."""

    name = "garbage-collector-controller"

    def start(self) -> None:
        """Watch everything; look at what is owned already."""
        self.store.watch(None, self._on_write, but=IGNORED)
        for kind in self._kinds():
            for obj in self.store.list(kind):
                self._on_write("ADDED", obj, None)

    def _on_write(self, event: EventType, obj: Object, old: Object | None) -> None:
        references = obj.metadata.get("ownerReferences")
        if event == "DELETED":
            self._queue("dependents", obj.key, obj.uid)
            for reference in references or ():
                owner = self._owner(obj, reference)
                if owner is not None and owner.deleting:
                    self._queue("deleting", owner.key, owner.uid)
        elif obj.deleting:
            if obj.metadata.get("finalizers"):
                self._queue("deleting", obj.key, obj.uid)
        elif references and (old is None or old.metadata.get("ownerReferences") != references):
            self._queue("object", obj.key, obj.uid)

    def _queue(self, what: str, key: Key, uid: str) -> None:
        self.add(SEPARATOR.join((what, *key, uid)))

    def sync(self, key: str) -> None:
        """Process one object, the dependents of a deleted one, or one that is being deleted."""
        what, kind, namespace, name, uid = key.split(SEPARATOR)
        if what == "dependents":
            for dependent in self._dependents(uid):
                self._process(dependent)
            return
        obj = self.store.get(kind, namespace, name)
        if obj is None or obj.uid != uid:
            return
        if what == "object":
            self._process(obj)
        elif ORPHAN in (obj.metadata.get("finalizers") or ()):
            self._orphan(obj)
        elif FOREGROUND in (obj.metadata.get("finalizers") or ()):
            self._delete_in_foreground(obj)

    def _owner(self, obj: Object, reference: dict[str, Any]) -> Object | None:
        """The owner that a reference names: in the object's namespace or without one; None where it is gone."""
        kind = kind_of(reference)
        for namespace in dict.fromkeys((obj.namespace, "")):
            owner = self.store.get(kind, namespace, reference["name"])
            if owner is not None and owner.uid == reference["uid"]:
                return owner
        return None

    def _dependents(self, uid: str) -> list[Object]:
        return [obj for kind in self._kinds() for obj in self.store.by_index(kind, "owner", uid)]

    def _kinds(self) -> list[str]:
        return sorted(kind for kind in self.store.kinds() if kind not in IGNORED)

    def _process(self, obj: Object) -> None:
        """Delete the object, or drop owners that are gone while others hold it (attemptToDeleteItem)."""
        references = obj.metadata.get("ownerReferences") or []
        if obj.deleting or not references:
            return
        solid: list[dict[str, Any]] = []
        waiting = False
        for reference in references:
            owner = self._owner(obj, reference)
            if owner is not None and owner.deleting and FOREGROUND in (owner.metadata.get("finalizers") or ()):
                waiting = True
            elif owner is not None:
                solid.append(reference)
        if solid:
            if len(solid) < len(references):
                self.api.change_metadata(obj.key, ownerReferences=solid)
        elif waiting and (dependents := self._dependents(obj.uid)):
            if any(d.deleting for d in dependents):
                # A dependent that is deleted in the foreground itself may be the owner that waits: do not block it.
                unblocked = [{**r, "blockOwnerDeletion": False} for r in references]
                self.api.change_metadata(obj.key, ownerReferences=unblocked)
            self.api.delete(obj.key, propagation="Foreground", uid=obj.uid)
        else:
            self.api.delete(obj.key, uid=obj.uid)

    def _delete_in_foreground(self, owner: Object) -> None:
        """Delete the dependents; once none is left that blocks, the owner may go (processDeletingDependentsItem)."""
        dependents = self._dependents(owner.uid)
        if not any(_blocks(d, owner.uid) for d in dependents):
            self._drop_finalizer(owner, FOREGROUND)
            return
        for dependent in dependents:
            self._process(dependent)

    def _orphan(self, owner: Object) -> None:
        """Take the owner off its dependents, then let it go (orphanDependents)."""
        for dependent in self._dependents(owner.uid):
            kept = [r for r in dependent.metadata["ownerReferences"] if r["uid"] != owner.uid]
            self.api.change_metadata(dependent.key, ownerReferences=kept or None)
        self._drop_finalizer(owner, ORPHAN)

    def _drop_finalizer(self, obj: Object, finalizer: str) -> None:
        kept = [f for f in obj.metadata.get("finalizers") or () if f != finalizer]
        try:
            self.api.change_metadata(obj.key, finalizers=kept or None)
        except errors.NotFound:
            return


def _blocks(dependent: Object, uid: str) -> bool:
    return any(r["uid"] == uid and r.get("blockOwnerDeletion") for r in dependent.metadata["ownerReferences"])
