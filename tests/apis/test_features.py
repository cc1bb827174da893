"""Fields of features that are off are dropped before validation (pkg/api/pod/util.go: dropDisabledFields)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis import features
from seatrial.apis.violations import Version


@pytest.mark.parametrize(
    ("fields", "path", "left"),
    [
        ({"a": 1, "b": 2}, ("a",), {"b": 2}),
        ({"b": 2}, ("a",), {"b": 2}),
        ({"a": {"b": 1}}, ("a", "b"), {"a": {}}),
        ({"a": {"b": 1}}, ("a?", "b"), {}),
        ({"a": {"b": 1, "c": 2}}, ("a?", "b"), {"a": {"c": 2}}),
        ({"a": [{"b": 1}, None, {"c": 2}]}, ("a[]", "b"), {"a": [{}, None, {"c": 2}]}),
        ({"a": {"b": {"c": 1}}}, ("a?", "b?", "c"), {}),
        ({"a": None}, ("a", "b"), {"a": None}),
    ],
)
def test_fields_at_a_path_are_dropped(fields: dict[str, Any], path: features.Path, left: dict[str, Any]) -> None:
    assert features.without_disabled(fields, (path,)) == left


def test_a_struct_without_such_fields_stays_itself() -> None:
    spec = {"containers": [{"name": "c", "env": [{"name": "A", "value": "b"}]}]}
    assert features.without_disabled(spec, features.disabled_in_pods((1, 25))) is spec


@pytest.mark.parametrize(
    ("feature", "version", "on"),
    [
        ("EnvFiles", (1, 34), False),
        ("EnvFiles", (1, 35), True),
        ("PodLevelResources", (1, 33), False),
        ("PodLevelResources", (1, 34), True),
        ("ContainerStopSignals", (1, 37), False),
    ],
)
def test_when_a_feature_came_on(feature: str, version: Version, on: bool) -> None:
    assert features.enabled(feature, version) is on


def test_every_field_belongs_to_a_known_feature() -> None:
    assert set(features.POD_SPEC) <= set(features.ON_SINCE)
