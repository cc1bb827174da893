"""The `fieldPath` of a rule: `.spec.size`, `.labels['a.b']` (apiextensions-apiserver, ValidFieldPath, 1.36)."""

from __future__ import annotations

import re
from typing import Any

from seatrial.apis.cel.schema_values import Schema

_STEP = re.compile(r"\.([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "'": "'", "\\": "\\"}


class BadFieldPath(ValueError):
    """A path that is none, or leads nowhere in the schema. The text is upstream's."""


def checked(path: str, schema: Schema) -> str:
    """The path as it stands in errors, with its first dot.

    Raises:
        BadFieldPath: where there is no such field.
    """
    return _followed(path, schema)[0]


def schema_at(path: str, schema: Schema) -> Schema:
    """The schema that a path leads to.

    Raises:
        BadFieldPath: where there is no such field.
    """
    return _followed(path, schema)[1]


def _followed(path: str, schema: Schema) -> tuple[str, Schema]:
    made, at = "", 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise BadFieldPath(_trouble(path[at:]))
        at = step.end()
        name = step[1] if step[1] is not None else _unescaped(step[2])
        properties, values = schema.get("properties"), schema.get("additionalProperties")
        below: Any = None
        if isinstance(properties, dict) and properties:
            below = properties.get(name)
            made += f".{name}"
        elif isinstance(values, dict):
            below = values
            made += f"[{name}]"
        if not isinstance(below, dict):
            raise BadFieldPath("does not refer to a valid field")
        schema = below
    return made, schema


def normal(path: str, schema: Schema) -> str:
    """As `checked`; "" where the path is none, so that errors are those of the whole value."""
    try:
        return checked(path, schema)
    except BadFieldPath:
        return ""


def _trouble(rest: str) -> str:
    if not rest.startswith("["):
        return f"expected [ or . but got: {rest.split('.')[0]}"
    return (
        "unexpected end of JSON path"
        if rest == "["
        else f"expected single quoted string but got {rest[1:].split(']')[0]}"
    )


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1] not in _ESCAPED:
            raise BadFieldPath(f"invalid string literal: invalid escape char {found[0]}")
        return _ESCAPED[found[1]]

    return _ESCAPE.sub(plain, text)
