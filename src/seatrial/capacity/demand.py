"""The pods that an inventory's workloads will ask for, before any controller has run: what a fleet must hold.

A HorizontalPodAutoscaler counts with its minReplicas, a CronJob with one run, a DaemonSet with one pod on every node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object, dig, owner_reference

MOST_REPLICAS = 150_000
"""Pods of the largest cluster that Kubernetes is tested with; a workload that asks for more is counted as so many."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Pods by what makes them; `daemons` run once on each node that they select."""

    pods: tuple[Object, ...]
    daemons: tuple[Object, ...]


def demand_of(inventory: Inventory) -> Demand:
    """All pods that the inventory's workloads ask for, in the order of the files."""
    floors = _autoscaler_floors(inventory)
    pods: list[Object] = []
    daemons: list[Object] = []
    for workload in inventory.workloads():
        pod = _pod_of(workload)
        if pod is None:
            continue
        if workload.kind == "DaemonSet":
            daemons.append(pod)
        else:
            count = max(_replicas(workload), floors.get(workload.key, 0))
            pods.extend(_numbered(pod, min(count, MOST_REPLICAS)))
    return Demand(tuple(pods), tuple(daemons))


def _autoscaler_floors(inventory: Inventory) -> dict[tuple[str, str, str], int]:
    floors: dict[tuple[str, str, str], int] = {}
    for autoscaler in inventory.of_kind("HorizontalPodAutoscaler"):
        target = dig(autoscaler.object, "spec", "scaleTargetRef", default={})
        floor = dig(autoscaler.object, "spec", "minReplicas", default=1)
        if isinstance(target, Mapping) and isinstance(floor, int):
            floors[str(target.get("kind")), autoscaler.namespace, str(target.get("name"))] = floor
    return floors


def _replicas(workload: Resource) -> int:
    if workload.kind == "Pod":
        return 1
    path = {"Job": ("spec", "parallelism"), "CronJob": ("spec", "jobTemplate", "spec", "parallelism")}
    count = dig(workload.object, *path.get(workload.kind, ("spec", "replicas")), default=1)
    return count if isinstance(count, int) else 1


def _pod_of(workload: Resource) -> Object | None:
    """One pod of the workload, or None where its template is no template."""
    path: dict[str, tuple[str, ...]] = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}
    template = dig(workload.object, *path.get(workload.kind, ("spec", "template")))
    spec = dig(template, "spec")
    if not isinstance(spec, Mapping) or not isinstance(spec.get("containers"), list):
        return None
    metadata: dict[str, Any] = {
        "name": workload.name,
        "namespace": workload.namespace,
        "labels": dig(template, "metadata", "labels", default={}),
    }
    if workload.kind != "Pod":
        metadata["name"] = f"{workload.name}-{workload.kind.lower()}"
        metadata["ownerReferences"] = [owner_reference(workload.object)]
    return Object({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": dict(spec)})


def _numbered(pod: Object, count: int) -> Iterator[Object]:
    for number in range(count):
        yield Object({**pod, "metadata": {**pod.metadata, "name": f"{pod.name}-{number}"}})
