"""preStop hooks, grace periods and the notice of spot machines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import autoscaler, container, found, service, severities, workload


def hook(*command: str) -> dict[str, Any]:
    return {"preStop": {"exec": {"command": list(command)}}}


@pytest.mark.parametrize(
    ("lifecycle", "grace", "expected"),
    [
        ({"preStop": {"sleep": {"seconds": 30}}}, None, 1),
        ({"preStop": {"sleep": {"seconds": 29}}}, None, 0),
        ({"preStop": {"sleep": {"seconds": 30}}}, 60, 0),
        (hook("sleep", "45"), 45, 1),
        (hook("sh", "-c", "nginx -s quit; sleep 20 && sleep 15"), None, 1),
        (hook("sh", "-c", "sleep 1m"), None, 1),
        (hook("/bin/drain"), None, 0),
        (hook("sleep", "5"), 0, 1),
        ({}, None, 0),
    ],
)
def test_the_hook_leaves_time(lifecycle: dict[str, Any], grace: int | None, expected: int) -> None:
    pod = {} if grace is None else {"terminationGracePeriodSeconds": grace}
    deployment = workload(containers=[container(lifecycle=lifecycle)], pod=pod)
    assert len(found("pre-stop-longer-than-grace", deployment)) == expected


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([workload(replicas=2), service()], 1),
        ([workload(replicas=2)], 0),
        ([workload(replicas=1), service()], 0),  # its rollouts have worse troubles
        ([workload(), autoscaler(), service()], 1),
        ([workload("DaemonSet"), service()], 0),
        ([workload(replicas=2, containers=[container(lifecycle=hook("/bin/drain"))]), service()], 0),
        ([workload(replicas=2), service(clusterIP="None")], 0),
    ],
)
def test_who_waits_before_it_stops(objects: list[dict[str, Any]], expected: int) -> None:
    assert len(found("pre-stop-missing", *objects)) == expected


@pytest.mark.parametrize(
    ("selector", "grace", "expected"),
    [
        ({"cloud.google.com/gke-spot": "true"}, 60, ["warning"]),
        ({"cloud.google.com/gke-spot": "true"}, 30, []),  # the default is nobody's decision
        ({"eks.amazonaws.com/capacityType": "SPOT"}, 120, []),
        ({"eks.amazonaws.com/capacityType": "SPOT"}, 121, ["warning"]),
        ({"eks.amazonaws.com/capacityType": "ON_DEMAND"}, 300, []),
        ({}, 600, []),
        ({}, 601, ["note"]),
    ],
)
def test_the_notice_of_nodes(selector: dict[str, str], grace: int, expected: list[str]) -> None:
    pod = {"nodeSelector": selector, "terminationGracePeriodSeconds": grace}
    assert severities("grace-longer-than-notice", workload(pod=pod)) == expected
