"""Operations that put a value at a place: what is there, and what comes along."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests.json_patch import apply_operations, remove_operation, set_operation

OBJ: dict[str, Any] = {"metadata": {"name": "web"}, "spec": {"replicas": 1, "list": [1]}}


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        (("spec", "replicas"), {"op": "replace", "path": "/spec/replicas", "value": 2}),
        (("spec", "paused"), {"op": "add", "path": "/spec/paused", "value": 2}),
        (("spec", "list", 0), {"op": "replace", "path": "/spec/list/0", "value": 2}),
        (("spec", "list", "-"), {"op": "add", "path": "/spec/list/-", "value": 2}),
        (
            ("metadata", "annotations", "a.b/c~d"),
            {"op": "add", "path": "/metadata/annotations", "value": {"a.b/c~d": 2}},
        ),
        (("spec", "strategy", "max", "surge"), {"op": "add", "path": "/spec/strategy", "value": {"max": {"surge": 2}}}),
    ],
)
def test_one_operation_puts_a_value_at_its_place(path: tuple[str | int, ...], operation: dict[str, Any]) -> None:
    found = set_operation(OBJ, path, 2)
    assert found == operation
    assert apply_operations(OBJ, [found]) != OBJ


def test_a_field_is_taken_away() -> None:
    assert "replicas" not in apply_operations(OBJ, [remove_operation(("spec", "replicas"))])["spec"]
    assert OBJ["spec"]["replicas"] == 1
