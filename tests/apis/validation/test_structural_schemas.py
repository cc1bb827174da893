"""What the schema of a custom kind must be (apiextensions-apiserver's validation tests, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.validation import structural_schemas
from seatrial.apis.violations import Errors

X = "x-kubernetes-"
RULES = f"{X}validations"
TEXT = {"type": "string"}
ITEM = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}


def found(spec: dict[str, Any], *, has_status: bool = False, **root: Any) -> list[str]:
    errors = Errors((1, 36))
    schema = {"type": "object", "properties": {"spec": spec}, **root}
    structural_schemas.schema(schema, "s", errors, has_status=has_status)
    return [violation.path.removeprefix("s.properties[spec]") for violation in errors.found]


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        (TEXT, []),
        ({}, [".type"]),
        ({f"{X}int-or-string": True}, []),
        ({"type": "string", f"{X}int-or-string": True}, [".type"]),
        ({f"{X}preserve-unknown-fields": True}, []),
        ({"type": "null"}, [".type", ".type"]),
        ({"type": "array"}, [".items"]),
        ({"type": "array", "items": [TEXT]}, [".items"]),
        ({"type": "object", "properties": {"a": TEXT}, "additionalProperties": TEXT}, [".additionalProperties"]),
        ({"type": "object", f"{X}embedded-resource": True}, [".properties"]),
        ({"type": "string", f"{X}embedded-resource": True}, [".type", ".properties"]),
        ({"type": "string", "pattern": "("}, [".pattern"]),
        ({"type": "string", "uniqueItems": True}, [".uniqueItems"]),
        ({"type": "string", "$ref": "#/a"}, [".$ref"]),
        ({"type": "string", f"{X}map-type": "atomic"}, [".type"]),
        ({"type": "array", "items": ITEM, f"{X}list-type": "map", f"{X}list-map-keys": ["a"]}, []),
        ({"type": "array", "items": ITEM, f"{X}list-type": "map", f"{X}list-map-keys": ["b"]}, [f".{X}list-map-keys"]),
        ({"type": "array", "items": {**ITEM, "required": []}, f"{X}list-type": "map", f"{X}list-map-keys": ["a"]},
         [".items.properties[a].default"]),
        ({"type": "array", "items": TEXT, f"{X}list-type": "map"}, [f".{X}list-map-keys", ".items.type"]),
        ({"type": "array", "items": ITEM, f"{X}list-type": "set"}, [f".items.{X}map-type"]),
        ({"type": "array", "items": ITEM, f"{X}list-map-keys": ["a"]}, [f".{X}list-type"]),
        ({"type": "object", "properties": {"a": TEXT}, "anyOf": [{"required": ["a"]}]}, []),
        ({"type": "string", "allOf": [{"type": "string"}]}, [".allOf[0].type"]),
        ({f"{X}int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}, []),
        ({f"{X}int-or-string": True, "allOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]}]}, []),
        ({"type": "integer", "default": 1}, []),
        ({"type": "integer", "default": "1"}, [".default"]),
        ({**ITEM, "default": {"a": "1", "b": "2"}}, [".default"]),
        ({"type": "object", "additionalProperties": {"type": "integer", "default": "1"}}, []),
        ({"type": 1}, [".type"]),
        ({"type": "string", "anyOf": "x"}, [".anyOf"]),
        ({"type": "object", "properties": {"a": "x"}}, [".properties[a]"]),
        ({"type": "string", RULES: {}}, [f".{RULES}"]),
    ],
)  # fmt: skip
def test_structure(spec: dict[str, Any], paths: list[str]) -> None:
    assert found(spec) == paths


def test_the_root_is_an_object_with_the_servers_metadata() -> None:
    assert found(TEXT, type="array", items=TEXT) == ["s.type"]
    assert found(TEXT, additionalProperties=TEXT) == ["s.additionalProperties", "s.additionalProperties"]
    assert found(TEXT, nullable=True) == ["s.nullable"]
    assert found(TEXT, anyOf=[{"properties": {"other": {"minimum": 1}}}]) == ["s.properties[other]"]
    assert found(TEXT, has_status=True, oneOf=[{"required": ["spec"]}]) == ["s"]
    metadata = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}}
    assert found(TEXT, properties={"metadata": metadata}) == []
    metadata = {"type": "object", "properties": {"labels": {"type": "object"}}}
    assert found(TEXT, properties={"metadata": metadata}) == ["s.properties[metadata]"]
    assert found(TEXT, properties={"kind": {"type": "string", "default": "x"}}) == ["s.properties[kind].default"]


LISTED = {"type": "array", "items": ITEM}


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        ({"rule": "self.a == 'x'"}, []),
        ({"rule": " "}, ["rule"]),
        ({"rule": "self.b == 'x'"}, ["rule"]),
        ({"rule": "self.a"}, ["rule"]),
        ({"rule": "true\n&& true"}, ["message"]),
        ({"rule": "true", "message": " "}, ["message"]),
        ({"rule": "true", "message": "a\nb"}, ["message"]),
        ({"rule": "true", "messageExpression": " "}, ["messageExpression"]),
        ({"rule": "true", "messageExpression": "1"}, ["messageExpression"]),
        ({"rule": "true", "reason": "Because"}, ["reason"]),
        ({"rule": "true", "fieldPath": ".a"}, []),
        ({"rule": "true", "fieldPath": ".b"}, ["fieldPath"]),
        ({"rule": "true", "fieldPath": " "}, ["fieldPath", "fieldPath"]),
        ({"rule": "self == oldSelf"}, []),
        ({"rule": "true", "optionalOldSelf": True}, ["optionalOldSelf"]),
        ({"rule": "!oldSelf.hasValue()", "optionalOldSelf": True}, []),
    ],
)
def test_rules(rule: dict[str, Any], paths: list[str]) -> None:
    assert found({**ITEM, RULES: [rule]}) == [f".{RULES}[0].{path}" for path in paths]


def test_rules_about_before_need_items_that_can_be_told_apart() -> None:
    compared = {**ITEM, RULES: [{"rule": "self == oldSelf"}]}
    assert found({"type": "array", "items": compared}) == [f".items.{RULES}[0].rule"]
    keyed = {"type": "array", "items": compared, f"{X}list-type": "map", f"{X}list-map-keys": ["a"]}
    assert found(keyed) == []
    assert found({"type": "object", "additionalProperties": compared}) == []
