"""A node that is told to end: its kubelet ends the pods in time (pkg/kubelet/nodeshutdown, Kubernetes 1.36).

Ordinary pods go first, critical ones after them; each gets its own grace period or what is left, whichever is shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.kubelet import registration
from seatrial.cluster.kubelet.verdict import Verdict
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet

SHUTTING_DOWN = ("False", "KubeletNotReady", "node is shutting down")
CRITICAL = 2_000_000_000
"""The priority from which pods are critical (scheduling.SystemCriticalPriority)."""
REFUSED = Verdict("NodeShutdown", "Pod was rejected as the node is shutting down.")
ENDED = Verdict("Terminated", "Pod was terminated in response to imminent node shutdown.", disruption=True)


class NodeShutdown:
    """The shutdown manager of one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self.under_way = False

    def begin(self, ordinary: float, critical: float) -> None:
        """End the pods: ordinary ones within so many seconds, then critical ones (shutdownGracePeriod...)."""
        kubelet, self.under_way = self._kubelet, True
        node = kubelet.node
        if node is not None and not kubelet.cut_off:
            fresh = registration.with_condition(node, "Ready", SHUTTING_DOWN, kubelet.clock.timestamp())
            kubelet.cluster.api.update_status(node, {**node.status, "conditions": fresh})
        self._end(False, ordinary)
        kubelet.clock.after(ordinary, self._end, True, critical)

    def refusal(self) -> Verdict | None:
        """A node that is about to end takes no pod."""
        return REFUSED if self.under_way else None

    def _end(self, critical: bool, seconds: float) -> None:
        if self._kubelet.down:
            return
        chosen = [uid for uid, pod in self._kubelet.running_pods() if _is_critical(pod) == critical]
        for uid in chosen:
            worker = self._kubelet.worker(uid)
            if worker is not None and not worker.termination_requested:
                own = worker.pod.spec.get("terminationGracePeriodSeconds", 30)
                worker.evict(ENDED, int(min(own, seconds)))


def _is_critical(pod: Object) -> bool:
    return int(pod.spec.get("priority") or 0) >= CRITICAL
