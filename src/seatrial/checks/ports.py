"""From a Service's port to the container that listens there (pkg/api/v1/pod.FindPort, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.checks.scene import Container, Workload
from seatrial.manifests.resources import Resource


def target_port(port: Mapping[str, Any]) -> int | str:
    """A Service port's target: its own number where none is named. A text of digits is a name that nothing has."""
    target = port.get("targetPort")
    return target if isinstance(target, str) else int(target or port.get("port") or 0)


def declaring(workload: Workload, target: int | str, protocol: str = "TCP") -> Container | None:
    """The container that declares the port, by number or by name."""
    field = "containerPort" if isinstance(target, int) else "name"
    for container in workload.containers:
        if container.runs_on and any(
            port.get(field) == target and port.get("protocol", "TCP") == protocol for port in container.ports
        ):
            return container
    return None


def service_ports(service: Resource) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The ports of a Service with their index."""
    yield from enumerate(service.spec.get("ports") or ())


def serving_containers(workload: Workload) -> list[tuple[Container, int | str]]:
    """Containers that Services lead to, each once, with the port; what only metrics are fetched from is left out."""
    found: dict[str, tuple[Container, int | str]] = {}
    main = [container for container in workload.containers if container.role == "main"]
    for service in workload.services:
        if service.spec.get("clusterIP") == "None":
            continue
        for _, port in service_ports(service):
            if "metrics" in str(port.get("name", "")) or port.get("protocol", "TCP") != "TCP":
                continue
            target = target_port(port)
            container = declaring(workload, target)
            if container is None and len(main) == 1 and isinstance(target, int):
                container = main[0]
            if container is not None:
                found.setdefault(container.path, (container, target))
    return list(found.values())
