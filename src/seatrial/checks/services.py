"""Services and what leads to them (chapter 9): selectors, ports, Ingress and Gateway backends."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.ports import declaring, service_ports, target_port
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.findings.finding import Severity
from seatrial.manifests.resources import Resource
from seatrial.model.objects import dig

PROBABLY_MEANT = 0.7
"""Likeness from which on a selector probably meant these pods."""
USE_ANNOTATION = "use-annotation"
"""Port name by which the AWS load balancer controller is told to look at an annotation."""
ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")


@rule(
    "service-selects-nothing",
    title="A Service selects pods",
    chapter=9,
    severity="error",
    covers=("57",),
    why="A Service whose selector matches no pod has no endpoints: every request to it fails.",
    how_to_fix="Make the selector the labels of the workload's pod template.",
)
def service_selects_nothing(scene: Scene) -> Iterator[Breach]:
    """Selectors that match no pod template of the namespace; where one is nearly matched, it is named."""
    for service in scene.inventory.of_kind("Service"):
        selector = service.spec.get("selector")
        siblings = scene.workloads_in(service.namespace)
        if not selector or service.spec.get("type") == "ExternalName" or not siblings or scene.selected_by(service):
            continue
        wanted = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
        likeness, nearest = max(
            ((_likeness(selector, w.labels), w) for w in siblings), key=lambda found: found[0], default=(0.0, None)
        )
        if likeness == 1.0:
            continue  # selects a variant that has a Service of its own nearer by
        near = nearest is not None and likeness >= PROBABLY_MEANT
        hint = f"; the pods of {nearest} have {_differing(selector, nearest)}" if near and nearest else ""
        from_operator = service.namespace in scene.makers_of_pods
        yield Breach(
            service,
            "spec.selector",
            f"Service {service.name} selects {wanted}, and no pod of namespace {service.namespace} has that{hint}",
            fixes.advice("select the labels of the pods that should answer"),
            severity=None if near else "note" if from_operator else "warning",
        )


def _likeness(selector: Mapping[str, str], labels: Mapping[str, str]) -> float:
    """How much labels look like what a selector asks for, from 0 to 1: a slip of the pen counts nearly as the word."""
    total = 0.0
    for key, value in selector.items():
        ratio = _alike(value, labels.get(key, ""))
        total += ratio if ratio >= PROBABLY_MEANT else 0.0
    return total / len(selector)


@lru_cache(maxsize=4096)
def _alike(one: str, other: str) -> float:
    return 1.0 if one == other else difflib.SequenceMatcher(None, one, other).ratio()


def _differing(selector: Mapping[str, str], workload: Workload) -> str:
    labels = workload.labels
    differing = [key for key in sorted(selector) if labels.get(key) != selector[key]]
    return ", ".join(f"{key}={labels[key]}" if key in labels else f"no {key}" for key in differing)


@rule(
    "service-port-unknown",
    title="A Service sends to a port that its pods have",
    chapter=9,
    severity="error",
    covers=("58",),
    why="A target port that the pods do not have means refused connections, or, for a port name, no endpoints at all.",
    how_to_fix="Make targetPort the number or the name of a port that the container listens on.",
)
def service_port_unknown(scene: Scene) -> Iterator[Breach]:
    """Port names that pods lack; numbers that pods which declare their ports do not declare."""
    for service in scene.inventory.of_kind("Service"):
        workloads = scene.selected_by(service)
        for index, port in service_ports(service):
            target, protocol = target_port(port), str(port.get("protocol") or "TCP")
            known = [declaring(workload, target, protocol) is not None for workload in workloads]
            for workload, declared in zip(workloads, known, strict=True):
                if declared:
                    continue
                ports = sorted(str(p.get("containerPort")) for c in workload.containers for p in c.ports if c.runs_on)
                if isinstance(target, int) and (workload.template.spec.get("hostNetwork") or not (ports or any(known))):
                    continue
                field = "targetPort" if port.get("targetPort") is not None else "port"
                yield Breach(
                    service,
                    f"spec.ports[{index}].{field}",
                    f"Service {service.name} sends to port {target} of {workload}, which declares "
                    f"{'port ' + ', '.join(ports) if ports else 'no ports'}",
                    fixes.advice("send to a port that the container listens on, or declare the port"),
                    severity=None if isinstance(target, str) or any(known) else _weight(service, workload),
                    cause=(fixes.cause(workload.resource, f"{workload.template.path}.containers"),),
                )


def _weight(service: Resource, workload: Workload) -> Severity:
    """How bad an undeclared port number is: declaring is a courtesy, so that one port of several may well be there."""
    targets = [target_port(port) for _, port in service_ports(service)]
    return "note" if any(declaring(workload, target) for target in targets) else "warning"


@rule(
    "service-selects-jobs",
    title="A Service selects no pods of Jobs",
    chapter=9,
    severity="error",
    covers=("63",),
    why="While the Job runs, its pod counts as an endpoint like the others: a share of the users' requests goes to a "
    "process "
    "that does not listen.",
    how_to_fix="Give the Job's pods labels of their own, or narrow the Service's selector.",
)
def service_selects_jobs(scene: Scene) -> Iterator[Breach]:
    """Services that select the pods of a workload that runs for ever and of a Job."""
    for service in scene.inventory.of_kind("Service"):
        workloads = scene.selected_by(service)
        lasting = [workload for workload in workloads if workload.long_running]
        for workload in workloads:
            if lasting and workload.kind in ("Job", "CronJob"):
                yield Breach(
                    service,
                    "spec.selector",
                    f"Service {service.name} selects the pods of {workload} as well as those of {lasting[0]}: while "
                    "they run, they "
                    "get users' requests",
                    fixes.advice("give the Job's pods other labels"),
                    cause=(fixes.cause(workload.resource, f"{workload.template.metadata_path}.labels"),),
                )


@rule(
    "statefulset-service",
    title="A StatefulSet has its headless Service",
    chapter=9,
    severity="warning",
    covers=("64",),
    why="The pods of a StatefulSet get DNS names of their own from the headless Service that serviceName names. "
    "Without it, "
    "members of a cluster do not find each other.",
    how_to_fix="Add a Service with clusterIP: None that selects the pods, and name it in serviceName.",
)
def statefulset_service(scene: Scene) -> Iterator[Breach]:
    """ServiceName that is unset, names no Service, or one that is not headless or selects other pods."""
    for workload in scene.workloads:
        if workload.kind != "StatefulSet":
            continue
        name = workload.resource.spec.get("serviceName")
        service = scene.inventory.get("Service", workload.namespace, str(name)) if name else None
        fix = None
        if not name:
            message, fix = (
                f"{workload.name} has no serviceName: its pods have no DNS names",
                fixes.advice("name a headless Service"),
            )
        elif service is None:
            message = f"{workload.name} names Service {name}, which does not exist: its pods have no DNS names"
            headless = _headless(workload, str(name))
            fix = fixes.creating(workload.resource, "add the headless Service", headless)
        elif service.spec.get("clusterIP") != "None":
            message = f"Service {name} of {workload} is not headless (clusterIP: None): its pods have no DNS names"
        elif workload not in scene.selected_by(service):
            message = f"Service {name} of {workload} does not select its pods: they have no DNS names"
        else:
            continue
        certain = bool(name) and bool(scene.of("Service", workload.namespace)) and workload.most_replicas > 1
        yield Breach(workload.resource, "spec.serviceName", message, fix, severity=None if certain else "note")


def _headless(workload: Workload, name: str) -> dict[str, object]:
    metadata = {"name": name}
    if workload.resource.object.namespace:
        metadata["namespace"] = workload.namespace
    ports = [
        {"name": p.get("name") or f"port-{p['containerPort']}", "port": p["containerPort"]}
        for c in workload.containers
        for p in c.ports
        if c.runs_on
    ]
    spec = {"clusterIP": "None", "selector": workload.template.labels, **({"ports": ports} if ports else {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


@dataclass(frozen=True, slots=True)
class Backend:
    """Where an Ingress or a route sends requests: a Service's name and port (number, name, or None for any)."""

    route: Resource
    path: str
    namespace: str
    service: str
    port: int | str | None
    port_path: str


