"""A provider takes a machine back: it gives notice, the kubelet ends its pods in time, then the machine is gone.

Upstream: pkg/kubelet/nodeshutdown and cloud-provider's node lifecycle controller
(cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go, Kubernetes 1.36), which deletes the Node object
of a machine that does not exist any more. Of the notice critical pods get the last half, as GKE has it.
"""

from __future__ import annotations

from seatrial.cluster import events
from seatrial.cluster.cluster import Cluster

NOTICE = 30.0
"""Seconds of notice where nobody says otherwise: Google Cloud and Azure; AWS gives 120."""
CRITICAL_SHARE = 0.5
"""The part of the notice that is kept for critical pods (shutdownGracePeriodCriticalPods: 15 of 30 s)."""
NOTICED = 5.0
"""Seconds until the cloud's controller finds that a machine is gone (--node-monitor-period)."""
SOURCE = "cloud-node-lifecycle-controller"


class Reclaim:
    """The end of one node. `finished` once its object is gone."""

    def __init__(self, cluster: Cluster, node: str, notice: float = NOTICE) -> None:
        self._cluster = cluster
        self._node = node
        self._notice = notice
        self.finished = False

    def begin(self) -> None:
        """The machine is told."""
        if self._node not in self._cluster.kubelets:
            self.finished = True
            return
        critical = self._notice * CRITICAL_SHARE
        self._cluster.kubelets[self._node].shutdown.begin(self._notice - critical, critical)
        self._cluster.clock.after(self._notice, self._power_off)

    def _power_off(self) -> None:
        if self._node in self._cluster.kubelets:
            self._cluster.kubelets.crash(self._node)
        self._cluster.clock.after(NOTICED, self._delete)

    def _delete(self) -> None:
        node = self._cluster.store.get("Node", "", self._node)
        if node is not None:
            text = f"Deleting node {node.name} because it does not exist in the cloud provider"
            events.record(self._cluster, node, "DeletingNode", text, source=SOURCE)
            self._cluster.api.delete(node.key)
        self.finished = True
