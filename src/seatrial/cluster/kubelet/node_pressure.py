"""What a kubelet does when its node runs short of memory (pkg/kubelet/eviction/eviction_manager.go, Kubernetes 1.36).

Every ten seconds it compares what is left with its threshold; below it the node gets the condition MemoryPressure and
one pod is ended: those that use more than they asked for first, then by priority, then by how much more they use. Only
memory is modelled; usage comes from whoever knows it (`Stats`), without one no node is ever short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from seatrial.cluster.kubelet import registration, reports
from seatrial.cluster.kubelet.verdict import Verdict
from seatrial.model import pods, quantities
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet, Kubelets

PERIOD = 10.0
"""Seconds between looks (monitoringInterval)."""
THRESHOLD = 100 * 2**20
"""Bytes that must be left (--eviction-hard memory.available<100Mi)."""
TRANSITION = 300.0
"""Seconds without shortage until the condition goes (--eviction-pressure-transition-period)."""
GRACE = 1
"""Seconds that an evicted pod gets (immediateEvictionGracePeriodSeconds); its containers get at least two."""
TAINT = "node.kubernetes.io/memory-pressure"
UNDER_PRESSURE = ("True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
RELIEVED = ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available")


class Stats(Protocol):
    """Whoever knows what containers use."""

    def memory(self, pod: Object) -> Mapping[str, int]:
        """Bytes in use now, by container."""


class NodePressure:
    """The eviction managers of all nodes: one timer, however many there are."""

    def __init__(self, kubelets: Kubelets, stats: Stats | None) -> None:
        self._kubelets = kubelets
        self._stats = stats
        self._short_at: dict[str, float] = {}
        """When a node was last seen short of memory; those under pressure."""

    def start(self) -> None:
        """Begin to look, where anybody knows what pods use."""
        if self._stats is not None:
            self._kubelets.cluster.clock.after(PERIOD, self._look)

    def refusal(self, pod: Object, node: str) -> Verdict | None:
        """A node under pressure takes no pod that asks for no memory, unless it tolerates that."""
        if node not in self._short_at or pods.qos_class(pod.spec) != "BestEffort":
            return None
        if any(t.get("key") in (TAINT, None, "") for t in pod.spec.get("tolerations") or ()):
            return None
        return Verdict("Evicted", "The node had condition: [MemoryPressure]. ")

    def _look(self) -> None:
        for kubelet in self._kubelets:
            if not kubelet.down:
                self._look_at(kubelet)
        self._kubelets.cluster.clock.after(PERIOD, self._look)

    def _look_at(self, kubelet: Kubelet) -> None:
        node, stats = kubelet.node, self._stats
        if node is None or stats is None:
            return
        usage = {uid: stats.memory(pod) for uid, pod in kubelet.running_pods()}
        capacity = quantities.whole((node.status.get("capacity") or {}).get("memory", 0))
        left = capacity - sum(sum(used.values()) for used in usage.values())
        now = kubelet.clock.now
        if capacity and left < THRESHOLD:
            if kubelet.name not in self._short_at:
                self._tell(kubelet, node, UNDER_PRESSURE, "NodeHasInsufficientMemory")
            self._short_at[kubelet.name] = now
            self._evict_one(kubelet, usage, left)
        elif now - self._short_at.get(kubelet.name, now) >= TRANSITION:
            del self._short_at[kubelet.name]
            self._tell(kubelet, node, RELIEVED, "NodeHasSufficientMemory")

    def _tell(self, kubelet: Kubelet, node: Object, state: tuple[str, str, str], reason: str) -> None:
        if kubelet.cut_off:
            return
        fresh = registration.with_condition(node, "MemoryPressure", state, kubelet.clock.timestamp())
        kubelet.cluster.api.update_status(node, {**node.status, "conditions": fresh})
        message = f"Node {kubelet.name} status is now: {reason}"
        reports.normal(kubelet, reports.node_reference(kubelet.name), reason, message)

    def _evict_one(self, kubelet: Kubelet, usage: Mapping[str, Mapping[str, int]], left: int) -> None:
        about = reports.node_reference(kubelet.name)
        reports.warning(kubelet, about, "EvictionThresholdMet", "Attempting to reclaim memory")
        candidates = [uid for uid in usage if _may_be_evicted(kubelet.pods[uid])]
        for uid in sorted(candidates, key=lambda uid: _rank(kubelet.pods[uid], usage[uid])):
            worker = kubelet.worker(uid)
            if worker is None or worker.termination_requested:
                return  # one is on its way already
            message = _message(worker.pod, usage[uid], left)
            reports.warning(kubelet, worker.pod, "Evicted", message)
            worker.evict(Verdict("Evicted", message, disruption=True), GRACE)
            return


def _may_be_evicted(pod: Object) -> bool:
    """Critical pods are not (IsCriticalPod)."""
    return int(pod.spec.get("priority") or 0) < 2_000_000_000


def _rank(pod: Object, used: Mapping[str, int]) -> tuple[bool, int, int]:
    """Sorts who is to go first: over its request, low priority, far over its request (rankMemoryPressure)."""
    over = sum(used.values()) - pods.requests(pod.spec).get("memory", 0)
    return (over <= 0, int(pod.spec.get("priority") or 0), -over)


def _message(pod: Object, used: Mapping[str, int], left: int) -> str:
    shown = quantities.format_bytes(max(left, 0))
    text = f"The node was low on resource: memory. Threshold quantity: 100Mi, available: {shown}. "
    for container in pod.spec.get("containers") or ():
        amount = used.get(str(container["name"]), 0)
        request = _request(container)
        if amount > request:
            text += (
                f"Container {container['name']} was using {quantities.format_bytes(amount)}, "
                f"request is {quantities.format_bytes(request)}, has larger consumption of memory. "
            )
    return text


def _request(container: Mapping[str, Any]) -> int:
    requests = (container.get("resources") or {}).get("requests") or {}
    return quantities.whole(requests.get("memory", 0))
