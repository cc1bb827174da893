"""ConfigMaps, Secrets and keys that pods name and nobody has: the name that was probably meant, or what is missing."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from seatrial.manifests import field_paths
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import set_operation
from seatrial.manifests.references import Reference, references
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.remedies.remedy import Change, Remedy, together

ALIKE = 0.75
"""How much of two names must be the same for one to be a slip of the other (difflib.SequenceMatcher.ratio)."""
LISTED = 3
"""So many names are told of many."""
FILL_IN = "FILL-IN"

Objects = dict[tuple[str, str, str], list[Reference]]
"""(kind, namespace, name) of what is not there, and who in the workload asks for it."""


def named(inventory: Inventory, workload: Resource) -> list[Remedy | None]:
    """First: correct what looks like a slip, add the rest. Then, should the slips be none: add all."""
    absent, keys = _dangling(inventory, workload)
    meant = _meant(inventory, workload, absent)
    mended = [_rename(workload, absent[key], name) for key, name in meant.items()]
    with_keys = [_key(inventory, workload, reference) for reference in keys]
    rest = {key: asking for key, asking in absent.items() if key not in meant}
    return [
        together(*mended, _added(workload, rest), *with_keys),
        together(_added(workload, absent), *with_keys),
    ]


def _dangling(inventory: Inventory, workload: Resource) -> tuple[Objects, list[Reference]]:
    """What is asked for and absent: whole objects, and keys of objects that are there."""
    absent: defaultdict[tuple[str, str, str], list[Reference]] = defaultdict(list)
    keys = []
    for reference in references(inventory).of(workload):
        if reference.optional or reference.kind not in ("ConfigMap", "Secret"):
            continue
        found = inventory.get(reference.kind, reference.namespace, reference.name)
        if found is None:
            absent[reference.kind, reference.namespace, reference.name].append(reference)
        elif reference.key and reference.key not in _keys(found):
            keys.append(reference)
    return dict(absent), keys


def _meant(inventory: Inventory, workload: Resource, absent: Objects) -> dict[tuple[str, str, str], str]:
    """The name that was probably meant. Not one that the workload uses already, nor one for two: these are no slips."""
    used = {(r.kind, r.name) for r in references(inventory).of(workload)}
    near: dict[tuple[str, str, str], str] = {}
    for key in absent:
        kind, namespace, name = key
        others = [r.name for r in inventory.of_kind(kind) if r.namespace == namespace and (kind, r.name) not in used]
        near.update((key, match) for match in difflib.get_close_matches(name, others, 1, ALIKE))
    chosen = [(key[0], name) for key, name in near.items()]
    return {key: name for key, name in near.items() if chosen.count((key[0], name)) == 1}


def _rename(workload: Resource, asking: Sequence[Reference], name: str) -> Remedy:
    paths = [reference.path for reference in asking]
    operations = tuple(set_operation(workload.object, field_paths.parse(path), name) for path in paths)
    return Remedy(f"name the {asking[0].kind} `{name}`", (Change(workload, operations, blames=tuple(paths)),))


def _added(workload: Resource, absent: Objects) -> Remedy | None:
    """Objects to fill in, with the keys that are asked for."""
    changes = []
    for (kind, namespace, name), asking in absent.items():
        field = "stringData" if kind == "Secret" else "data"
        new = Object(apiVersion="v1", kind=kind, metadata={"name": name, "namespace": namespace})
        keys = {reference.key: FILL_IN for reference in asking if reference.key}
        created = Object({**new, field: keys}) if keys else new
        changes.append(Change(workload, create=created, blames=tuple(reference.path for reference in asking)))
    if not changes:
        return None
    return Remedy(" and ".join(_words(absent)), tuple(changes))


def _words(absent: Objects) -> Iterator[str]:
    for kind in ("ConfigMap", "Secret"):
        names = [f"`{name}`" for k, _, name in absent if k == kind]
        if len(names) == 1:
            yield f"add the {kind} {names[0]}, or make it where the cluster gets it from"
        elif names:
            more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
            yield f"add the {kind}s {', '.join(names[:LISTED])}{more}, or make them where the cluster gets them from"


def _key(inventory: Inventory, workload: Resource, reference: Reference) -> Remedy | None:
    """The key that was probably meant; else the missing one, to fill in."""
    found = inventory.get(reference.kind, reference.namespace, reference.name)
    if found is None:
        return None
    near = difflib.get_close_matches(reference.key, _keys(found), 1)
    if near and reference.path.endswith(".name"):
        path = reference.path.removesuffix("name") + "key"
        operation = set_operation(workload.object, field_paths.parse(path), near[0])
        change = Change(workload, (operation,), blames=(path,))
        return Remedy(f"use the key `{near[0]}` of `{found.name}`", (change,))
    field = "stringData" if found.kind == "Secret" else "data"
    operation = set_operation(found.object, (field, reference.key), FILL_IN)
    change = Change(found, (operation,), blames=(field,))
    return Remedy(f"add the key `{reference.key}` to {found.kind} `{found.name}`", (change,))


def _keys(resource: Resource) -> list[str]:
    fields = ("data", "binaryData", "stringData")
    return [key for field in fields for key in (resource.object.get(field) or {})]
