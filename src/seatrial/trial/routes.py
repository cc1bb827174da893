"""How users reach workloads: which Services and Ingresses lead to which container of which workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.traffic.proxy import Entrance
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.references import services_of
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import dig

OUTSIDE: Mapping[str, Entrance] = {"LoadBalancer": "load-balancer", "NodePort": "node-port"}
"""Types of Services whose users are outside the cluster."""
SERVED_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod")


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a workload. `container` is None where it leads nowhere; `path` names the field that says so."""

    workload: Resource
    service: Resource
    entrance: Resource
    """The Service itself, or the Ingress in front of it."""
    container: str | None
    path: str

    @property
    def kind(self) -> Entrance:
        """How requests come this way."""
        if self.entrance.kind == "Ingress":
            return "ingress"
        return OUTSIDE.get(self.service.spec.get("type", ""), "inside")


def routes(inventory: Inventory) -> list[Route]:
    """All routes, workload by workload: each Service from inside the cluster, and each Ingress in front of it."""
    backends = _backends(inventory)
    found: list[Route] = []
    for workload in inventory.workloads():
        if workload.kind not in SERVED_KINDS:
            continue
        for service in services_of(inventory, workload):
            container, path = _listener(workload, service, 0)
            found.append(Route(workload, service, service, container, path))
            entrances = backends.get((service.namespace, service.name), [])
            found.extend(_through_ingress(workload, service, *entrance) for entrance in entrances)
    return found


def _through_ingress(workload: Resource, service: Resource, ingress: Resource, port: Any, path: str) -> Route:
    ports = service.spec.get("ports") or []
    for i, candidate in enumerate(ports):
        if port in (candidate.get("port"), candidate.get("name")):
            container, inner = _listener(workload, service, i)
            if container is None:
                return Route(workload, service, service, None, inner)
            return Route(workload, service, ingress, container, path)
    return Route(workload, service, ingress, None, path)


def _listener(workload: Resource, service: Resource, index: int) -> tuple[str | None, str]:
    """The container that listens where the Service's port leads, and the field that leads there."""
    template = pod_template(workload)
    containers = list(template.spec.get("containers") or ()) if template else []
    if not containers:
        return None, "spec.selector"
    ports = service.spec.get("ports") or []
    if index >= len(ports):
        return containers[0]["name"], "spec"
    port = ports[index]
    target = port.get("targetPort", port.get("port"))
    path = f"spec.ports[{index}]" + (".targetPort" if "targetPort" in port else ".port")
    everyone = [*containers, *(template.spec.get("initContainers") or () if template else ())]
    for container in everyone:
        for declared in container.get("ports") or ():
            if target in (declared.get("name"), declared.get("containerPort")):
                return container["name"], path
    if isinstance(target, str) and not target.isdigit():
        return None, path
    # A port need not be declared to be listened to.
    return containers[0]["name"], path


def _backends(inventory: Inventory) -> Mapping[tuple[str, str], list[tuple[Resource, Any, str]]]:
    """Service to (Ingress, port, field path), each distinct port of an Ingress once."""
    found: dict[tuple[str, str], list[tuple[Resource, Any, str]]] = {}
    for ingress in inventory.of_kind("Ingress"):
        seen = set()
        for backend, path in _services_named(ingress):
            name, port = backend.get("name"), backend.get("port") or {}
            target = port.get("number", port.get("name"))
            field = "number" if "number" in port else "name"
            if isinstance(name, str) and (name, target) not in seen:
                seen.add((name, target))
                found.setdefault((ingress.namespace, name), []).append((ingress, target, f"{path}.port.{field}"))
    return found


def _services_named(ingress: Resource) -> Iterator[tuple[dict[str, Any], str]]:
    default = dig(ingress.spec, "defaultBackend", "service")
    if default:
        yield default, "spec.defaultBackend.service"
    for i, rule in enumerate(ingress.spec.get("rules") or ()):
        for j, path in enumerate(dig(rule, "http", "paths", default=())):
            service = dig(path, "backend", "service")
            if service:
                yield service, f"spec.rules[{i}].http.paths[{j}].backend.service"
