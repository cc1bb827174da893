"""One node as the scheduler sees it (framework.NodeInfo in pkg/scheduler/framework/types.go, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.scheduler.pod_info import HostPort, PodInfo, claim_names
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.model.objects import Key

ClaimKey = tuple[str, str]
"""(namespace, name) of a PersistentVolumeClaim."""
ANY_ADDRESS = "0.0.0.0"


class PlacedPod:
    """A pod on a node, or assumed to be there: the object and what the scheduler knows of it."""

    __slots__ = ("claims", "info", "pod")

    def __init__(self, pod: Object, info: PodInfo) -> None:
        self.pod = pod
        self.info = info
        self.claims: tuple[ClaimKey, ...] = ()
        if info.needs_claims:
            self.claims = tuple((pod.namespace, name) for name, _ in claim_names(pod))

    def __deepcopy__(self, memo: dict[int, Any]) -> PlacedPod:
        return self


class NodeInfo:
    """A node, its slot in the snapshot's arrays and the pods on it."""

    __slots__ = ("claims", "node", "pods", "ports", "slot")

    def __init__(self, node: Object, slot: int) -> None:
        self.node = node
        self.slot = slot
        self.pods: dict[Key, PlacedPod] = {}
        self.ports: dict[HostPort, int] = {}
        """Host ports in use, and by how many pods."""
        self.claims: dict[ClaimKey, int] = {}
        """Claims in use, and by how many pods."""

    def copy(self) -> NodeInfo:
        """The same node with the same pods, for another snapshot."""
        twin = NodeInfo(self.node, self.slot)
        twin.pods, twin.ports, twin.claims = dict(self.pods), dict(self.ports), dict(self.claims)
        return twin

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def labels(self) -> Mapping[str, str]:
        """The node's labels."""
        return self.node.labels

    @property
    def taints(self) -> list[dict[str, Any]]:
        """The node's taints."""
        return self.node.spec.get("taints") or []

    def use(self, claims: Iterable[ClaimKey], delta: int) -> None:
        """Count the use of claims in or out."""
        for claim in claims:
            left = self.claims.get(claim, 0) + delta
            if left:
                self.claims[claim] = left
            else:
                del self.claims[claim]

    def occupy(self, ports: tuple[HostPort, ...], delta: int) -> None:
        """Count host ports in or out."""
        for port in ports:
            left = self.ports.get(port, 0) + delta
            if left:
                self.ports[port] = left
            else:
                del self.ports[port]

    def port_is_taken(self, port: HostPort) -> bool:
        """Whether a pod here has the port at the same address, or either of them at every address."""
        address, protocol, number = port
        return any(
            (p, n) == (protocol, number) and (a == address or ANY_ADDRESS in (a, address)) for a, p, n in self.ports
        )
