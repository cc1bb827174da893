"""What a custom resource's schema does not know is dropped before anything else (apiextensions-apiserver
pkg/apiserver/schema/pruning and schema/defaulting, Kubernetes 1.36).

So are null fields that may not be null, unless a default takes their place. The object is shared but for what changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PRESERVE, EMBEDDED = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"
SERVED = frozenset({"apiVersion", "kind", "metadata"})
Path = tuple[str | int, ...]


def unknown(value: Any, schema: Any, *, resource: bool = False, path: Path = ()) -> Iterator[Path]:
    """The paths of fields that a schema does not know. `resource` tells that the value has a type and metadata."""
    known = schema if isinstance(schema, Mapping) else {}
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown(item, _below(known, None), resource=_is_resource(known, None), path=(*path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            if resource and name in SERVED:
                continue
            if _is_known(known, name):
                yield from unknown(item, _below(known, name), resource=_is_resource(known, name), path=(*path, name))
            elif not known.get(PRESERVE):
                yield (*path, name)


def pruned(value: Any, schema: Any, *, resource: bool = False) -> Any:
    """The value without what its schema does not know, and without null fields that may not be null."""
    known = schema if isinstance(schema, Mapping) else {}
    if isinstance(value, list):
        items = [pruned(item, _below(known, None), resource=_is_resource(known, None)) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for name, item in value.items():
        if resource and name in SERVED:
            kept[name] = item
        elif _is_known(known, name):
            below = _below(known, name)
            if item is not None or _may_be_null(below):
                kept[name] = pruned(item, below, resource=_is_resource(known, name))
        elif known.get(PRESERVE):
            kept[name] = item
    same = len(kept) == len(value) and all(kept[name] is item for name, item in value.items())
    return value if same else kept


def _may_be_null(schema: Any) -> bool:
    return not isinstance(schema, Mapping) or bool(schema.get("nullable")) or "default" in schema


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def _is_known(schema: Mapping[str, Any], name: str) -> bool:
    return name in _properties(schema) or bool(schema.get("additionalProperties"))


def _below(schema: Mapping[str, Any], name: str | None) -> Any:
    """The schema of an item, or of a field; below `additionalProperties: true` nothing is known, and all is kept."""
    if name is None:
        return schema.get("items") or ({PRESERVE: True} if schema.get(PRESERVE) else {})
    properties = _properties(schema)
    if name in properties:
        return properties[name]
    values = schema.get("additionalProperties")
    return {PRESERVE: True} if values is True else values


def _is_resource(schema: Mapping[str, Any], name: str | None) -> bool:
    below = _below(schema, name)
    return isinstance(below, Mapping) and bool(below.get(EMBEDDED))
