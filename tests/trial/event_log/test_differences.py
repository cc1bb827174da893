"""What changed between two versions of an object, in words."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.trial.event_log.differences import differences


def ready(status: str, reason: str = "") -> dict[str, Any]:
    condition = {"type": "Ready", "status": status, "lastTransitionTime": "2026-01-01T00:00:00Z"}
    return {"status": {"conditions": [condition | ({"reason": reason} if reason else {})]}}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, ["spec.replicas 1 → 2"]),
        ({}, {"spec": {"nodeName": "node-1"}}, ["spec.nodeName node-1"]),
        ({"status": {"readyReplicas": 1}}, {"status": {}}, ["status.readyReplicas gone"]),
        ({"spec": {"paused": False}}, {"spec": {"paused": True}}, ["spec.paused false → true"]),
        (ready("False"), ready("True"), ["Ready False → True"]),
        ({}, ready("False", "NotYet"), ["Ready False (NotYet)"]),
        (ready("False", "NotYet"), ready("False", "Never"), ["Ready False (Never)"]),
        (ready("True"), {"status": {"conditions": []}}, ["Ready gone"]),
        (
            {"status": {"renewTime": "1", "observedGeneration": 1}, "metadata": {"resourceVersion": "1"}},
            {"status": {"renewTime": "2", "observedGeneration": 2}, "metadata": {"resourceVersion": "2"}},
            [],
        ),
        (
            {"status": {"containerStatuses": [{"name": "app", "restartCount": 0}]}},
            {"status": {"containerStatuses": [{"name": "app", "restartCount": 1}]}},
            ["status.containerStatuses[app].restartCount 0 → 1"],
        ),
        (
            {"endpoints": [{"targetRef": {"name": "web-1"}}]},
            {"endpoints": [{"targetRef": {"name": "web-2"}, "addresses": ["10.0.0.2"]}]},
            ["endpoints[web-1] gone", "endpoints[web-2].addresses [10.0.0.2]"],
        ),
        ({"spec": {"a": [1, 2]}}, {"spec": {"a": [1]}}, ["spec.a [1, 2] → [1]"]),
        ({"data": {"x": "y" * 99}}, {"data": {"x": "z"}}, [f"data.x {'y' * 71}… → z"]),
    ],
)
def test_changes_are_told_field_by_field(old: dict[str, Any], new: dict[str, Any], told: list[str]) -> None:
    assert differences(old, new) == told
