"""How an API server decodes an object: types, ranges, quantities, times, base64, unknown fields.

A sound object costs one run of a compiled validator; only where that says no is it asked what is wrong, and told in the
words of Go's decoders (encoding/json, apimachinery's Quantity and Time, Kubernetes 1.36).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from seatrial.apis.schemas import BASE64, QUANTITY, KindSchema, Schema
from seatrial.apis.violations import Violation, shown

_QUANTITY_FORMAT = re.compile(r"([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)")


def is_exact(obj: Mapping[str, Any], schema: KindSchema) -> bool:
    """Whether an object decodes as it is, without an unknown field."""
    return schema.validator.is_valid(obj)


def decode(obj: Mapping[str, Any], schema: KindSchema, strict: bool) -> list[Violation]:
    """What keeps an object from being decoded; unknown fields only where `strict`."""
    if is_exact(obj, schema):
        return []
    found: list[Violation] = []
    for error in schema.validator.iter_errors(obj):
        path = list(error.instance_path)
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            if strict:
                known = list(schema.at(path).get("properties") or {})
                found.extend(_unknown(path, name, known) for name in kind.unexpected)
        else:
            found.append(Violation(field_path(path), _message(kind, error.instance, schema.at(path)), "decode"))
    return sorted(set(found), key=lambda violation: (violation.path, violation.message))


def pruned(value: Any, schema: KindSchema, at: Schema | None = None) -> Any:
    """A value without the fields that its kind does not have: the decoder drops them."""
    known = schema.resolve(schema.root if at is None else at)
    if isinstance(value, list):
        return [pruned(item, schema, known.get("items") or {}) for item in value]
    if not isinstance(value, dict):
        return value
    properties, values = known.get("properties"), known.get("additionalProperties")
    if properties is not None:
        return {name: pruned(item, schema, properties[name]) for name, item in value.items() if name in properties}
    return {name: pruned(item, schema, values) for name, item in value.items()} if isinstance(values, dict) else value


def field_path(path: list[str | int]) -> str:
    """An instance path as Kubernetes writes it: `spec.containers[0].image`, `data[a.key]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_$][\w$-]*", step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]"
    return text


def _unknown(path: list[str | int], name: str, known: list[str]) -> Violation:
    full = field_path([*path, name])
    near = nearest(name, known)
    hint = f', did you mean "{near}"?' if near else ""
    return Violation(full, f'unknown field "{full}"{hint}', "strict")


def nearest(name: str, known: list[str]) -> str:
    """The known name that a misspelt one most likely means, or ""."""
    for candidate in known:
        if candidate.lower() == name.lower():
            return candidate
    import difflib  # needed only where something is wrong

    matches = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return matches[0] if matches else ""


def _message(kind: Any, value: Any, schema: Schema) -> str:
    kinds = jsonschema_rs.ValidationErrorKind
    if isinstance(kind, kinds.Pattern):
        if kind.pattern == QUANTITY:
            return quantity_message(str(value))
        return _base64_message(value) if kind.pattern == BASE64 else _time_message(value)
    if isinstance(kind, kinds.Type | kinds.Minimum | kinds.Maximum):
        if schema.get("pattern") == QUANTITY:
            return quantity_message("")
        return f"cannot unmarshal {_go_value(value)} into a field of type {_go_type(schema)}"
    return str(kind.name)


def _go_value(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return f"number {shown(value)}"
        case str():
            return f"string {shown(value)}"
        case list():
            return "array"
    return "object"


def _go_type(schema: Schema) -> str:
    types = sorted(name for name in schema.get("type") or () if name != "null")
    if types == ["integer", "string"]:
        return "int32 or string"
    match types[:1]:
        case ["integer"]:
            return "int32" if schema.get("maximum") == 2**31 - 1 else "int64"
        case ["number"]:
            return "float64"
        case ["boolean"]:
            return "bool"
        case ["array"]:
            return "list"
        case ["object"]:
            return "object" if "properties" in schema else "map"
    return "string"


def quantity_message(text: str) -> str:
    """What resource.ParseQuantity says of a text that is no quantity."""
    if _QUANTITY_FORMAT.fullmatch(text) and text.count(".") <= 1:
        return "unable to parse quantity's suffix"
    return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def _base64_message(value: str) -> str:
    """Go names the first byte that cannot be; everything after it is not looked at."""
    text = value.replace("\r", "").replace("\n", "")
    for position, character in enumerate(text):
        if not re.fullmatch("[A-Za-z0-9+/=]", character):
            return f"illegal base64 data at input byte {position}"
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        padding = text.find("=")
        position = padding if padding >= 0 else len(text) - len(text) % 4
        return f"illegal base64 data at input byte {position}"
    return "illegal base64 data"


def _time_message(value: str) -> str:
    return f'parsing time {shown(value)} as "2006-01-02T15:04:05Z07:00": it is no RFC 3339 time'
