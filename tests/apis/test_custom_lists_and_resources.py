"""Lists that are sets or maps, resources inside resources, pruning and formats (as apiextensions-apiserver's tests)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis import custom_pruning, embedded_resources, list_types, open_api_formats
from seatrial.apis.violations import Errors

SET = {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}
MAP = {
    "type": "array",
    "items": {"type": "object"},
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
}
PAIRS = {**MAP, "x-kubernetes-list-map-keys": ["a", "b"]}


@pytest.mark.parametrize(
    ("schema", "value", "found"),
    [
        (SET, ["a", "b"], []),
        (SET, ["a", "b", "a", "a"], ['l[2]: Duplicate value: "a"']),
        (SET, [1, True, "1", 1.5], []),
        (SET, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], ['l[1]: Duplicate value: {"a":1,"b":2}']),
        (MAP, [{"a": 1}, {"a": 2}], []),
        (MAP, [{"a": 1, "c": 1}, {"a": 1, "c": 2}], ['l[1]: Duplicate value: {"a":1}']),
        (MAP, [{}, None, {"a": None}], ["l[1]: Duplicate value: {}"]),
        (MAP, [{"a": 1}, "x"], ['l[1]: Invalid value: "x": must be an object for an array of list-type map']),
        (PAIRS, [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1}], []),
        (PAIRS, [{"a": 1, "b": 1}, {"b": 1, "a": 1}], ['l[1]: Duplicate value: {"a":1,"b":1}']),
    ],
)
def test_lists_hold_nothing_twice(schema: dict[str, Any], value: Any, found: list[str]) -> None:
    errors = Errors((1, 36))
    list_types.validate({"l": value}, {"properties": {"l": schema}}, "", errors)
    assert [str(violation) for violation in errors.found] == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, []),
        ({"apiVersion": "v1", "kind": "Pod"}, []),
        ({"kind": "Pod"}, ["t.apiVersion"]),
        ({"apiVersion": "", "kind": "a b"}, ["t.apiVersion", "t.kind"]),
        ({"apiVersion": "a/b/c", "kind": 1}, ["t.kind", "t.apiVersion"]),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a b": "c"}}}, ["t.metadata.labels"]),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a/b"}}, ["t.metadata.name"]),
    ],
)
def test_embedded_resources(value: dict[str, Any], found: list[str]) -> None:
    errors = Errors((1, 36))
    schema = {"properties": {"t": {"type": "object", "x-kubernetes-embedded-resource": True}}}
    embedded_resources.validate({"t": value}, schema, "", errors)
    assert [violation.path for violation in errors.found] == found


KEEPS = {"x-kubernetes-preserve-unknown-fields": True}
SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "object", "properties": {"b": {"type": "string"}, "n": {"type": "string", "nullable": True}}},
        "l": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}},
        "m": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", **KEEPS, "properties": {"known": {"type": "object", "properties": {}}}},
        "any": {"type": "object", "additionalProperties": True},
        "pod": {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": {"type": "object"}}},
        "d": {"type": "string", "default": "x"},
    },
}


@pytest.mark.parametrize(
    ("value", "kept", "unknown"),
    [
        ({"a": {"b": "1"}, "apiVersion": "v1"}, {"a": {"b": "1"}, "apiVersion": "v1"}, []),
        ({"a": {"c": 1}, "z": {"y": 1}}, {"a": {}}, [("a", "c"), ("z",)]),
        ({"l": [{"x": "1", "y": 2}]}, {"l": [{"x": "1"}]}, [("l", 0, "y")]),
        ({"m": {"k": "v"}}, {"m": {"k": "v"}}, []),
        ({"free": {"u": {"v": 1}, "known": {"w": 1}}}, {"free": {"u": {"v": 1}, "known": {}}},
         [("free", "known", "w")]),
        ({"any": {"u": {"v": [1]}}}, {"any": {"u": {"v": [1]}}}, []),
        ({"pod": {"kind": "Pod", "metadata": {"q": 1}, "x": 1}}, {"pod": {"kind": "Pod", "metadata": {"q": 1}}},
         [("pod", "x")]),
        ({"a": {"b": None, "n": None}, "m": {"k": None}, "d": None}, {"a": {"n": None}, "m": {}, "d": None}, []),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_dropped(value: dict[str, Any], kept: dict[str, Any], unknown: list[Any]) -> None:
    assert custom_pruning.pruned(value, SCHEMA, resource=True) == kept
    assert list(custom_pruning.unknown(value, SCHEMA, resource=True)) == unknown


def test_what_is_kept_whole_is_shared() -> None:
    value = {"a": {"b": "1"}, "l": [{"x": "1"}]}
    assert custom_pruning.pruned(value, SCHEMA, resource=True) is value


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("ipv4", "10.0.0.1", "10.0.0.256"),
        ("ipv6", "::1", "10.0.0.1"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("uri", "https://example.com/a", "example.com/a b"),
        ("email", "a@example.com", "a"),
        ("hostname", "a.example.com", "-a.com"),
        ("mac", "01:23:45:67:89:ab", "01:23:45"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
        ("uuid4", "123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
        ("isbn10", "0321751043", "0321751044"),
        ("isbn", "978-0321751041", "978-0321751042"),
        ("creditcard", "4111-1111-1111-1111", "4111-1111-1111-1112"),
        ("ssn", "111-11-1111", "111-1"),
        ("hexcolor", "#FFFFFF", "#FFFF"),
        ("rgbcolor", "rgb(100, 1, 255)", "rgb(256,1,1)"),
        ("byte", "aGVsbG8=", "a?"),
        ("date", "2026-01-31", "2026-02-30"),
        ("date-time", "2026-01-31T10:00:00Z", "2026-01-31 10:00"),
        ("duration", "1h30m", "an hour"),
        ("duration", "2 days", ""),
        ("bsonobjectid", "507f1f77bcf86cd799439011", "507f"),
        ("k8s-short-name", "a-b", "a.b"),
        ("k8s-long-name", "a.b", "A"),
    ],
)
def test_formats(name: str, good: str, bad: str) -> None:
    assert open_api_formats.is_valid(name, good)
    assert not open_api_formats.is_valid(name, bad)


def test_formats_that_nobody_judges() -> None:
    assert open_api_formats.is_valid("int-or-string", "anything")
    assert open_api_formats.is_valid("password", "")
