"""Requests and limits: where they may come from, and who needs none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import container, found, named, workload

BOTH = {"cpu": "100m", "memory": "128Mi"}
RANGE = named(
    "LimitRange",
    "defaults",
    spec={"limits": [{"type": "Container", "defaultRequest": BOTH, "default": {"memory": "1Gi"}}]},
)


@pytest.mark.parametrize(
    ("resources", "around", "missing"),
    [
        ({}, [], "cpu and no memory"),
        ({"requests": {"cpu": "100m"}}, [], "memory"),
        ({"requests": BOTH}, [], None),
        ({"limits": BOTH}, [], None),  # a limit without a request is the request
        ({"limits": {"memory": "1Gi"}}, [], "cpu"),
        ({}, [RANGE], None),
    ],
)
def test_requests(resources: dict[str, Any], around: list[dict[str, Any]], missing: str | None) -> None:
    findings = found("requests-missing", workload(containers=[container(resources=resources)]), *around)
    assert [f"requests no {missing}:" in finding.message for finding in findings] == ([True] if missing else [])


@pytest.mark.parametrize(
    ("pod", "requests", "limits"),
    [
        ({}, 1, 1),
        ({"resources": {"requests": BOTH, "limits": {"memory": "1Gi"}}}, 0, 0),  # of the pod as a whole
        ({"initContainers": [{"name": "init", "image": "i:1"}]}, 1, 1),  # it borrows what the others reserve
        ({"initContainers": [{"name": "side", "image": "s:1", "restartPolicy": "Always"}]}, 2, 2),
    ],
)
def test_pods_sidecars_and_init_containers(pod: dict[str, Any], requests: int, limits: int) -> None:
    deployment = workload(pod=pod)
    assert len(found("requests-missing", deployment)) == requests
    assert len(found("memory-limit-missing", deployment)) == limits


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"])
def test_every_kind_reserves(kind: str) -> None:
    (finding,) = found("requests-missing", workload(kind))
    prefix = "spec.jobTemplate.spec.template" if kind == "CronJob" else "spec.template"
    assert finding.location.path == f"{prefix}.spec.containers[0].resources.requests"


@pytest.mark.parametrize(("limit", "count"), [("128Mi", 0), ("512Mi", 0), ("513Mi", 1), ("1G", 1)])
def test_the_limit_stays_near_the_request(limit: str, count: int) -> None:
    resources = {"requests": BOTH, "limits": {"memory": limit}}
    deployment = workload(containers=[container(resources=resources)])
    assert len(found("memory-limit-far-above-request", deployment)) == count
