"""Events and leases (pkg/apis/core/validation/events_test.go, pkg/apis/coordination/validation_test.go restated)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import obj, paths

Fields = dict[str, Any]
MOMENT = "2026-01-01T00:00:00.000000Z"
EVENT = {
    "regarding": {"kind": "Pod", "namespace": "default", "name": "p"}, "eventTime": MOMENT, "action": "a",
    "reason": "r", "type": "Normal", "reportingController": "example.com/c", "reportingInstance": "i",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"eventTime": None}, ["eventTime"]),
        ({"eventTime": "2026-01-01T00:00:00Z"}, ["eventTime"]),  # not to the microsecond: does not decode
        ({"action": ""}, ["action"]),
        ({"reason": "r" * 129}, ["reason"]),
        ({"note": "n" * 1025}, ["message"]),
        ({"type": "Error"}, ["type"]),
        ({"reportingController": "a b"}, ["reportingController"]),
        ({"series": {"count": 1, "lastObservedTime": MOMENT}}, ["series.count"]),
        ({"series": {"count": 2}}, ["series.lastObservedTime"]),
        ({"deprecatedCount": 1}, ["count"]),
        ({"deprecatedSource": {"host": "h"}}, ["source"]),
        ({"regarding": {"kind": "Pod", "name": "p"}}, []),
    ],
)
def test_events(change: Fields, found: list[str]) -> None:
    assert paths(obj("events.k8s.io/v1", "Event", **{**EVENT, **change})) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"involvedObject": {"kind": "Pod", "name": "p"}}, []),
        ({"involvedObject": {"kind": "Pod", "name": "p", "namespace": "other"}}, ["involvedObject.namespace"]),
        ({"involvedObject": {}, "eventTime": MOMENT, "action": "a", "reason": "r", "reportingInstance": "i"},
         ["reportingComponent", "reportingComponent", "reportingComponent"]),
    ],
)  # fmt: skip
def test_old_events(fields: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "Event", **fields)) == found


CANDIDATE = {
    "leaseName": "l",
    "binaryVersion": "1.36.0",
    "emulationVersion": "1.35.0",
    "strategy": "OldestEmulationVersion",
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"leaseName": ""}, ["leaseName"]),
        ({"binaryVersion": "1.36"}, ["binaryVersion", "binaryVersion"]),
        ({"emulationVersion": "1.37.0"}, ["binaryVersion"]),
        ({"emulationVersion": ""}, ["emulationVersion"]),
        ({"strategy": "Newest"}, ["strategy.strategy"]),
        ({"strategy": "example.com/newest"}, []),
    ],
)
def test_lease_candidates(change: Fields, found: list[str]) -> None:
    candidate = obj("coordination.k8s.io/v1beta1", "LeaseCandidate", spec={**CANDIDATE, **change})
    assert paths(candidate, (1, 36)) == [f"spec.{path}" for path in found]
