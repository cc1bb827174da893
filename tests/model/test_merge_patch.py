"""JSON Merge Patch: RFC 7386's own examples, and that a difference leads from the old object to the new."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.merge_patch import Inexpressible, apply, difference

RFC_7386_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("old", "patch", "new"), RFC_7386_APPENDIX_A)
def test_patches_apply_as_the_rfc_says(old: Any, patch: Any, new: Any) -> None:
    assert apply(old, patch) == new


SCALARS = st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2)
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below | st.none(), max_size=2) | st.dictionaries(st.sampled_from("abc"), below)
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES)


@given(OBJECTS, OBJECTS)
def test_a_difference_leads_to_the_new_object(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert apply(old, difference(old, new)) == new


@given(OBJECTS)
def test_equal_objects_differ_in_nothing(obj: dict[str, Any]) -> None:
    assert difference(obj, apply({}, obj)) == {}


@pytest.mark.parametrize("new", [{"a": None}, {"a": {"b": None}}, {"a": {"b": {"c": None}}}])
def test_what_becomes_null_cannot_be_said(new: dict[str, Any]) -> None:
    with pytest.raises(Inexpressible):
        difference({"a": 1}, new)


def test_a_null_that_was_there_already_need_not_be_said() -> None:
    assert difference({"a": {"b": None}, "c": 1}, {"a": {"b": None}, "c": 2}) == {"c": 2}
