"""What a schema's own fields are: the API server decodes them into Go's JSONSchemaProps (apiextensions v1, 1.36)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.apis.violations import Violation

_TEXTS = ("type", "format", "title", "description", "pattern", "id", "$schema", "$ref", "x-kubernetes-list-type",
          "x-kubernetes-map-type")  # fmt: skip
_FLAGS = ("nullable", "uniqueItems", "exclusiveMinimum", "exclusiveMaximum", "x-kubernetes-int-or-string",
          "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")  # fmt: skip
_WHOLE = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_NUMBERS = ("minimum", "maximum", "multipleOf")
_LISTS_OF_TEXTS = ("required", "x-kubernetes-list-map-keys")
_SCHEMAS, _LISTS_OF_SCHEMAS, _MAPS_OF_SCHEMAS = (
    ("not",), ("allOf", "anyOf", "oneOf"), ("properties", "patternProperties", "definitions"),
)  # fmt: skip
_RULE_TEXTS, _RULES = ("rule", "message", "messageExpression", "fieldPath", "reason"), "x-kubernetes-validations"
_GO: dict[type, str] = {
    str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object",
}  # fmt: skip


def problems(node: Any, path: str) -> Iterator[Violation]:
    """What keeps a schema, or one below it, from being decoded."""
    if node is None:
        return
    if not isinstance(node, dict):
        yield _wrong(node, path, "v1.JSONSchemaProps")
        return
    for name, value in node.items():
        if value is not None:
            yield from _field(name, value, f"{path}.{name}")


def _field(name: str, value: Any, path: str) -> Iterator[Violation]:
    if name in _TEXTS and not isinstance(value, str):
        yield _wrong(value, path, "string")
    elif name in _FLAGS and not isinstance(value, bool):
        yield _wrong(value, path, "bool")
    elif name in _WHOLE and type(value) is not int:
        yield _wrong(value, path, "int64")
    elif name in _NUMBERS and type(value) not in (int, float):
        yield _wrong(value, path, "float64")
    elif name in _LISTS_OF_TEXTS:
        yield from _texts(value, path)
    elif name == "enum" and not isinstance(value, list):
        yield _wrong(value, path, "[]v1.JSON")
    elif name in _SCHEMAS:
        yield from problems(value, path)
    elif name in _LISTS_OF_SCHEMAS:
        yield from _schemas(value, path)
    elif name in _MAPS_OF_SCHEMAS:
        if not isinstance(value, dict):
            yield _wrong(value, path, "map[string]v1.JSONSchemaProps")
            return
        for key, below in value.items():
            yield from problems(below, f"{path}[{key}]")
    elif name == "additionalProperties":
        if not isinstance(value, bool):
            yield from problems(value, path)
    elif name == "items":
        if isinstance(value, list | dict):  # Go's decoder lets other values pass, and takes them for nothing
            yield from _schemas(value, path) if isinstance(value, list) else problems(value, path)
    elif name == _RULES:
        yield from _rules(value, path)


def _texts(value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong(value, path, "[]string")
        return
    for index, item in enumerate(value):
        if item is not None and not isinstance(item, str):
            yield _wrong(item, f"{path}[{index}]", "string")


def _schemas(value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong(value, path, "[]v1.JSONSchemaProps")
        return
    for index, below in enumerate(value):
        yield from problems(below, f"{path}[{index}]")


def _rules(value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong(value, path, "v1.ValidationRules")
        return
    for index, rule in enumerate(value):
        if not isinstance(rule, dict):
            yield _wrong(rule, f"{path}[{index}]", "v1.ValidationRule")
            continue
        for name, part in rule.items():
            wanted = bool if name == "optionalOldSelf" else str if name in _RULE_TEXTS else None
            if wanted is not None and part is not None and not isinstance(part, wanted):
                yield _wrong(part, f"{path}[{index}].{name}", _GO[wanted])


def _wrong(value: Any, path: str, wanted: str) -> Violation:
    given = _GO.get(type(value), "null")
    return Violation(path, f"cannot unmarshal {given} into a field of type {wanted}", "decode")