def backends(scene: Scene) -> Iterator[Backend]:
    """All Service backends of Ingresses and of Gateway API routes."""
    for ingress in scene.inventory.of_kind("Ingress"):
        found = [("spec.defaultBackend", dig(ingress.object, "spec", "defaultBackend"))]
        for number, host in enumerate(ingress.spec.get("rules") or ()):
            for index, path in enumerate(dig(host, "http", "paths", default=())):
                found.append((f"spec.rules[{number}].http.paths[{index}].backend", path.get("backend")))
        for where, backend in found:
            service = dig(backend, "service", default={})
            if service.get("name"):
                port = dig(service, "port", "number", default=dig(service, "port", "name"))
                yield Backend(
                    ingress, f"{where}.service.name", ingress.namespace, service["name"], port, f"{where}.service.port"
                )
    for kind in ROUTES:
        for route in scene.inventory.of_kind(f"{kind}.gateway.networking.k8s.io"):
            for number, rule_ in enumerate(_mappings(route.spec, "rules")):
                for index, ref in enumerate(_mappings(rule_, "backendRefs")):
                    if ref.get("kind", "Service") == "Service" and not ref.get("group"):
                        where = f"spec.rules[{number}].backendRefs[{index}]"
                        yield Backend(
                            route, f"{where}.name", ref.get("namespace") or route.namespace, str(ref.get("name")),
                            ref.get("port"), f"{where}.port",
                        )  # fmt: skip


