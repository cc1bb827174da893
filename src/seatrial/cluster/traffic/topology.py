"""Which endpoints of a Service requests from a node may go to (pkg/proxy/topology.go CategorizeEndpoints, 1.36).

Ready endpoints, else those that are terminating and still serve. With traffic policy Local only those on the node
itself; otherwise those whose hints name the node or its zone, where all ready endpoints have such hints and at least
one of them is meant for it. Session affinity changes nothing here: a client is sent elsewhere as soon as its endpoint
is not ready, and clients are many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.traffic.serving import PodName
from seatrial.model.objects import Object


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as kube-proxy knows it."""

    pod: PodName
    ready: bool = True
    leaving: bool = False
    """Terminating, and still serving."""
    node: str = ""
    zones: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()
    """The zones and nodes that its hints name."""


def endpoint_of(endpoint_slice: Object, endpoint: dict[str, Any]) -> Endpoint | None:
    """An endpoint of a slice; None where it is no pod."""
    target = endpoint.get("targetRef") or {}
    if target.get("kind") != "Pod":
        return None
    conditions, hints = endpoint.get("conditions") or {}, endpoint.get("hints") or {}
    return Endpoint(
        (target.get("namespace") or endpoint_slice.namespace, target.get("name", "")),
        ready=bool(conditions.get("ready", True)),
        leaving=bool(conditions.get("serving") and conditions.get("terminating")),
        node=endpoint.get("nodeName") or "",
        zones=frozenset(zone["name"] for zone in hints.get("forZones") or ()),
        nodes=frozenset(node["name"] for node in hints.get("forNodes") or ()),
    )


def usable(endpoints: Sequence[Endpoint]) -> list[PodName]:
    """The ready endpoints, else those that are leaving."""
    ready = [e.pod for e in endpoints if e.ready]
    return ready or [e.pod for e in endpoints if e.leaving]


def local(endpoints: Sequence[Endpoint], node: str) -> list[PodName]:
    """What traffic policy Local leaves to requests from a node."""
    return usable([e for e in endpoints if e.node == node])


def anywhere(endpoints: Sequence[Endpoint], node: str, zone: str) -> list[PodName]:
    """What traffic policy Cluster leaves to requests from a node, by the hints."""
    ready = [e for e in endpoints if e.ready]
    if ready and all(e.nodes for e in ready):
        near = [e.pod for e in ready if node in e.nodes]
        if near:
            return near
    if ready and all(e.zones for e in ready):
        near = [e.pod for e in ready if zone in e.zones]
        if near:
            return near
    return usable(endpoints)


def has_hints(endpoints: Sequence[Endpoint]) -> bool:
    """Whether it matters from where requests come."""
    return any(e.zones or e.nodes for e in endpoints if e.ready)
