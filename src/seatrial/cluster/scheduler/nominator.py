"""Pods that wait for room on a node which preemption is making for them (pkg/scheduler/backend/queue/nominator.go,
1.34).
"""

from __future__ import annotations

from seatrial.cluster.scheduler.node_info import NodeInfo, PlacedPod
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.model.objects import Key, Object


class Nominator:
    """Nominated pods by key, with the node each waits for."""

    def __init__(self) -> None:
        self._nominated: dict[Key, tuple[PlacedPod, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._nominated)

    def nominate(self, pod: Object, info: PodInfo, node: str) -> None:
        """Note that a pod waits for a node."""
        self._nominated[pod.key] = (PlacedPod(pod, info), node)

    def forget(self, key: Key) -> None:
        """The pod waits no longer, or for nothing."""
        self._nominated.pop(key, None)

    def node_of(self, key: Key) -> str:
        """The node that a pod waits for, or ""."""
        found = self._nominated.get(key)
        return found[1] if found else ""

    def expected(self, pod: Key, priority: int, snapshot: Snapshot) -> dict[NodeInfo, list[PlacedPod]]:
        """Other nominated pods of at least this priority, by node (addGENominatedPods)."""
        found: dict[NodeInfo, list[PlacedPod]] = {}
        for key, (placed, name) in self._nominated.items():
            node = snapshot.by_name.get(name)
            if node is not None and key != pod and placed.info.priority >= priority:
                found.setdefault(node, []).append(placed)
        return found

    def lesser(self, node: str, priority: int) -> list[Object]:
        """Pods of lower priority that wait for a node (getLowerPriorityNominatedPods)."""
        return [
            placed.pod for placed, name in self._nominated.values() if name == node and placed.info.priority < priority
        ]
