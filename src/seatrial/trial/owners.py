"""Which workload a pod belongs to: the owner at the top of its chain (Pod -> ReplicaSet -> Deployment)."""

from __future__ import annotations

from seatrial.cluster.store import Store
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object, controller_of

DEPTH = 8
"""Owners are followed so far; longer chains and circles end where they are."""


def workload_key(kind: str, namespace: str, name: str) -> str:
    """How timelines and profiles name a workload: `shop/Deployment/cart`."""
    return f"{namespace}/{kind}/{name}"


def key_of(workload: Resource) -> str:
    """The key of a workload among the manifests."""
    return workload_key(workload.kind, workload.namespace, workload.name)


def workload_of(store: Store, obj: Object) -> str:
    """The key of the workload on top; a pod without owners is its own workload."""
    for _ in range(DEPTH):
        reference = controller_of(obj)
        if reference is None:
            break
        owner = store.get(reference["kind"], obj.namespace, reference["name"])
        if owner is None:
            return workload_key(reference["kind"], obj.namespace, reference["name"])
        obj = owner
    return workload_key(obj.kind, obj.namespace, obj.name)
