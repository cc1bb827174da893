"""JSON Patch (RFC 6902): `add`, `replace`, `remove` and `test`, applied without changing what they are applied to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seatrial.manifests.field_paths import Step, pointer_of, tokens_of
from seatrial.model.objects import Object

_END = "-"
"""The place behind a list's last item."""


class PatchError(ValueError):
    """The operation does not fit the object."""


def apply_operations(obj: Mapping[str, Any], operations: Iterable[Mapping[str, Any]]) -> Object:
    """The object after all operations; it shares with the old one what they leave alone.

    Raises:
        PatchError: where a path is not there, a test fails, or an operation is none of the four.
    """
    value: Any = obj
    for operation in operations:
        value = _applied(value, tokens_of(operation["path"]), operation)
    return Object(value)


def set_operation(obj: Any, steps: Sequence[Step], value: Any) -> dict[str, Any]:
    """The one operation that puts `value` at a place, together with the parents that are missing; `-` appends."""
    here = obj
    for depth, step in enumerate(steps[:-1]):
        below = _below(here, step)
        if below is None:
            rest = _nested(steps[depth + 1 :], value)
            return {"op": "add", "path": pointer_of(steps[: depth + 1]), "value": rest}
        here = below
    present = _below(here, steps[-1]) is not None
    return {"op": "replace" if present else "add", "path": pointer_of(steps), "value": value}


def remove_operation(steps: Sequence[Step]) -> dict[str, Any]:
    """The operation that takes the field at a place away."""
    return {"op": "remove", "path": pointer_of(steps)}


def _below(value: Any, step: Step) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and 0 <= step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _nested(steps: Sequence[Step], value: Any) -> Any:
    for step in reversed(steps):
        value = [value] if isinstance(step, int) or step == _END else {step: value}
    return value


def _applied(value: Any, tokens: tuple[str, ...], operation: Mapping[str, Any]) -> Any:
    if not tokens:
        return _whole(value, operation)
    first, rest = tokens[0], tokens[1:]
    if isinstance(value, list):
        index = _index(value, first, operation)
        items = list(value)
        if rest:
            items[index] = _applied(items[index], rest, operation)
        elif operation["op"] == "add":
            items.insert(index, operation["value"])
        elif operation["op"] == "remove":
            del items[index]
        else:
            items[index] = _whole(items[index], operation)
        return items
    if not isinstance(value, Mapping):
        raise PatchError(f"{operation['path']}: there is neither a mapping nor a list to look for {first!r} in")
    fields = dict(value)
    if first not in fields and (rest or operation["op"] != "add"):
        raise PatchError(f"{operation['path']}: there is no {first!r}")
    if rest:
        fields[first] = _applied(fields[first], rest, operation)
    elif operation["op"] == "remove":
        del fields[first]
    else:
        fields[first] = _whole(fields.get(first), operation)
    return fields


def _whole(value: Any, operation: Mapping[str, Any]) -> Any:
    match operation["op"]:
        case "add" | "replace":
            return operation["value"]
        case "test" if value == operation["value"]:
            return value
        case "test":
            raise PatchError(f"{operation['path']}: is {value!r}, not {operation['value']!r}")
    raise PatchError(f"{operation['path']}: {operation['op']!r} is not supported here")


def _index(items: list[Any], token: str, operation: Mapping[str, Any]) -> int:
    adding = operation["op"] == "add"
    if token == _END and adding:
        return len(items)
    if not token.isdecimal() or int(token) >= len(items) + adding:
        raise PatchError(f"{operation['path']}: there is no item {token!r}")
    return int(token)
