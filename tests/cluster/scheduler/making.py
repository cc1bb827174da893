"""Nodes, pods and what they refer to, in a line each."""

from __future__ import annotations

from typing import Any

from seatrial.apis import defaults
from seatrial.model.objects import Object

HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def node(
    name: str, *, zone: str | None = "a", cpu: str = "4", memory: str = "8Gi", pods: str = "110", **more: Any
) -> Object:
    labels = {HOSTNAME: name, **({ZONE: zone} if zone else {}), **more.pop("labels", {})}
    status = {"allocatable": {"cpu": cpu, "memory": memory, "pods": pods, **more.pop("allocatable", {})}}
    status |= more.pop("status", {})
    return Object(
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": labels},
            "spec": more,
            "status": status,
        }
    )


def pod(name: str, *, cpu: str | None = "500m", memory: str | None = "512Mi", **more: Any) -> Object:
    requests = {k: v for k, v in (("cpu", cpu), ("memory", memory)) if v is not None}
    requests |= more.pop("requests", {})
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": more.pop("namespace", "default"),
        "labels": more.pop("labels", {"app": "web"}),
    }
    if owner := more.pop("owner", None):
        kind, owner_name = owner
        metadata["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": kind, "name": owner_name, "uid": owner_name, "controller": True}
        ]
    status = more.pop("status", None)
    container = {"name": "main", "image": more.pop("image", "nginx:1"), "resources": {"requests": requests}}
    if ports := more.pop("ports", None):
        container["ports"] = ports
    made: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [container], **more},
    }
    if status:
        made["status"] = status
    return defaults.apply(Object(made))


def other(kind: str, name: str, *, api: str = "v1", namespace: str | None = "default", **fields: Any) -> Object:
    metadata: dict[str, Any] = {"name": name, **fields.pop("metadata", {})}
    if namespace is not None:
        metadata["namespace"] = namespace
    return Object({"apiVersion": api, "kind": kind, "metadata": metadata, **fields})


def replica_set(name: str, labels: dict[str, str]) -> Object:
    return other("ReplicaSet", name, api="apps/v1", spec={"selector": {"matchLabels": labels}})


def spread(key: str, max_skew: int = 1, *, soft: bool = False, **more: Any) -> dict[str, Any]:
    action = "ScheduleAnyway" if soft else "DoNotSchedule"
    selector = more.pop("selector", {"matchLabels": {"app": "web"}})
    return {"maxSkew": max_skew, "topologyKey": key, "whenUnsatisfiable": action, "labelSelector": selector, **more}


def term(key: str, app: str = "web", **more: Any) -> dict[str, Any]:
    return {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}, **more}


def affinity(
    kind: str, *required: dict[str, Any], preferred: tuple[tuple[int, dict[str, Any]], ...] = ()
) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    if required:
        terms["requiredDuringSchedulingIgnoredDuringExecution"] = list(required)
    if preferred:
        terms["preferredDuringSchedulingIgnoredDuringExecution"] = [
            {"weight": weight, "podAffinityTerm": wish} for weight, wish in preferred
        ]
    return {kind: terms}
