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
KUBELET_VERSION = "v1.36.3"
KUBELET_PORT = 10250
POD_BITS = 10
"""Bits of the addresses of a node's pods: a thousand of them."""
ANNOTATIONS = {
    "node.alpha.kubernetes.io/ttl": "0",
    "volumes.kubernetes.io/controller-managed-attach-detach": "true",
}
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


def introduced(node: Object, number: int) -> Object:
    """The Node object with what its kubelet tells of itself, and the addresses that its pods get (node IPAM).

    What is given stays. `number` counts the cluster's nodes.
    """
    cidr = pod_range(number)
    spec = {"podCIDR": cidr, "podCIDRs": [node.spec.get("podCIDR", cidr)], **node.spec}
    known = {a["type"]: a for a in node.status.get("addresses") or ()}
    known.setdefault("InternalIP", {"type": "InternalIP", "address": host_address(number)})
    known.setdefault("Hostname", {"type": "Hostname", "address": node.name})
    info = {**_system(number), **(node.status.get("nodeInfo") or {})}
    ports = {"kubeletEndpoint": {"Port": KUBELET_PORT}}
    status = {**node.status, "addresses": list(known.values()), "nodeInfo": info, "daemonEndpoints": ports}
    return evolve(node, metadata={"annotations": {**ANNOTATIONS, **node.annotations}}, spec=spec, status=status)


def host_address(number: int) -> str:
    """The address of a node."""
    return f"172.{16 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def pod_range(number: int) -> str:
    """The addresses of a node's pods."""
    first = number << POD_BITS
    return f"10.{first >> 16 & 255}.{first >> 8 & 255}.{first & 255}/{32 - POD_BITS}"


def _system(number: int) -> dict[str, str]:
    """What a machine says of itself; its identifiers are its number."""
    digits = f"{number:032x}"
    identifier = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return {
        "architecture": "amd64", "bootID": identifier, "containerRuntimeVersion": "seatrial://virtual",
        "kernelVersion": "virtual", "kubeProxyVersion": "", "kubeletVersion": KUBELET_VERSION, "machineID": digits,
        "operatingSystem": "linux", "osImage": "virtual", "systemUUID": identifier,
    }  # fmt: skip


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
