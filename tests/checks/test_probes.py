"""Probes: who needs which, and what their figures add up to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import container, found, service, severities, workload

READY = {"httpGet": {"path": "/ready", "port": "http"}}
ALIVE = {"httpGet": {"path": "/alive", "port": "http"}}


def with_probes(kind: str = "Deployment", **probes: Any) -> dict[str, Any]:
    return workload(kind, containers=[container(**probes)])


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([with_probes(), service()], 1),
        ([with_probes(readinessProbe=READY), service()], 0),
        ([with_probes()], 0),  # gets no requests
        ([with_probes(), service(clusterIP="None")], 0),
        ([with_probes("Job"), service()], 0),
        ([with_probes("StatefulSet"), service()], 1),
        ([with_probes("DaemonSet"), service()], 1),
        ([with_probes(), service(ports=[{"name": "metrics", "port": 9090, "targetPort": 9090}])], 0),
        ([with_probes(), service(ports=[{"port": 53, "targetPort": 53, "protocol": "UDP"}])], 0),
    ],
)
def test_readiness_is_for_those_who_get_requests(objects: list[dict[str, Any]], expected: int) -> None:
    assert len(found("readiness-probe-missing", *objects)) == expected


def test_the_container_that_serves_needs_the_probe_and_not_its_sidecar() -> None:
    sidecar = {"name": "logs", "image": "logs:1"}
    (finding,) = found("readiness-probe-missing", workload(containers=[sidecar, container()]), service())
    assert finding.location.path == "spec.template.spec.containers[1].readinessProbe"
    proxy = {"name": "proxy", "image": "p:1", "readinessProbe": READY, "ports": [{"name": "web", "containerPort": 80}]}
    objects = [workload(containers=[container(), proxy]), service(ports=[{"port": 80, "targetPort": "web"}])]
    assert found("readiness-probe-missing", *objects) == []


def test_init_containers_need_no_probes() -> None:
    init = {"name": "wait", "image": "wait:1"}
    deployment = workload(containers=[container(livenessProbe=ALIVE)], pod={"initContainers": [init]})
    assert found("liveness-probe-missing", deployment) == []


@pytest.mark.parametrize(
    ("liveness", "readiness", "expected"),
    [
        (READY, READY, ["warning"]),
        ({**READY, "failureThreshold": 9}, READY, []),
        ({**READY, "periodSeconds": 5}, READY, ["warning"]),
        ({**READY, "failureThreshold": 3, "periodSeconds": 10}, {**READY, "periodSeconds": 5}, []),
        (ALIVE, READY, []),
        (READY, None, []),
    ],
)
def test_liveness_is_more_patient_than_readiness(liveness: Any, readiness: Any, expected: list[str]) -> None:
    deployment = with_probes(livenessProbe=liveness, readinessProbe=readiness)
    assert severities("liveness-not-after-readiness", deployment) == expected


@pytest.mark.parametrize(
    ("liveness", "others", "expected"),
    [
        ({"initialDelaySeconds": 5, "periodSeconds": 3}, {}, 1),  # 14 s
        ({"periodSeconds": 1, "failureThreshold": 1}, {}, 1),
        ({}, {}, 0),  # 30 s
        ({"initialDelaySeconds": 5, "periodSeconds": 5}, {}, 0),  # 20 s
        ({"initialDelaySeconds": 5, "periodSeconds": 3}, {"startupProbe": ALIVE}, 0),
        ({}, {"readinessProbe": {**READY, "initialDelaySeconds": 60}}, 1),  # the team knows that it starts slowly
        ({"initialDelaySeconds": 60}, {"readinessProbe": {**READY, "initialDelaySeconds": 60}}, 0),
    ],
)
def test_liveness_leaves_time_to_start(liveness: dict[str, int], others: dict[str, Any], expected: int) -> None:
    deployment = with_probes(livenessProbe={**ALIVE, **liveness}, **others)
    assert len(found("liveness-before-startup", deployment)) == expected


@pytest.mark.parametrize(
    ("startup", "spec", "expected"),
    [
        ({"periodSeconds": 10, "failureThreshold": 60}, {}, 1),
        ({"periodSeconds": 10, "failureThreshold": 59}, {}, 0),
        ({"periodSeconds": 10, "failureThreshold": 60}, {"progressDeadlineSeconds": 900}, 0),
    ],
)
def test_startup_fits_into_the_deadline(startup: dict[str, int], spec: dict[str, Any], expected: int) -> None:
    deployment = workload(containers=[container(startupProbe={**ALIVE, **startup})], **spec)
    assert len(found("startup-longer-than-progress-deadline", deployment)) == expected


@pytest.mark.parametrize(("port", "expected"), [("http", 0), ("web", 1), (8080, 0), (9999, 0), ("9999", 0)])
def test_probes_of_ports_by_name(port: int | str, expected: int) -> None:
    deployment = with_probes(readinessProbe={"tcpSocket": {"port": port}})
    assert len(found("probe-port-unknown", deployment)) == expected
