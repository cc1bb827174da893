"""What the API server does to an object on its way into the store (registry strategies, Kubernetes 1.36).

Names, uids, generations, defaults, graceful deletion, finalizers, bindings. Everybody who writes, writes here.
Admission steps are added by `cluster.admission`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from seatrial.apis import defaults, kinds
from seatrial.cluster import errors, strategies
from seatrial.cluster.chance import Chance
from seatrial.cluster.clock import Clock
from seatrial.cluster.store import Store
from seatrial.model import objects
from seatrial.model.objects import Key, Object, evolve, kind_of

Bounds = tuple[float, float]
Propagation = Literal["Background", "Foreground", "Orphan"]
Admission = Callable[[Object, "Object | None"], Object]
"""Given (new object, old object or None on creation); gives the object to store or raises an ApiError."""

WITHOUT_GENERATION = frozenset(
    {
        "ConfigMap", "ControllerRevision", "CSINode", "Event", "Lease", "LimitRange", "Namespace", "Node",
        "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "Secret", "Service", "ServiceAccount",
        "StorageClass", "VolumeAttachment",
    }
)  # fmt: skip
"""Kinds whose strategies count no generations."""


class ApiServer:
    """The only writer of a cluster's store."""

    def __init__(self, clock: Clock, store: Store, chance: Chance) -> None:
        self.clock = clock
        self.store = store
        self.chance = chance
        self.admission: list[Admission] = []
        self.takes: Bounds | None = None
        """Between which bounds the seconds lie that a write takes whoever is writing; None: no time."""

    def create(self, obj: Object) -> Object:
        """Store a new object: name, uid, time of creation, defaults and admission are seen to.

        Raises:
            errors.AlreadyExists: where the name is taken.
            errors.ApiError: where admission refuses.
        """
        kind = kind_of(obj)
        meta: dict[str, Any] = {"namespace": (obj.namespace or "default") if kinds.is_namespaced(obj) else None}
        if not obj.name and obj.metadata.get("generateName"):
            meta["name"] = obj.metadata["generateName"] + self.chance.suffix()
        obj = evolve(obj, metadata=meta)
        if self.store.get(*obj.key) is not None:
            raise errors.AlreadyExists(f'{kind.lower()} "{obj.name}" already exists')
        obj = defaults.apply(obj)
        for admit in self.admission:
            obj = admit(obj, None)
        self._spend()
        meta = {"uid": self.chance.uid(), "creationTimestamp": self.clock.timestamp(), "deletionTimestamp": None}
        if kind not in WITHOUT_GENERATION:
            meta["generation"] = 1
        return self.store.put(strategies.prepare_for_create(evolve(obj, metadata=meta)))

    def update(self, obj: Object) -> Object:
        """Replace everything but the status. A resourceVersion that is given must be the present one.

        Raises:
            errors.NotFound, errors.Conflict: as a real server.
        """
        old = self._current(obj)
        new = evolve(defaults.apply(obj), status=old.get("status"))
        for admit in self.admission:
            new = admit(new, old)
        kept = {k: old.metadata.get(k) for k in ("uid", "creationTimestamp", "deletionTimestamp", "generation")}
        kept["deletionGracePeriodSeconds"] = old.metadata.get("deletionGracePeriodSeconds")
        new = strategies.prepare_for_update(evolve(new, metadata=kept), old)
        if "generation" in old.metadata and _specified(new) != _specified(old):
            new = evolve(new, metadata={"generation": old.metadata["generation"] + 1})
        if new == evolve(old, metadata={"resourceVersion": new.metadata.get("resourceVersion")}):
            return old
        self._spend()
        if new.deleting and not new.metadata.get("finalizers") and not self._lingers(new):
            return self.store.remove(old.key)
        return self.store.put(new)

    def update_status(self, obj: Object, status: dict[str, Any]) -> Object:
        """Replace the status alone; writing the present status again is no write.

        Raises:
            errors.NotFound, errors.Conflict: as a real server.
        """
        old = self._current(obj)
        if old.get("status") == status:
            return old
        self._spend()
        return self.store.put(old, status=status)

    def change_metadata(self, key: Key, **changes: Any) -> Object:
        """Lay `changes` over the metadata of the present object (labels, annotations, ownerReferences, finalizers).

        Raises:
            errors.NotFound: where the object is gone.
        """
        old = self.present(key)
        return self.update(evolve(old, metadata=changes))

    def delete(
        self, key: Key, *, grace: int | None = None, propagation: Propagation = "Background", uid: str | None = None
    ) -> Object | None:
        """Delete gracefully where the kind asks for it; gives what is left of the object, None where it is gone.

        A pod on a node gets a deletion time and a grace period (its own, or `grace` seconds) and is taken away by its
        kubelet with `grace=0`. Finalizers keep an object until they are taken off.

        Raises:
            errors.NotFound: where there is no such object.
            errors.Conflict: where `uid` is given and the object under the name is another one.
        """
        old = self.present(key)
        if uid is not None and uid != old.uid:
            raise errors.Conflict(f"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.uid}")
        self._spend()
        finalizers = list(old.metadata.get("finalizers") or ())
        wanted = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(propagation)
        if wanted and wanted not in finalizers:
            finalizers.append(wanted)
        seconds = self._grace(old, grace)
        if seconds == 0 and not finalizers and not _is_finalized_by_spec(old):
            self.store.remove(key)
            return None
        deadline = self.clock.now + seconds
        if old.deleting:
            before = old.metadata.get("deletionGracePeriodSeconds")
            seconds = min(seconds, before) if before is not None else seconds
            if seconds == before and finalizers == (old.metadata.get("finalizers") or []):
                return old
            deadline = objects.seconds_of(old.metadata["deletionTimestamp"]) - (before or 0) + seconds
            if seconds and deadline <= self.clock.now:
                # A grace period that would be over already is one second (rest.BeforeDelete). Equal counts as over:
                # what is stored has lost its fraction of a second, the present has not.
                deadline, seconds = self.clock.now, 1
        meta: dict[str, Any] = {
            "deletionTimestamp": objects.timestamp(deadline),
            "deletionGracePeriodSeconds": seconds,
            "finalizers": finalizers or None,
        }
        if "generation" in old.metadata and not old.deleting:
            meta["generation"] = old.metadata["generation"] + 1
        return self.store.put(old, metadata=meta)

    def bind(self, key: Key, node: str) -> Object:
        """Bind a pod to a node (pods/binding): sets nodeName and the condition PodScheduled.

        Raises:
            errors.NotFound, errors.Conflict: where the pod is gone, deleting or bound.
        """
        pod = self.present(key)
        if pod.spec.get("nodeName"):
            raise errors.Conflict(f'pod {pod.name} is already assigned to node "{pod.spec["nodeName"]}"')
        if pod.deleting:
            raise errors.Conflict(f"pod {pod.name} is being deleted, cannot be assigned to a host")
        conditions = [c for c in pod.status.get("conditions") or () if c.get("type") != "PodScheduled"]
        scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": self.clock.timestamp()}
        return self.store.put(
            pod, spec={**pod.spec, "nodeName": node}, status={**pod.status, "conditions": [*conditions, scheduled]}
        )

    def present(self, key: Key) -> Object:
        """The object under the key.

        Raises:
            errors.NotFound: where there is none.
        """
        found = self.store.get(*key)
        if found is None:
            raise errors.NotFound(f'{key[0].lower()} "{key[2]}" not found')
        return found

    def _spend(self) -> None:
        if self.takes is not None:
            self.clock.spend(self.chance.between(*self.takes))

    def _current(self, obj: Object) -> Object:
        old = self.present(obj.key)
        given = obj.metadata.get("resourceVersion")
        if given is not None and given != old.metadata.get("resourceVersion"):
            raise errors.Conflict(
                f'Operation cannot be fulfilled on {obj.kind.lower()} "{obj.name}": the object has been modified; '
                "please apply your changes to the latest version and try again"
            )
        if obj.uid and obj.uid != old.uid:
            raise errors.Conflict(f"Precondition failed: UID in precondition: {obj.uid}, UID in object meta: {old.uid}")
        return old

    @staticmethod
    def _lingers(obj: Object) -> bool:
        graceful = obj.kind == "Pod" and bool(obj.metadata.get("deletionGracePeriodSeconds"))
        return graceful or _is_finalized_by_spec(obj)

    @staticmethod
    def _grace(obj: Object, asked: int | None) -> int:
        """registry/core/pod strategy.CheckGracefulDelete: unbound and ended pods go at once."""
        if obj.kind != "Pod":
            return 0
        own = obj.spec.get("terminationGracePeriodSeconds")
        seconds = asked if asked is not None else (30 if own is None else own)
        if not obj.spec.get("nodeName") or obj.status.get("phase") in ("Succeeded", "Failed"):
            return 0
        return max(0, int(seconds))


def _specified(obj: Object) -> dict[str, Any]:
    return {k: v for k, v in obj.items() if k not in ("metadata", "status")}


def _is_finalized_by_spec(obj: Object) -> bool:
    """Whether a namespace waits for its controller to empty it: its finalizers stand in the spec."""
    return obj.kind == "Namespace" and bool(obj.spec.get("finalizers"))
