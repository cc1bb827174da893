"""JSON Merge Patch (RFC 7386): the difference of two objects as a patch, and a patch applied to an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Inexpressible(ValueError):
    """The new object holds a null in a mapping: in a merge patch that would take the field away."""


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest patch for which `apply(old, patch) == new`; lists are replaced as a whole.

    Objects share what is equal, so most of two versions of one object is not looked at.

    Raises:
        Inexpressible: where no patch can make `new` of `old`.
    """
    patch: dict[str, Any] = {}
    for field, value in new.items():
        before = old.get(field)
        if before is value and value is not None:
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            if below := difference(before, value):
                patch[field] = below
        elif field not in old or before != value:
            _refuse_nulls(field, value)
            patch[field] = value
    patch.update((field, None) for field in old if field not in new)
    return patch


def apply(old: Any, patch: Any) -> Any:
    """`old` with the patch applied: a null takes a field away, mappings are merged, all else is replaced."""
    if not isinstance(patch, Mapping):
        return patch
    new = dict(old) if isinstance(old, Mapping) else {}
    for field, value in patch.items():
        if value is None:
            new.pop(field, None)
        else:
            new[field] = apply(new.get(field), value)
    return new


def _refuse_nulls(field: str, value: Any) -> None:
    if value is None:
        raise Inexpressible(f"{field} is null")
    if isinstance(value, Mapping):
        for below, item in value.items():
            _refuse_nulls(f"{field}.{below}", item)
