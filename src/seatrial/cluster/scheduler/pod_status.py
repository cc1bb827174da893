"""What the scheduler writes into a pod's status (pkg/api/v1/pod UpdatePodCondition, 1.34)."""

from __future__ import annotations

from typing import Any


def with_condition(status: dict[str, Any], condition: dict[str, Any], now: str) -> dict[str, Any]:
    """The status with a condition set; its transition time moves on only where its `status` changes."""
    conditions = list(status.get("conditions") or ())
    for i, old in enumerate(conditions):
        if old.get("type") == condition["type"]:
            same = old.get("status") == condition["status"]
            since = old.get("lastTransitionTime") if same else now
            conditions[i] = {"lastProbeTime": None, **condition, "lastTransitionTime": since or now}
            break
    else:
        conditions.append({"lastProbeTime": None, **condition, "lastTransitionTime": now})
    return {**status, "conditions": conditions}


def unscheduled(status: dict[str, Any], reason: str, message: str, now: str) -> dict[str, Any]:
    """The status of a pod that was tried in vain."""
    condition = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
    return with_condition(status, condition, now)


def preempted(status: dict[str, Any], scheduler: str, now: str) -> dict[str, Any]:
    """The status of a pod that has to make room."""
    condition = {
        "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler",
        "message": f"{scheduler}: preempting to accommodate a higher priority pod",
    }  # fmt: skip
    return with_condition(status, condition, now)
