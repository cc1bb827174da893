"""The EndpointSlice controller: which pods stand behind each Service, and in what state.

As pkg/controller/endpointslice and staging endpointslice/reconciler.go (Kubernetes 1.36). Slices hold up to 100
endpoints; changed pods stay in their slice, new ones fill the fullest slice that has room.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.pod_lookup import pods_matching, selecting
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.objects import Object, dig, evolve
from seatrial.model.pods import is_ready, is_terminal

MOST = 100
"""Endpoints of one slice at most (--max-endpoints-per-slice)."""
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
HEADLESS = "service.kubernetes.io/headless"
ZONE = "topology.kubernetes.io/zone"
SAME_NODE = "PreferSameNode"
CLOSE = ("PreferClose", "PreferSameZone", SAME_NODE)
"""Values of trafficDistribution that keep requests near."""
PER_POD = 1e-5
"""Seconds by which each of a Service's endpoints delays its next sync: the one under way has to look at them all."""
Endpoint = dict[str, Any]
Ports = tuple[tuple[str, str, int], ...]
"""Name, protocol and number of each port; pods that resolve a named port differently are in different slices."""


class EndpointSliceController(Controller):
    """Keeps the slices of Services that have a selector."""

    name = "endpointslice-controller"

    def start(self) -> None:
        """Watch Services and pods."""
        self._sizes: dict[str, int] = {}
        self.store.watch("Service", self._on_service)
        self.store.watch("Pod", self._on_pod)
        self.enqueue_all(self.store.list("Service"))

    def latency_of(self, key: str) -> float:
        """The more endpoints a Service has, the longer the look that is under way takes."""
        return self.latency + PER_POD * self._sizes.get(key, 0)

    def _on_service(self, event: EventType, service: Object, old: Object | None) -> None:
        self.enqueue(service)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if not self.store.count("Service") or (event == "MODIFIED" and old is not None and _alike(pod, old)):
            return
        for labels in (pod.labels, old.labels if old is not None else {}):
            self.enqueue_all(selecting(self.store, "Service", pod.namespace, labels))

    def sync(self, key: str) -> None:
        """Bring one Service's slices up to date (syncService)."""
        namespace, name = key.split("/", 1)
        service = self.store.get("Service", namespace, name)
        if service is None:
            self._sizes.pop(key, None)
            return  # the slices go with their owner
        selector = service.spec.get("selector")
        if not selector or service.spec.get("type") == "ExternalName":
            return
        wanted: dict[Ports, dict[str, Endpoint]] = {}
        for pod in pods_matching(self.store, namespace, {"matchLabels": selector}):
            if pod.status.get("podIP") and not is_terminal(pod):
                wanted.setdefault(_ports(service, pod), {})[pod.uid] = self._endpoint(service, pod)
        self._sizes[key] = sum(len(endpoints) for endpoints in wanted.values())
        self._reconcile(service, wanted)

    def _endpoint(self, service: Object, pod: Object) -> Endpoint:
        ready = is_ready(pod)
        always = bool(service.spec.get("publishNotReadyAddresses"))
        endpoint: Endpoint = {
            "addresses": [pod.status["podIP"]],
            "conditions": {
                "ready": always or (ready and not pod.deleting), "serving": ready, "terminating": pod.deleting,
            },
            "nodeName": pod.spec.get("nodeName"),
            "targetRef": {"kind": "Pod", "namespace": pod.namespace, "name": pod.name, "uid": pod.uid},
        }  # fmt: skip
        node = self.store.get("Node", "", pod.spec.get("nodeName") or "")
        zone = node.labels.get(ZONE) if node is not None else None
        if zone:
            endpoint["zone"] = zone
        if endpoint["conditions"]["ready"] and (hints := _hints(service, endpoint)):
            endpoint["hints"] = hints
        hostname = pod.spec.get("hostname")
        if hostname and pod.spec.get("subdomain") == service.name:
            endpoint["hostname"] = hostname
        return endpoint

    def _reconcile(self, service: Object, wanted: dict[Ports, dict[str, Endpoint]]) -> None:
        slices = [
            s for s in self.store.by_index("EndpointSlice", "owner", service.uid)
            if s.labels.get(MANAGED_BY) == MANAGER
        ]  # fmt: skip
        kept: dict[Ports, list[tuple[Object | None, list[Endpoint]]]] = {}
        for found in slices:
            ports = tuple((p.get("name", ""), p.get("protocol", "TCP"), p.get("port", 0)) for p in found["ports"])
            here = wanted.get(ports, {})
            endpoints = [e for old in found["endpoints"] if (e := here.pop(old["targetRef"]["uid"], None)) is not None]
            kept.setdefault(ports, []).append((found, endpoints))
        for ports, left in wanted.items():
            _fill(kept.setdefault(ports, []), list(left.values()))
        if not any(kept.values()):
            kept[()] = [(None, [])]
        self._write(service, kept)

    def _write(self, service: Object, kept: dict[Ports, list[tuple[Object | None, list[Endpoint]]]]) -> None:
        """Write what changed; of slices that are empty one is kept where nothing else is left."""
        used = sum(bool(endpoints) for group in kept.values() for _, endpoints in group)
        empties = 0
        for ports, group in kept.items():
            for found, endpoints in group:
                if not endpoints and found is not None and (used or empties):
                    self.api.delete(found.key)
                    continue
                empties += not endpoints
                if found is None:
                    self.api.create(_slice(service, ports, endpoints))
                elif found["endpoints"] != endpoints:
                    self.api.update(evolve(found, endpoints=endpoints))


