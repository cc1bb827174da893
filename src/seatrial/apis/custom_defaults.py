"""Defaults of custom resources (apiextensions-apiserver pkg/apiserver/schema/defaulting, Kubernetes 1.36).

A structural schema's `default` fills a missing field, and a null one that may not be null; what is filled in is looked
into again. The object is shared but for what changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WITHOUT_FIELDS = (str, int, bool, float)
"""Values that are there, and in which nothing can be filled in."""


def apply(value: Any, schema: Any) -> Any:
    """The value with the schema's defaults filled in; the same value where none is missing."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, dict):
        return _object(value, schema)
    if isinstance(value, list):
        items = [apply(item, schema.get("items")) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _object(value: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    properties, values = schema.get("properties"), schema.get("additionalProperties")
    changed: dict[str, Any] = {}
    if isinstance(properties, Mapping):
        for name, below in properties.items():
            old = value.get(name)
            if type(old) in _WITHOUT_FIELDS:
                continue
            new = apply(_present(old, below), below)
            if new is not old:
                changed[name] = new
    if isinstance(values, Mapping):
        for name, old in value.items():
            if not isinstance(properties, Mapping) or name not in properties:
                new = apply(old, values)
                if new is not old:
                    changed[name] = new
    return {**value, **changed} if changed else value


def _present(value: Any, schema: Any) -> Any:
    """The value, or the default where it is missing; null stays where the schema allows it."""
    if value is not None or not isinstance(schema, Mapping) or "default" not in schema:
        return value
    return schema["default"]
