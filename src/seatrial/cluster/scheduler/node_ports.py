"""NodePorts: a host port is taken once per address and protocol (plugins/nodeports, 1.36)."""

from __future__ import annotations

import numpy as np

from seatrial.cluster.scheduler.events import ClusterEvent
from seatrial.cluster.scheduler.framework import FilterPlugin, Ints, NodeFilter, Reach, Status, Where, unschedulable
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import HostPort, PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot

TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports")


class NodePorts(FilterPlugin):
    """PreFilter and Filter."""

    name = "NodePorts"
    events = (ClusterEvent.POD_DELETE, ClusterEvent.NODE_ADD)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Nothing to say to pods without host ports."""
        return PortFilter(pod.host_ports, snapshot) if pod.host_ports else None

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """The ports that are taken."""
        taken = [f"{number}/{protocol}" for _, protocol, number in filter(node.port_is_taken, pod.host_ports)]
        return f"do without host port {', '.join(taken)}"


class PortFilter(NodeFilter):
    """Nodes where all of the ports are free."""

    reach = Reach.PODS_ON_NODE

    def __init__(self, ports: tuple[HostPort, ...], snapshot: Snapshot) -> None:
        self._ports = ports
        self._snapshot = snapshot

    def codes(self, where: Where) -> Ints:
        """1 where a port is taken."""
        nodes = self._snapshot.nodes
        asked = nodes[where] if isinstance(where, slice) else [nodes[slot] for slot in where.tolist()]
        taken = [bool(node.ports) and any(map(node.port_is_taken, self._ports)) for node in asked]
        return np.array(taken, dtype=np.int64)

    def status(self, slot: int, code: int) -> Status:
        """There is one reason only."""
        return TAKEN
