"""EndpointSlices: conditions of endpoints through a pod's life (staging endpointslice/utils.go, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.model.objects import Object
from tests.cluster.controllers.stage import Stage, template, workload


def service(name: str = "web", **spec: Any) -> Object:
    given = {"selector": {"app": "web"}, "ports": [{"port": 80}], **spec}
    return Object(apiVersion="v1", kind="Service", metadata={"name": name, "namespace": "default"}, spec=given)


def conditions(stage: Stage) -> list[tuple[bool, bool, bool]]:
    """(ready, serving, terminating) of every endpoint."""
    endpoints = [e for s in stage.store.list("EndpointSlice") for e in s.get("endpoints") or ()]
    return sorted(
        (c.get("ready", True), c.get("serving", True), c.get("terminating", False))
        for c in (endpoint["conditions"] for endpoint in endpoints)
    )


def test_a_pod_is_an_endpoint_before_it_is_ready_and_serving_once_it_is() -> None:
    stage = Stage()
    stage.apply(service(), workload("Deployment", replicas=1, pod=template(ready_after="5")))
    stage.run(3)
    assert conditions(stage) == [(False, False, False)]
    stage.run(6)
    assert conditions(stage) == [(True, True, False)]


def test_a_pod_that_ends_is_serving_but_not_ready() -> None:
    stage = Stage()
    stage.apply(service(), workload("Deployment", replicas=1, pod=template(terminate_after="20")))
    stage.run(10)
    (pod,) = stage.alive()
    stage.api.delete(pod.key)
    stage.run(1)
    assert (False, True, True) in conditions(stage)
    stage.run(40)
    assert conditions(stage) == [(True, True, False)]


def test_a_service_may_publish_what_is_not_ready() -> None:
    stage = Stage()
    pod = template(never_ready="true")
    stage.apply(service(publishNotReadyAddresses=True), workload("Deployment", replicas=1, pod=pod))
    stage.run(10)
    assert [ready for ready, _, _ in conditions(stage)] == [True]


def test_a_slice_holds_a_hundred_endpoints() -> None:
    stage = Stage(3)
    stage.apply(service(), workload("Deployment", replicas=120))
    stage.run(60)
    sizes = sorted(len(s.get("endpoints") or ()) for s in stage.store.list("EndpointSlice"))
    assert sum(sizes) == 120
    assert max(sizes) <= 100


def test_a_changed_selector_changes_the_endpoints() -> None:
    stage = Stage()
    stage.apply(service(), workload("Deployment", replicas=2))
    stage.run(10)
    stage.change("Service", "web", selector={"app": "other"})
    stage.run(5)
    assert conditions(stage) == []


@pytest.mark.parametrize(
    ("distribution", "hints"),
    [
        (None, None), ("PreferClose", {"forZones": [{"name": "zone-a"}]}),
        ("PreferSameZone", {"forZones": [{"name": "zone-a"}]}),
        ("PreferSameNode", {"forZones": [{"name": "zone-a"}], "forNodes": [{"name": "node-0"}]}),
    ],
)  # fmt: skip
def test_hints_ask_to_stay_near(distribution: str | None, hints: dict[str, Any] | None) -> None:
    """TestReconcileHints in staging endpointslice/trafficdist/trafficdist_test.go."""
    stage = Stage(1, zones=["zone-a"])
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}], "trafficDistribution": distribution}
    service = Object(apiVersion="v1", kind="Service", metadata={"name": "web", "namespace": "default"}, spec=spec)
    stage.apply(service, workload("Deployment", replicas=1))
    stage.run(10)
    (found,) = stage.store.list("EndpointSlice")
    (endpoint,) = found["endpoints"]
    assert endpoint.get("hints") == hints
