"""Which taints a node's conditions call for (nodeConditionToTaintKeyStatusMap, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.model.objects import Object

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
BY_CONDITION: dict[str, dict[str, str]] = {
    "Ready": {"False": NOT_READY, "Unknown": UNREACHABLE},
    "MemoryPressure": {"True": "node.kubernetes.io/memory-pressure"},
    "DiskPressure": {"True": "node.kubernetes.io/disk-pressure"},
    "NetworkUnavailable": {"True": "node.kubernetes.io/network-unavailable"},
    "PIDPressure": {"True": "node.kubernetes.io/pid-pressure"},
}
"""Condition to status to the key of the NoSchedule taint."""
NO_SCHEDULE_KEYS = frozenset({UNSCHEDULABLE, *(k for by in BY_CONDITION.values() for k in by.values())})
NO_EXECUTE_KEYS = frozenset({NOT_READY, UNREACHABLE})


def no_schedule(node: Object) -> list[dict[str, Any]]:
    """The NoSchedule taints that the node should have."""
    keys = [
        key
        for condition in node.status.get("conditions") or ()
        if (key := BY_CONDITION.get(condition["type"], {}).get(condition["status"]))
    ]
    if node.spec.get("unschedulable"):
        keys.append(UNSCHEDULABLE)
    return [{"key": key, "effect": "NoSchedule"} for key in keys]


def no_execute(ready: str) -> tuple[str, str]:
    """The key of the NoExecute taint for a Ready status of False or Unknown, and the key that it replaces."""
    return (NOT_READY, UNREACHABLE) if ready == "False" else (UNREACHABLE, NOT_READY)
