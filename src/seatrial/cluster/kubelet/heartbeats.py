"""How a node shows that it lives: a Lease every ten seconds, its conditions every five minutes (Kubernetes 1.36).

Upstream: component-helpers/apimachinery/lease and pkg/kubelet/kubelet_node_status.go. The times of renewals are worked
out, not waited for: a Lease in the store is brought up to date when its renewals stop, and whoever watches nodes asks
`last_renewal`. Only where renewals are to be seen one by one (`write_all`) is each of them written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.cluster.clock import Timer
from seatrial.model.objects import Object, evolve, micro_timestamp

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet, Kubelets

RENEW = 10.0
"""Seconds between renewals (a quarter of the lease's duration); up to RENEW_JITTER of it is added by chance."""
RENEW_JITTER = 0.04
DURATION = 40
"""Seconds for which a Lease holds (nodeLeaseDurationSeconds)."""
STATUS, STATUS_JITTER = 300.0, 0.5
"""Seconds between refreshes of the node's conditions when nothing changes (nodeStatusReportFrequency)."""
NAMESPACE = "kube-node-lease"


class Heartbeat:
    """The signs of life of one node."""

    def __init__(self, kubelet: Kubelet, kubelets: Kubelets) -> None:
        self._kubelet = kubelet
        self._kubelets = kubelets
        self._clock = kubelet.clock
        self._write_all = kubelets.write_heartbeats
        self._started = kubelet.clock.now
        self._period = kubelet.chance.jitter(RENEW, RENEW_JITTER)
        self._stopped: float | None = None
        self._written: float | None = None
        """When the last renewal was written, where all are."""
        self._timers: list[Timer] = []

    def begin(self) -> None:
        """From now on the node lives."""
        if self._stopped is not None:
            self._write_lease(self._clock.now)
            self._stopped = None
            self._kubelets.is_heard(self._kubelet.name)
        self._started = self._clock.now
        self._timers = [self._clock.after(self._period, self._renew)]
        if self._write_all:
            self._timers.append(self._clock.after(self._status_wait(), self._refresh))

    def end(self) -> None:
        """The node falls silent: its Lease shows the last renewal from now on."""
        if self._stopped is None:
            self._write_lease(self.last_renewal())
            self._stopped = self._clock.now
            self._kubelets.fell_silent(self._kubelet.name)
            for timer in self._timers:
                timer.cancel()

    def last_renewal(self) -> float:
        """When the Lease was last renewed."""
        if self._written is not None:
            return self._written
        end = self._clock.now if self._stopped is None else self._stopped
        return self._started + (end - self._started) // self._period * self._period

    def _renew(self) -> None:
        if self._stopped is not None:
            return
        self._write_lease(self._clock.now)
        if self._write_all:
            self._written = self._clock.now
            wait = self._kubelet.chance.jitter(RENEW, RENEW_JITTER)
            self._timers[0] = self._clock.after(wait, self._renew)

    def _status_wait(self) -> float:
        chance = self._kubelet.chance
        return STATUS * chance.between(1 - STATUS_JITTER, 1 + STATUS_JITTER)

    def _refresh(self) -> None:
        if self._stopped is not None:
            return
        node = self._kubelet.node
        if node is not None:
            now = self._clock.timestamp()
            fresh = [{**c, "lastHeartbeatTime": now} for c in node.status.get("conditions") or ()]
            self._kubelet.cluster.api.update_status(node, {**node.status, "conditions": fresh})
        self._timers[1] = self._clock.after(self._status_wait(), self._refresh)

    def _write_lease(self, time: float) -> None:
        name = self._kubelet.name
        api, found = self._kubelet.cluster.api, self._kubelet.store.get("Lease", NAMESPACE, name)
        spec: dict[str, Any] = {
            "holderIdentity": name, "leaseDurationSeconds": DURATION, "renewTime": micro_timestamp(time),
        }  # fmt: skip
        if found is not None:
            api.update(evolve(found, spec=spec))
            return
        meta: dict[str, Any] = {"name": name, "namespace": NAMESPACE}
        if (node := self._kubelet.node) is not None:
            owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node.uid}
            meta["ownerReferences"] = [owner]
        lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec}
        api.create(Object(lease))
