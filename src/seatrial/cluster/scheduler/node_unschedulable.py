"""NodeUnschedulable: cordoned nodes take only pods that tolerate it (plugins/nodeunschedulable, 1.36)."""

from __future__ import annotations

import numpy as np

from seatrial.cluster.scheduler import tolerations
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import FilterPlugin, NodeFilter, unresolvable
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter

CORDONED = unresolvable("node(s) were unschedulable")


class NodeUnschedulable(FilterPlugin):
    """Filter."""

    name = "NodeUnschedulable"
    events = (ClusterEvent.NODE_ADD, ClusterEvent.NODE_TAINT)

    def reads_taints(self, pod: PodInfo) -> bool:
        """Nothing else."""
        return True

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Nothing to say while no node is cordoned, or to a pod that tolerates it."""
        cordoned = snapshot.facts.unschedulable
        if not cordoned.any() or tolerations.is_tolerated(tolerations.UNSCHEDULABLE, pod.tolerations):
            return None
        return StaticFilter(cordoned.astype(np.int64), [CORDONED])

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """A node helps that is not cordoned."""
        return not happened.obj.spec.get("unschedulable")

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """Cordoned nodes are let go by hand."""
        return "uncordon the node"
