"""How a node joins: it registers not ready and tainted, and is ready a moment later (kubelet_node_status.go, 1.36)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet import reports
from seatrial.model.objects import Object, evolve

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet

READY_AFTER = 0.3
"""Seconds from registration until the runtime's network is up and the node ready."""
REFRESH = 10.0
"""Seconds between looks whether the node's conditions are to be refreshed (nodeStatusUpdateFrequency)."""
NOT_READY_TAINT = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
FINE = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)
"""Conditions whose normal status is False."""
EVENTS = ("NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID")
READY = ("True", "KubeletReady", "kubelet is posting ready status")
NOT_READY = (
    "False",
    "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady",
)


def unready(node: Object, now: str) -> Object:
    """The Node object as it registers: not ready, and tainted until the node lifecycle controller sees it ready."""
    taints = [*(node.spec.get("taints") or ()), NOT_READY_TAINT]
    return evolve(
        node,
        spec={**node.spec, "taints": taints},
        status={**node.status, "conditions": conditions(NOT_READY, now)},
    )


def conditions(ready: tuple[str, str, str], now: str) -> list[dict[str, Any]]:
    """A node's four conditions."""
    made = [_condition(kind, "False", reason, message, now) for kind, reason, message in FINE]
    return [*made, _condition("Ready", *ready, now)]


def with_condition(node: Object, kind: str, state: tuple[str, str, str], now: str) -> list[dict[str, Any]]:
    """A node's conditions with one of them anew."""
    others = [c for c in node.status.get("conditions") or () if c["type"] != kind]
    return [_condition(kind, *state, now), *others]


def _condition(kind: str, status: str, reason: str, message: str, now: str) -> dict[str, Any]:
    return {
        "type": kind, "status": status, "reason": reason, "message": message,
        "lastHeartbeatTime": now, "lastTransitionTime": now,
    }  # fmt: skip


class Registration:
    """A node on its way from its kubelet's start to Ready."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._about = reports.node_reference(kubelet.name)

    def begin(self) -> None:
        """Say that the kubelet starts, and become ready in a moment."""
        reports.normal(self._kubelet, self._about, "Starting", "Starting kubelet.")
        for reason in EVENTS:
            self._say(reason)
        self._kubelet.clock.after(READY_AFTER, self._become_ready)

    def rejoin(self, within: float) -> None:
        """A node that was lost is back: it says so at the next refresh of its conditions, `within` seconds."""
        self._kubelet.clock.after(self._kubelet.chance.between(0.0, within), self._become_ready)

    def _become_ready(self) -> None:
        node = self._kubelet.node
        if node is None or self._kubelet.down or self._kubelet.cut_off:
            return
        before = {c["type"]: c for c in node.status.get("conditions") or ()}
        if before.get("Ready", {}).get("status") == "True":
            return
        fresh = conditions(READY, self._kubelet.clock.timestamp())
        self._kubelet.cluster.api.update_status(node, {**node.status, "conditions": fresh})
        self._say("NodeReady")

    def _say(self, reason: str) -> None:
        message = f"Node {self._kubelet.name} status is now: {reason}"
        reports.normal(self._kubelet, self._about, reason, message)
