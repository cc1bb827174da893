"""A remedy: changes to manifests that are tried together, why they should help, and the fields that they blame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import apply_operations
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object


@dataclass(frozen=True, slots=True)
class Change:
    """A change to one resource by JSON Patch operations, or a new object beside it.

    `blames` are paths of fields of the resource that the change mends: the causes.
    """

    resource: Resource
    operations: tuple[dict[str, Any], ...] = ()
    create: Object | None = None
    blames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes that belong together, in words that follow "to prevent it: "."""

    description: str
    changes: tuple[Change, ...]


def together(*remedies: Remedy | None) -> Remedy | None:
    """One remedy made of several; those that are None have nothing to change; None where nothing is left."""
    real = [remedy for remedy in remedies if remedy is not None]
    if not real:
        return None
    words = [remedy.description for remedy in real]
    description = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    return Remedy(description, tuple(change for remedy in real for change in remedy.changes))


def ladder(*rungs: Remedy | None) -> list[Remedy]:
    """Remedies in the order in which to try them, without empty and repeated ones."""
    found: list[Remedy] = []
    for rung in rungs:
        if rung is not None and all(rung.changes != other.changes for other in found):
            found.append(rung)
    return found


def apply(inventory: Inventory, remedies: Iterable[Remedy]) -> Inventory:
    """The inventory with all remedies in it."""
    operations: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    created: list[Resource] = []
    for remedy in remedies:
        for change in remedy.changes:
            wanted = operations.setdefault(change.resource.key, [])
            wanted.extend(op for op in change.operations if op not in wanted)
            if change.create is not None:
                new = Resource(change.create, change.resource.place)
                if all(new.key != other.key for other in created):
                    created.append(new)
    changed = [
        Resource(apply_operations(r.object, operations[r.key]), r.place, r.item) if r.key in operations else r
        for r in inventory
    ]
    return Inventory([*changed, *created])