def _mappings(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of mappings in a custom resource, which nobody may have validated: what is none is taken for empty."""
    found = holder.get(name)
    return [item if isinstance(item, dict) else {} for item in found] if isinstance(found, list) else []


@rule(
    "backend-missing",
    title="The Service behind an Ingress exists",
    chapter=9,
    severity="error",
    covers=("59", "65"),
    why="Requests for this host and path are answered with 503, or go to the default backend.",
    how_to_fix="Name a Service of the same namespace.",
)
def backend_missing(scene: Scene) -> Iterator[Breach]:
    """Backends that name no Service, where the namespace has Services among the manifests."""
    for backend in backends(scene):
        services = scene.of("Service", backend.namespace)
        if services and scene.inventory.get("Service", backend.namespace, backend.service) is None:
            from_operator = backend.namespace in scene.makers_of_pods and backend.route.kind == "Ingress"
            yield Breach(
                backend.route,
                backend.path,
                f"{backend.route.kind} {backend.route.name} sends to Service {backend.service}, and namespace "
                f"{backend.namespace} has "
                "none of that name",
                fixes.advice("name a Service that exists"),
                severity="warning" if from_operator else None,
                evidence={"services": sorted(service.name for service in services)[:20]},
            )


@rule(
    "backend-port-missing",
    title="The Service behind an Ingress has that port",
    chapter=9,
    severity="error",
    covers=("60", "65"),
    why="Requests for this host and path are answered with 503.",
    how_to_fix="Use the Service's own port (`port`, not `targetPort`), by number or by name.",
)
def backend_port_missing(scene: Scene) -> Iterator[Breach]:
    """Backends whose port the Service does not have."""
    for backend in backends(scene):
        service = scene.inventory.get("Service", backend.namespace, backend.service)
        if service is None or backend.port in (None, USE_ANNOTATION) or service.spec.get("type") == "ExternalName":
            continue
        field = "port" if isinstance(backend.port, int) else "name"
        ports = [port for _, port in service_ports(service)]
        if any(port.get(field) == backend.port for port in ports):
            continue
        numbers = ", ".join(str(port.get("port")) for port in ports)
        fix = fixes.advice("use a port of the Service")
        if len(ports) == 1:
            value = {"number": ports[0].get("port")} if backend.route.kind == "Ingress" else ports[0].get("port")
            fix = fixes.setting(backend.route, f"use port {numbers}", (backend.port_path, value))
        yield Breach(
            backend.route,
            backend.port_path,
            f"{backend.route.kind} {backend.route.name} sends to port {backend.port} of Service {service.name}, which "
            f"has port {numbers}",
            fix,
            cause=(fixes.cause(service, "spec.ports"),),
        )