def _hints(service: Object, endpoint: Endpoint) -> dict[str, list[dict[str, str]]]:
    """Who is asked to prefer an endpoint (trafficdist.go, preferCloseHeuristic)."""
    distribution = service.spec.get("trafficDistribution")
    hints = {}
    if distribution in CLOSE and "zone" in endpoint:
        hints["forZones"] = [{"name": endpoint["zone"]}]
    if distribution == SAME_NODE and endpoint["nodeName"]:
        hints["forNodes"] = [{"name": endpoint["nodeName"]}]
    return hints


def _fill(group: list[tuple[Object | None, list[Endpoint]]], left: list[Endpoint]) -> None:
    """Put endpoints into slices with room, the fullest first, then into new ones."""
    for _, endpoints in sorted(group, key=lambda entry: -len(entry[1])):
        room = MOST - len(endpoints)
        endpoints.extend(left[:room])
        del left[:room]
    while left:
        group.append((None, left[:MOST]))
        del left[:MOST]


def _slice(service: Object, ports: Ports, endpoints: list[Endpoint]) -> Object:
    labels = {**service.labels, SERVICE_NAME: service.name, MANAGED_BY: MANAGER}
    if service.spec.get("clusterIP") == "None":
        labels[HEADLESS] = ""
    return Object(
        apiVersion="discovery.k8s.io/v1", kind="EndpointSlice", addressType="IPv4",
        metadata={
            "generateName": f"{service.name}-", "namespace": service.namespace, "labels": labels,
            "ownerReferences": [objects.owner_reference(service)],
        },
        endpoints=endpoints,
        ports=[{"name": name, "protocol": protocol, "port": port} for name, protocol, port in ports],
    )  # fmt: skip


def _ports(service: Object, pod: Object) -> Ports:
    """The Service's ports as this pod has them: names of target ports are looked up in its containers (FindPort)."""
    return tuple(_resolved(service, pod))


def _resolved(service: Object, pod: Object) -> Iterator[tuple[str, str, int]]:
    for port in service.spec.get("ports") or ():
        target = port.get("targetPort", port.get("port", 0))
        protocol = port.get("protocol", "TCP")
        number = target if isinstance(target, int) else _named(pod, target, protocol)
        if number is not None:
            yield port.get("name", ""), protocol, number


def _named(pod: Object, name: str, protocol: str) -> int | None:
    for container in dig(pod, "spec", "containers", default=()):
        for port in container.get("ports") or ():
            if port.get("name") == name and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return None


def _alike(pod: Object, old: Object) -> bool:
    """Whether a write to a pod changes nothing that an endpoint shows."""
    return (
        pod.deleting == old.deleting
        and pod.labels == old.labels
        and pod.status.get("podIP") == old.status.get("podIP")
        and pod.status.get("phase") == old.status.get("phase")
        and is_ready(pod) == is_ready(old)
    )
