"""Which pods an inventory's workloads will ask for."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.capacity import demand_of
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object

TEMPLATE: dict[str, Any] = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}


def workload(kind: str, name: str = "a", /, api: str = "apps/v1", **spec: Any) -> Resource:
    return Resource(
        Object({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}),
        Place("a.yaml", 1, 1),
    )


@pytest.mark.parametrize(
    ("resource", "pods"),
    [
        (workload("Deployment", replicas=3, template=TEMPLATE), 3),
        (workload("Deployment", template=TEMPLATE), 1),
        (workload("Deployment", replicas=0, template=TEMPLATE), 0),
        (workload("StatefulSet", replicas=2, template=TEMPLATE), 2),
        (workload("Job", parallelism=4, template=TEMPLATE), 4),
        (workload("CronJob", jobTemplate={"spec": {"template": TEMPLATE}}), 1),
        (workload("CronJob", jobTemplate={"spec": {"parallelism": 2, "template": TEMPLATE}}), 2),
        (workload("Pod", **TEMPLATE["spec"]), 1),
        (workload("Deployment", replicas="three", template=TEMPLATE), 1),
        (workload("Deployment", template="none"), 0),
        (workload("Deployment", template={"spec": {"containers": None}}), 0),
    ],
)
def test_pods_of_a_workload(resource: Resource, pods: int) -> None:
    demand = demand_of(Inventory([resource]))
    assert len(demand.pods) == pods
    assert not demand.daemons
    assert len({pod.name for pod in demand.pods}) == pods


def test_a_daemon_set_counts_once_and_apart() -> None:
    demand = demand_of(Inventory([workload("DaemonSet", template=TEMPLATE)]))
    assert [pod.name for pod in demand.daemons] == ["a-daemonset"]
    assert not demand.pods


def test_an_autoscaler_brings_its_floor() -> None:
    autoscaler = workload(
        "HorizontalPodAutoscaler",
        "h",
        api="autoscaling/v2",
        minReplicas=4,
        scaleTargetRef={"kind": "Deployment", "name": "a"},
    )
    assert len(demand_of(Inventory([workload("Deployment", template=TEMPLATE), autoscaler])).pods) == 4
