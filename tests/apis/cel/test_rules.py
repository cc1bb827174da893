"""How rules are run: where they stand, what bounds them, what they say."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.cel import field_paths, names, rules

Schema = dict[str, Any]
NEWEST = (1, 37)
SIZE: Schema = {"type": "object", "properties": {"size": {"type": "integer"}}}


def said(schema: Schema, data: Any, old: Any = None, **options: Any) -> list[str]:
    validator = rules.validator_of(schema, NEWEST, resource=False)
    assert validator is not None
    found = validator.validate(data, old, "spec", **options)
    return [*map(str, found.violations), *(f"not run: {why}" for why in found.not_run)]


def ruled(schema: Schema, *given: str, **more: Any) -> Schema:
    return {**schema, rules.RULES: [{"rule": rule, **more} for rule in given]}


def test_a_rule_is_told_with_its_field() -> None:
    assert said(ruled(SIZE, "self.size > 1"), {"size": 1}) == ["spec: Invalid value: failed rule: self.size > 1"]
    assert said(ruled(SIZE, "self.size > 1"), {"size": 2}) == []
    inner = {"type": "object", "properties": {"a.b": ruled({"type": "integer"}, "self > 1", message="too small")}}
    assert said(inner, {"a.b": 1}) == ["spec.a.b: Invalid value: 1: too small"]
    listed = {"type": "array", "items": ruled({"type": "string"}, "self != 'b'")}
    assert said(listed, ["a", "b"]) == ["spec[1]: Invalid value: \"b\": failed rule: self != 'b'"]
    mapped = {"type": "object", "additionalProperties": ruled({"type": "string"}, "self != 'b'")}
    assert said(mapped, {"k/1": "b"}) == ["spec[k/1]: Invalid value: \"b\": failed rule: self != 'b'"]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"message": " told "}, "spec: Invalid value: told"),
        ({"messageExpression": "'size is %d'.format([self.size])"}, "spec: Invalid value: size is 1"),
        ({"messageExpression": "string(1 / 0)", "message": "told"}, "spec: Invalid value: told"),
        ({"messageExpression": "''"}, "spec: Invalid value: failed rule: self.size > 1"),
        ({"reason": "FieldValueForbidden", "fieldPath": ".size"}, "spec.size: Forbidden: failed rule: self.size > 1"),
        ({"reason": "FieldValueRequired", "message": "told"}, "spec: Required value: told"),
        ({"reason": "FieldValueDuplicate"}, "spec: Duplicate value"),
    ],
)
def test_messages_reasons_and_paths(more: Schema, found: str) -> None:
    assert said(ruled(SIZE, "self.size > 1", **more), {"size": 1}) == [found]


def test_rules_about_before_wait_for_a_before() -> None:
    schema = ruled(SIZE, "self.size >= oldSelf.size")
    assert said(schema, {"size": 1}) == []
    assert said(schema, {"size": 1}, {"size": 2}) == ["spec: Invalid value: failed rule: self.size >= oldSelf.size"]
    optional = ruled(SIZE, "oldSelf.hasValue() || self.size > 1", optionalOldSelf=True)
    assert len(said(optional, {"size": 1})) == 1
    assert said(optional, {"size": 1}, {"size": 2}) == []


def test_what_has_not_changed_may_break_a_rule() -> None:
    schema = {"type": "object", "properties": {"a": ruled(SIZE, "self.size > 1"), "b": {"type": "string"}}}
    old = {"a": {"size": 1}, "b": "x"}
    assert said(schema, {**old, "b": "y"}, old) == []
    assert len(said(schema, {"a": {"size": 0}, "b": "x"}, old)) == 1
    assert len(said(schema, {**old, "b": "y"}, old, ratchet=False)) == 1


def test_items_with_keys_are_compared_with_what_they_were() -> None:
    item = ruled(
        {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "integer"}}}, "self == oldSelf"
    )
    schema = {"type": "array", "items": item, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    old = [{"name": "a", "n": 1}, {"name": "b", "n": 2}]
    assert said(schema, old[::-1], old) == []
    assert said(schema, [{"name": "b", "n": 3}, {"name": "c", "n": 1}], old) == [
        "spec[0]: Invalid value: failed rule: self == oldSelf"
    ]


def test_what_cannot_be_run_is_told() -> None:
    found = said(ruled(SIZE, "self.nothing == 1", "self.size > 1"), {"size": 1})
    assert found[0] == "spec: Invalid value: failed rule: self.size > 1"
    assert found[1].startswith("not run: self.nothing == 1: it does not compile: ERROR: <input>:1:5: undefined field")


def test_null_and_values_of_no_schema_are_not_there() -> None:
    schema = ruled({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}}, "!has(self.a)")
    assert said(schema, {"a": None, "b": 1}) == []


@pytest.mark.parametrize(
    "rule",
    [
        "self.l.all(a, self.l.all(b, self.l.all(c, self.l.all(d, self.l.all(e, a + b + c + d + e >= 0)))))",
        "self.l.map(a, self.l.map(b, self.l.map(c, self.s + self.s + self.s))).size() > 0",
        "self.l.all(a, self.s.matches('(a*)*(b|c)*d') || true)",
        "self.l.all(a, self.l.all(b, self.l.all(c, self.big == self.big)))",
        "self.s.replace('a', self.s).replace('a', self.s).size() > 0",
        "self.l.map(a, self.s).join('').split('').distinct().size() > 0",
        "lists.range(100000000).size() > 0",
    ],
)
def test_hostile_rules_end(rule: str) -> None:
    schema = {
        "type": "object",
        "properties": {
            "l": {"type": "array", "items": {"type": "integer"}},
            "s": {"type": "string"},
            "big": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        },
    }
    data = {"l": list(range(60)), "s": "a" * 20_000, "big": [["x"] * 100_000]}
    assert len(said(ruled(schema, rule), data)) <= 1


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("a", "a"), ("a-b", "a__dash__b"), ("a.b/c", "a__dot__b__slash__c"), ("a__b", "a__underscores__b"),
     ("namespace", "__namespace__"), ("_a", "_a"), ("1a", None), ("é", None), ("a b", None), ("", None)],
)  # fmt: skip
def test_names_of_fields(name: str, identifier: str | None) -> None:
    assert names.escape(name) == identifier
    if identifier is not None:
        assert names.unescape(identifier) == name


PATHS: Schema = {
    "properties": {"spec": SIZE, "a.b": {"type": "string"}, "m": {"type": "object", "additionalProperties": SIZE}}
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.size", ".spec.size"),
        ("['a.b']", ".a.b"),
        (".m['k'].size", ".m[k].size"),
        (".m['k\\'1']", ".m[k'1]"),
        (".spec.weight", None),
        ("spec", None),
        (".spec[0]", None),
        (".m['k", None),
        (".m['\\q']", None),
    ],
)
def test_paths_of_fields(path: str, found: str | None) -> None:
    if found is None:
        with pytest.raises(field_paths.BadFieldPath):
            field_paths.checked(path, PATHS)
        assert field_paths.normal(path, PATHS) == ""
    else:
        assert field_paths.checked(path, PATHS) == found
