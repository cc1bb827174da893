"""Node objects from machine shapes, as a kubelet registers them: labels, taints, capacity, allocatable, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seatrial.capacity.shapes import Shape
from seatrial.model import quantities
from seatrial.model.objects import Object, timestamp
from seatrial.model.pods import Resources
from seatrial.model.spot import SPOT_LABELS

ZONES = ("zone-a", "zone-b", "zone-c")
"""Zones of nodes that name none, round robin."""
REGION = "region-1"
KUBELET_VERSION = "v1.36.3"
AKS_SPOT_TAINT = {"key": "kubernetes.azure.com/scalesetpriority", "value": "spot", "effect": "NoSchedule"}

_HEALTH = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def node(
    name: str,
    shape: Shape,
    zone: str,
    *,
    labels: Mapping[str, str] | None = None,
    taints: Sequence[Mapping[str, Any]] = (),
    spot: bool = False,
) -> Object:
    """One healthy node of that shape. `labels` and `taints` come on top of what every node of the provider carries."""
    own_taints = [dict(taint) for taint in taints]
    if spot and shape.provider == "aks":
        own_taints.append(dict(AKS_SPOT_TAINT))
    return Object(
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": {
                    "beta.kubernetes.io/arch": shape.arch,
                    "beta.kubernetes.io/os": "linux",
                    "kubernetes.io/arch": shape.arch,
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "node.kubernetes.io/instance-type": shape.name,
                    "topology.kubernetes.io/region": REGION,
                    "topology.kubernetes.io/zone": zone,
                    **(SPOT_LABELS[shape.provider] if spot else {}),
                    **(labels or {}),
                },
            },
            "spec": {"taints": own_taints} if own_taints else {},
            "status": {
                "capacity": _printed(shape.capacity()),
                "allocatable": _printed(shape.allocatable()),
                "conditions": _conditions(),
                "addresses": [{"type": "Hostname", "address": name}],
                "nodeInfo": {
                    "architecture": shape.arch,
                    "operatingSystem": "linux",
                    "kubeletVersion": KUBELET_VERSION,
                    "containerRuntimeVersion": "seatrial://virtual",
                },
            },
        }
    )


def fleet_of(shape: Shape, count: int) -> list[Object]:
    """So many nodes of one shape, round the three zones."""
    return [node(f"node-{i + 1}", shape, ZONES[i % len(ZONES)]) for i in range(count)]


def _printed(amounts: Resources) -> dict[str, str]:
    formats = {"cpu": quantities.format_cpu, "memory": quantities.format_bytes}
    return {name: formats.get(name, str)(value) for name, value in amounts.items()}


def _conditions() -> list[dict[str, str]]:
    since = timestamp(0.0)
    return [
        {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": since,
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }
        for kind, status, reason, message in _HEALTH
    ]
