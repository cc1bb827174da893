"""Lists that are sets or maps hold nothing twice (apiextensions-apiserver pkg/apiserver/schema/listtype, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from seatrial.apis.violations import Errors

LIST_TYPE, LIST_KEYS = "x-kubernetes-list-type", "x-kubernetes-list-map-keys"


def validate(value: Any, schema: Any, path: str, errors: Errors) -> None:
    """Report what lists hold twice, by their schema."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, dict):
        properties, values = schema.get("properties"), schema.get("additionalProperties")
        for name, item in value.items():
            if isinstance(values, Mapping):
                validate(item, values, f"{path}[{name}]", errors)
            if isinstance(properties, Mapping) and name in properties:
                validate(item, properties[name], f"{path}.{name}" if path else name, errors)
    elif isinstance(value, list):
        match schema.get(LIST_TYPE):
            case "set":
                for index in _repeated([_identity(item) for item in value]):
                    errors.duplicate(f"{path}[{index}]", value[index])
            case "map":
                _validate_keys(value, schema.get(LIST_KEYS), path, errors)
        for index, item in enumerate(value):
            validate(item, schema.get("items"), f"{path}[{index}]", errors)


def _validate_keys(items: list[Any], keys: Any, path: str, errors: Errors) -> None:
    for index, item in enumerate(items):
        if item is not None and not isinstance(item, dict):
            errors.invalid(f"{path}[{index}]", item, "must be an object for an array of list-type map")
            return
    names = [str(key) for key in keys] if isinstance(keys, list) else []
    found = [{name: item[name] for name in names if name in item} for item in (item or {} for item in items)]
    for index in _repeated([_identity(key) for key in found]):
        errors.duplicate(f"{path}[{index}]", found[index])


def _identity(value: Any) -> tuple[str, Any]:
    """What tells a value from others: `1` is not `true`, and objects are told apart by what they hold."""
    if isinstance(value, dict | list):
        try:
            return "json", orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # integers beyond 64 bits
            return "text", repr(value)
    return type(value).__name__, value


def _repeated(identities: list[tuple[str, Any]]) -> list[int]:
    """Where something stands for the second time; what stands there once more is not told again."""
    times: dict[tuple[str, Any], int] = {}
    found: list[int] = []
    for index, identity in enumerate(identities):
        times[identity] = times.get(identity, 0) + 1
        if times[identity] == 2:
            found.append(index)
    return found
