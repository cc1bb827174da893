"""What kube-proxy believes: endpoints of Services, a moment after they changed (pkg/proxy, Kubernetes 1.36).

Requests come evenly from all nodes. Which endpoints each node sends them to, `topology` says. A load balancer in front
of a Service whose externalTrafficPolicy is Local sends only to nodes that its health checks found to have endpoints;
it learns late (`UNHEALTHY_AFTER`) that one has none any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import EventType, Store
from seatrial.cluster.traffic import topology
from seatrial.cluster.traffic.serving import PodName
from seatrial.cluster.traffic.topology import Endpoint
from seatrial.model.objects import Object

DELAY = 1.0
"""Seconds until a changed EndpointSlice is in the rules of every node: kube-proxy's default minSyncPeriod."""
HEALTHY_AFTER, UNHEALTHY_AFTER = 8.0, 24.0
"""Seconds until a load balancer sends to a node that has endpoints, and until it ceases to send to one that has none:
checks every 8 s, one that succeeds and three that fail (cloud-provider-gcp gce_loadbalancer_external.go)."""
SERVICE_NAME = "kubernetes.io/service-name"
ZONE = "topology.kubernetes.io/zone"

ServiceName = tuple[str, str]
Listener = Callable[[ServiceName], None]
Entrance = Literal["inside", "load-balancer", "node-port", "ingress"]
"""How requests come to a Service: from pods, through its load balancer, to any node's port, or from an ingress
controller, which asks the pods directly."""
View = tuple[float, list[PodName]]
"""The share of all requests that may go to these pods."""


class Proxy:
    """Endpoints of every Service as the nodes' kube-proxies have them. All nodes are taken to learn at one moment."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._slices: dict[ServiceName, dict[str, Object]] = {}
        self._listeners: list[Listener] = []
        self._checked: dict[ServiceName, frozenset[str]] = {}
        """The nodes that load balancers send to."""

    def start(self) -> None:
        """Take over the slices that exist, and watch."""
        for endpoint_slice in self._store.list("EndpointSlice"):
            self._learn("ADDED", endpoint_slice)
        self._store.watch("EndpointSlice", self._changed)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` (a bound method) of each Service whose endpoints changed."""
        self._listeners.append(listener)

    def endpoints(self, service: ServiceName) -> list[PodName]:
        """The pods that requests to a Service from anywhere are spread over, evenly."""
        return topology.usable(self._known(service))

    def views(self, service: ServiceName, entrance: Entrance = "inside") -> list[View]:
        """Where requests to a Service go: shares that add up to 1, each of which is spread evenly over its pods."""
        endpoints = self._known(service)
        if entrance != "ingress" and self._is_local(service, entrance):
            if entrance == "load-balancer":
                return self._through_load_balancer(service, endpoints)
            return self._from_every_node(endpoints)
        if entrance != "ingress" and topology.has_hints(endpoints):
            return self._by_hints(endpoints)
        return [(1.0, topology.usable(endpoints))]

    def _known(self, service: ServiceName) -> list[Endpoint]:
        found = (
            topology.endpoint_of(endpoint_slice, endpoint)
            for endpoint_slice in self._slices.get(service, {}).values()
            for endpoint in endpoint_slice.get("endpoints") or ()
        )
        return [endpoint for endpoint in found if endpoint is not None]

    def _is_local(self, service: ServiceName, entrance: Entrance) -> bool:
        found = self._store.get("Service", *service)
        field = "internalTrafficPolicy" if entrance == "inside" else "externalTrafficPolicy"
        return found is not None and found.spec.get(field) == "Local"

    def _from_every_node(self, endpoints: Sequence[Endpoint]) -> list[View]:
        """Each node keeps its requests to itself; those of nodes without endpoints go nowhere."""
        nodes = self._store.count("Node") or 1
        here = dict.fromkeys(e.node for e in endpoints if e.node)
        served = [(1 / nodes, topology.local(endpoints, node)) for node in here]
        return [*served, (max(0.0, 1 - len(served) / nodes), [])]

    def _through_load_balancer(self, service: ServiceName, endpoints: Sequence[Endpoint]) -> list[View]:
        nodes = sorted(self._checked.get(service, ()))
        if not nodes:
            return [(1.0, [])]
        return [(1 / len(nodes), topology.local(endpoints, node)) for node in nodes]

    def _by_hints(self, endpoints: Sequence[Endpoint]) -> list[View]:
        """Nodes that send to the same endpoints are one view: those of a zone, or those that hints name themselves."""
        named = {name for e in endpoints for name in e.nodes}
        origins = Counter(
            (node.name if node.name in named else "", node.labels.get(ZONE, "")) for node in self._store.list("Node")
        )
        total = origins.total() or 1
        if not origins:
            return [(1.0, topology.usable(endpoints))]
        return [(n / total, topology.anywhere(endpoints, *origin)) for origin, n in sorted(origins.items())]

    def _changed(self, event: EventType, endpoint_slice: Object, _: Object | None) -> None:
        self._clock.after(DELAY, self._learn, event, endpoint_slice)

    def _learn(self, event: EventType, endpoint_slice: Object) -> None:
        service = (endpoint_slice.namespace, endpoint_slice.labels.get(SERVICE_NAME, ""))
        if event == "DELETED":
            self._slices.get(service, {}).pop(endpoint_slice.name, None)
        else:
            self._slices.setdefault(service, {})[endpoint_slice.name] = endpoint_slice
        if self._is_local(service, "load-balancer"):
            self._clock.after(HEALTHY_AFTER, self._check, service, True)
            self._clock.after(UNHEALTHY_AFTER, self._check, service, False)
        self._tell(service)

    def _check(self, service: ServiceName, healthy: bool) -> None:
        """A load balancer has looked at the nodes: which of them have ready endpoints (proxy/healthcheck)."""
        before = self._checked.get(service, frozenset())
        now = frozenset(e.node for e in self._known(service) if e.ready and e.node)
        after = before | now if healthy else before & now
        if after != before:
            self._checked[service] = after
            self._tell(service)

    def _tell(self, service: ServiceName) -> None:
        for listener in self._listeners:
            listener(service)
