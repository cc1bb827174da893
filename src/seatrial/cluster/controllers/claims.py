"""Whose is a pod: adoption of orphans that match and release of what no longer does.

As PodControllerRefManager in pkg/controller/controller_ref_manager.go (Kubernetes 1.36); serves ReplicaSets, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from seatrial.cluster import errors, indexes
from seatrial.cluster.api_server import ApiServer
from seatrial.cluster.store import Store
from seatrial.model import objects, selectors
from seatrial.model.objects import Object, controller_of

ORPHANS = "orphans"


def by_orphanage(obj: Object) -> Collection[str]:
    """Files an object without a controller under its namespace."""
    return () if controller_of(obj) else (obj.namespace,)


def add_indexes(store: Store, kind: str) -> None:
    """The indexes that `claimed` reads."""
    store.add_index(kind, ORPHANS, by_orphanage, indexes.owners)


def claimed(api: ApiServer, owner: Object, kind: str, selector: Mapping[str, Any] | None) -> list[Object]:
    """The objects of `kind` that `owner` controls, after adopting orphans and releasing what no longer matches."""
    mine: list[Object] = []
    for obj in api.store.by_index(kind, "owner", owner.uid):
        reference = controller_of(obj)
        if reference is None or reference["uid"] != owner.uid:
            continue
        if selectors.matches(selector, obj.labels):
            mine.append(obj)
        elif not owner.deleting:
            _release(api, owner, obj)
    if owner.deleting:
        return mine
    for obj in api.store.by_index(kind, ORPHANS, owner.namespace):
        if not obj.deleting and selectors.matches(selector, obj.labels):
            adopted = _adopt(api, owner, obj)
            if adopted is not None:
                mine.append(adopted)
    return mine


def may_adopt(store: Store, kind: str, namespace: str) -> bool:
    """Whether there is any object of `kind` without a controller."""
    return bool(store.by_index(kind, ORPHANS, namespace))


def _adopt(api: ApiServer, owner: Object, obj: Object) -> Object | None:
    references = [*(obj.metadata.get("ownerReferences") or ()), objects.owner_reference(owner)]
    try:
        return api.change_metadata(obj.key, ownerReferences=references)
    except errors.NotFound:
        return None


def _release(api: ApiServer, owner: Object, obj: Object) -> None:
    kept = [r for r in obj.metadata.get("ownerReferences") or () if r.get("uid") != owner.uid]
    try:
        api.change_metadata(obj.key, ownerReferences=kept or None)
    except errors.NotFound:
        return
