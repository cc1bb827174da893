"""How defaults are laid into frozen objects: whatever lacks nothing comes back as the very same object.

Kubernetes tells a missing field from a zero one only where the Go field is a pointer; null always means missing. The
functions here take a field as missing where it is absent, null or "".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Fields = dict[str, Any]


def missing(fields: Mapping[str, Any], name: str) -> bool:
    """Whether a field is absent, null or an empty text."""
    value = fields.get(name)
    return value is None or value == ""


def filled(fields: Fields, defaults: Mapping[str, Any]) -> Fields:
    """`fields` with every missing default laid in."""
    lacking = {}
    for name, default in defaults.items():
        value = fields.get(name)
        if value is None or value == "":
            lacking[name] = default
    return {**fields, **lacking} if lacking else fields


def within(fields: Fields, name: str, function: Callable[[Fields], Fields]) -> Fields:
    """`fields` with the struct under `name`, where there is one, passed through `function`."""
    old = fields.get(name)
    if old is None:
        return fields
    new = function(old)
    return fields if new is old else {**fields, name: new}


def created(fields: Fields, name: str, function: Callable[[Fields], Fields]) -> Fields:
    """As `within`, with an empty struct where there is none."""
    old = fields.get(name)
    new = function(old if old is not None else {})
    return fields if new is old else {**fields, name: new}


def each(fields: Fields, name: str, function: Callable[[Fields], Fields]) -> Fields:
    """`fields` with each item of the list under `name` passed through `function`."""
    old = fields.get(name)
    if not old:
        return fields
    changed = False
    items = []
    for item in old:
        new = function(item if item is not None else {})
        changed = changed or new is not item
        items.append(new)
    return {**fields, name: items} if changed else fields
