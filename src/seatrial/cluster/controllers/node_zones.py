"""How fast nodes of a zone may be tainted: slower when much of the zone is down, not at all when everything is.

As handleDisruption, ComputeZoneState and the zone pod evictors of the node lifecycle controller (Kubernetes 1.36).
"""

from __future__ import annotations

from seatrial.cluster.clock import Clock
from seatrial.cluster.controllers import conditions
from seatrial.model.objects import Object

RATE, SLOW_RATE = 0.1, 0.01
"""Nodes a second in a zone as usual, and in a large zone that is partly down (--node-eviction-rate, --secondary...)."""
LARGE = 50
"""A zone with more nodes than this is large (--large-cluster-size-threshold)."""
SLACK = 1e-9
"""What a token may lack for the sake of binary fractions."""
NEVER = float("inf")
UNHEALTHY = 0.55
"""A zone with at least this share of nodes down, and more than two, is partly down (--unhealthy-zone-threshold)."""


class _Queue:
    """Nodes of one zone that wait for their taint, and a token bucket that holds one token."""

    def __init__(self, now: float) -> None:
        self.nodes: dict[str, None] = {}
        self.rate = RATE
        self._tokens = 1.0
        self._then = now

    def set_rate(self, rate: float, now: float) -> None:
        if rate != self.rate:
            self.rate, self._tokens, self._then = rate, 1.0, now

    def take(self, now: float) -> bool:
        self._tokens = min(1.0, self._tokens + (now - self._then) * self.rate)
        self._then = now
        if self.rate <= 0 or self._tokens < 1.0 - SLACK:
            return False
        self._tokens -= 1.0
        return True

    def next_token(self) -> float:
        """When there is a token again; never where the rate is 0."""
        return self._then + (1.0 - SLACK - self._tokens) / self.rate if self.rate > 0 else NEVER


class Zones:
    """The zones of a cluster with the nodes that wait in each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, _Queue] = {}
        self._seen: dict[str, tuple[str, bool]] = {}
        self.all_down = False
        """Whether no node of any zone is ready: the fault is then likely the observer's."""
        self._counts: dict[str, list[int]] = {}
        """Nodes of each zone: those that are not ready, and those that are."""

    def see(self, node: Object) -> None:
        """A node is new, or was written."""
        now = (zone_of(node), conditions.is_true(node.status.get("conditions"), "Ready"))
        if self._seen.get(node.name) != now:
            self._uncount(node.name)
            self._seen[node.name] = now
            self._counts.setdefault(now[0], [0, 0])[now[1]] += 1

    def remove(self, node: Object) -> None:
        """A node is gone."""
        self.forget(node.name)
        self._uncount(node.name)

    def _uncount(self, name: str) -> None:
        if name in self._seen:
            zone, ready = self._seen.pop(name)
            counts = self._counts[zone]
            counts[ready] -= 1
            if not any(counts):
                del self._counts[zone]

    def add(self, node: Object) -> None:
        """The node has to be tainted; it waits for its zone's turn."""
        self._queue(zone_of(node)).nodes.setdefault(node.name)

    def forget(self, name: str) -> None:
        """The node need not be tainted, or is gone."""
        for queue in self._queues.values():
            queue.nodes.pop(name, None)

    def waiting(self) -> bool:
        """Whether any node waits."""
        return any(queue.nodes for queue in self._queues.values())

    def next_turn(self) -> float:
        """The earliest moment at which it may be a waiting node's turn, if no zone's rate changes meanwhile."""
        return min((queue.next_token() for queue in self._queues.values() if queue.nodes), default=NEVER)

    def due(self) -> list[str]:
        """The nodes whose turn it is now; they wait no more."""
        found = []
        for zone in sorted(self._queues):
            queue = self._queues[zone]
            while queue.nodes and queue.take(self._clock.now):
                name = next(iter(queue.nodes))
                del queue.nodes[name]
                found.append(name)
        return found

    def update(self) -> None:
        """Set each zone's rate by how many of its nodes are ready (handleDisruption)."""
        self.all_down = bool(self._counts) and all(up == 0 for _, up in self._counts.values())
        for zone, (down, up) in self._counts.items():
            partly = down > 2 and down / (down + up) >= UNHEALTHY
            if self.all_down:
                rate = 0.0
            elif up and partly:
                rate = SLOW_RATE if down + up > LARGE else 0.0
            else:
                rate = RATE
            self._queue(zone).set_rate(rate, self._clock.now)

    def _queue(self, zone: str) -> _Queue:
        return self._queues.setdefault(zone, _Queue(self._clock.now))


def zone_of(node: Object) -> str:
    """Region and zone of a node in one word (GetZoneKey); "" where it has neither."""
    region = node.labels.get("topology.kubernetes.io/region", "")
    zone = node.labels.get("topology.kubernetes.io/zone", "")
    return f"{region}:\x00:{zone}" if region or zone else ""
