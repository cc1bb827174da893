"""Manifests laid over a live cluster, as `kubectl apply` would leave it."""

from __future__ import annotations

from dataclasses import replace

from seatrial.apis import kinds
from seatrial.delivery.live_texts import LiveTexts
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.sources import Reading
from seatrial.model.objects import evolve


def laid_over(own: Reading, live: Reading, namespace: str) -> Reading:
    """All resources of the manifests, then those of the cluster that the manifests do not give anew.

    `namespace` is where objects go that name none.
    """
    given = [_within(namespace, resource) for resource in own.inventory]
    keys = {resource.key for resource in given}
    beneath = [resource for resource in live.inventory if resource.key not in keys]
    texts = LiveTexts(beneath, own.texts)
    inventory = Inventory(
        [*given, *beneath],
        problems=own.problems,
        texts=texts,
        definitions=(*own.inventory.definitions, *live.inventory.definitions),
    )
    counts = replace(
        own.counts, documents=own.counts.documents + len(beneath), resources=own.counts.resources + len(beneath)
    )
    return replace(own, inventory=inventory, counts=counts, texts=texts)


def _within(namespace: str, resource: Resource) -> Resource:
    obj = resource.object
    if obj.namespace or namespace == "default" or not kinds.is_namespaced(obj):
        return resource
    return replace(resource, object=evolve(obj, metadata={"namespace": namespace}))
