"""What kube-proxy believes: endpoints of Services, a moment after they changed (pkg/proxy/topology.go, Kubernetes
1.36).

Requests go to ready endpoints; where a Service has none, to those that are terminating but still serving.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import EventType, Store
from seatrial.cluster.traffic.serving import PodName
from seatrial.model.objects import Object

DELAY = 1.0
"""Seconds until a changed EndpointSlice is in the rules of every node: kube-proxy's default minSyncPeriod."""
SERVICE_NAME = "kubernetes.io/service-name"

ServiceName = tuple[str, str]
Listener = Callable[[ServiceName], None]


class Proxy:
    """Endpoints of every Service as the nodes' kube-proxies have them. All nodes are taken to learn at one moment."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._slices: dict[ServiceName, dict[str, Object]] = {}
        self._listeners: list[Listener] = []

    def start(self) -> None:
        """Take over the slices that exist, and watch."""
        for endpoint_slice in self._store.list("EndpointSlice"):
            self._learn("ADDED", endpoint_slice)
        self._store.watch("EndpointSlice", self._changed)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` (a bound method) of each Service whose endpoints changed."""
        self._listeners.append(listener)

    def endpoints(self, service: ServiceName) -> list[PodName]:
        """The pods that requests to a Service are spread over, evenly."""
        ready: list[PodName] = []
        leaving: list[PodName] = []
        for endpoint_slice in self._slices.get(service, {}).values():
            for endpoint in endpoint_slice.get("endpoints") or ():
                pod = _pod_of(endpoint_slice, endpoint)
                conditions = endpoint.get("conditions") or {}
                if pod is None:
                    continue
                if conditions.get("ready", True):
                    ready.append(pod)
                elif conditions.get("serving") and conditions.get("terminating"):
                    leaving.append(pod)
        return ready or leaving

    def _changed(self, event: EventType, endpoint_slice: Object, _: Object | None) -> None:
        self._clock.after(DELAY, self._learn, event, endpoint_slice)

    def _learn(self, event: EventType, endpoint_slice: Object) -> None:
        service = (endpoint_slice.namespace, endpoint_slice.labels.get(SERVICE_NAME, ""))
        if event == "DELETED":
            self._slices.get(service, {}).pop(endpoint_slice.name, None)
        else:
            self._slices.setdefault(service, {})[endpoint_slice.name] = endpoint_slice
        for listener in self._listeners:
            listener(service)


def _pod_of(endpoint_slice: Object, endpoint: dict[str, Any]) -> PodName | None:
    target = endpoint.get("targetRef") or {}
    if target.get("kind") != "Pod":
        return None
    return (target.get("namespace") or endpoint_slice.namespace, target.get("name", ""))
