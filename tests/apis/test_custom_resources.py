"""Custom resources by their definitions (apiextensions-apiserver's structural schemas, Kubernetes 1.36)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from seatrial.apis import custom_defaults
from seatrial.apis.custom_resources import CustomKind, kinds_of


def kind_of(schema: dict[str, Any], **version: Any) -> CustomKind:
    served = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **version}
    definition = {"spec": {"group": "example.com", "names": {"kind": "Widget"}, "versions": [served]}}
    found = kinds_of(definition)["example.com/v1", "Widget"].schema()
    assert found is not None
    return found


def judged(spec_schema: dict[str, Any], spec: Any, strict: bool = True) -> list[str]:
    kind = kind_of({"type": "object", "properties": {"spec": spec_schema}})
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}
    return [str(violation) for violation in kind.examine(widget, strict).violations]


SIZE = {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}, "required": ["size"]}


@pytest.mark.parametrize(
    ("schema", "spec", "found"),
    [
        (SIZE, {"size": 2}, []),
        (SIZE, {}, ["spec.size: Required value"]),
        (SIZE, {"size": "2"},
         ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"']),
        (SIZE, {"size": 1, "sise": 2}, ['spec.sise: unknown field "spec.sise", did you mean "size"?']),
        ({**SIZE, "x-kubernetes-preserve-unknown-fields": True}, {"size": 1, "any": 2}, []),
        ({"x-kubernetes-int-or-string": True}, "25%", []),
        ({"x-kubernetes-int-or-string": True}, 1.5, None),
        ({"type": "string", "enum": ["a", "b"]}, "c", ['spec: Unsupported value: "c": supported values: "a", "b"']),
        ({"type": "string", "nullable": True}, None, []),
        ({"type": "string"}, None, []),
        ({"type": "array", "items": {"type": "string"}}, [None], None),
        ({"type": "string", "maxLength": 2}, "abc", ["spec: Too long: may not be more than 2 bytes"]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a", "b"],
         ["spec: Too many: 2: must have at most 1 items"]),
        ({"type": "string", "format": "date-time"}, "now",
         ['spec: Invalid value: "now": spec in body must be of type datetime: "now"']),
        ({"type": "string", "pattern": "^a+$"}, "b", ["spec: Invalid value: \"b\": spec in body should match '^a+$'"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": "b"}, []),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, None),
        ({"type": "array", "items": SIZE}, [{"size": 1}, {}], ["spec[1].size: Required value"]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 1, None),
        ({**SIZE, "oneOf": [{"required": ["size"]}, {"required": ["weight"]}]}, {"size": 1}, []),
    ],
)  # fmt: skip
def test_structural_schemas(schema: dict[str, Any], spec: Any, found: list[str] | None) -> None:
    if found is None:
        assert len(judged(schema, spec)) == 1
    else:
        assert judged(schema, spec) == found


def test_unknown_fields_pass_where_nobody_is_strict() -> None:
    assert judged(SIZE, {"size": 1, "sise": 2}, strict=False) == []


def test_a_field_with_a_default_need_not_be_given() -> None:
    defaulted = {"type": "object", "properties": {"size": {"type": "integer", "default": 1}}, "required": ["size"]}
    assert judged(defaulted, {}) == []


def test_the_status_is_the_controllers() -> None:
    schema = {"type": "object", "properties": {"status": {"type": "object"}}, "required": ["status"]}
    kind = kind_of(schema, subresources={"status": {}})
    assert kind.examine({"apiVersion": "example.com/v1", "kind": "Widget", "status": {"any": 1}}, True).violations == []


def test_an_embedded_resource_has_a_type_and_metadata_of_its_own() -> None:
    embedded = {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": {"type": "object"}}}
    assert judged(embedded, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {}}) == []


def test_a_pattern_that_only_re2_knows_is_left_out() -> None:
    assert judged({"type": "string", "pattern": r"\C"}, "x") == []


RULED = {**SIZE, "x-kubernetes-validations": [{"rule": "self.size > 1", "message": "too small"}]}


def test_rules_are_run_on_sound_resources() -> None:
    assert judged(RULED, {"size": 2}) == []
    assert judged(RULED, {"size": 1}) == ["spec: Invalid value: too small"]
    kind = kind_of({"type": "object", "properties": {"spec": RULED}})
    examined = kind.examine({"apiVersion": "example.com/v1", "kind": "Widget", "spec": {}}, strict=True)
    assert [str(violation) for violation in examined.violations] == ["spec.size: Required value"]
    assert examined.not_run == ["some rules were not checked, as the object is invalid; correct the other errors first"]


def test_nothing_of_cel_is_imported_where_nobody_has_rules() -> None:
    program = (
        "import sys; from seatrial.checks import validation_outcome; from seatrial.apis import custom_resources as c;"
        "k = c.kinds_of({'spec': {'group': 'e.io', 'names': {'kind': 'W'}, 'versions': [{'name': 'v1', 'schema': "
        "{'openAPIV3Schema': {'type': 'object', 'properties': {'spec': {'type': 'string'}}}}}]}})['e.io/v1', 'W'];"
        "assert k.schema().examine({'spec': 'x'}, True).violations == [];"
        "print([m for m in sys.modules if m.startswith(('cel_expr', 'google.protobuf', 'seatrial.apis.cel.rules'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_versions_that_are_not_served_are_not_there() -> None:
    versions = [{"name": "v1", "served": True, "storage": True}, {"name": "v2", "served": False}]
    definition = {"spec": {"group": "g.io", "names": {"kind": "K"}, "versions": versions}}
    assert list(kinds_of(definition)) == [("g.io/v1", "K")]


def test_defaults_are_filled_in_before_a_resource_is_judged() -> None:
    address = {
        "type": "object",
        "properties": {"type": {"type": "string", "default": "IPAddress"}, "value": {"type": "string"}},
        "oneOf": [
            {"properties": {"type": {"enum": ["IPAddress"]}, "value": {"format": "ipv4"}}},
            {"properties": {"type": {"not": {"enum": ["IPAddress"]}}}},
        ],
    }
    assert judged(address, {"value": "10.0.0.1"}) == []
    assert len(judged(address, {"value": "example.com"})) == 1
    assert judged(address, {"type": "Hostname", "value": "example.com"}) == []


def test_defaults_go_into_defaults_lists_and_maps() -> None:
    inner = {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}
    schema = {
        "properties": {"o": {**inner, "default": {}}, "l": {"items": inner}, "m": {"additionalProperties": inner}}
    }
    value: dict[str, Any] = {"l": [{}, {"a": 2}], "m": {"x": {}}, "n": {}}
    filled = custom_defaults.apply(value, schema)
    assert filled == {"l": [{"a": 1}, {"a": 2}], "m": {"x": {"a": 1}}, "n": {}, "o": {"a": 1}}
    assert filled["n"] is value["n"]
    assert custom_defaults.apply(filled, schema) is filled
