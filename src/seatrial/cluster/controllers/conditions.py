"""Status conditions: transition times that move only when the status does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Condition = dict[str, Any]


def condition(now: str, type: str, status: str, reason: str = "", message: str = "", **more: Any) -> Condition:
    """A condition that changed `now` (RFC 3339); `more` holds what only some kinds carry, e.g. lastUpdateTime."""
    new: Condition = {"type": type, "status": status, **more, "lastTransitionTime": now}
    if reason:
        new["reason"] = reason
    if message:
        new["message"] = message
    return new


def find(conditions: Sequence[Mapping[str, Any]] | None, type: str) -> Condition | None:
    """The condition of that type, or None."""
    for found in conditions or ():
        if found.get("type") == type:
            return dict(found)
    return None


def is_true(conditions: Sequence[Mapping[str, Any]] | None, type: str) -> bool:
    """Whether the condition of that type is True."""
    found = find(conditions, type)
    return found is not None and found.get("status") == "True"


def without(conditions: Sequence[Mapping[str, Any]] | None, type: str) -> list[Condition]:
    """All conditions but that of one type."""
    return [dict(c) for c in conditions or () if c.get("type") != type]


def set_by_reason(conditions: Sequence[Mapping[str, Any]] | None, new: Condition) -> list[Condition]:
    """Set a condition as Deployments and ReplicaSets do: same status and reason is no change; a change goes last."""
    old = find(conditions, new["type"])
    if old is not None and old.get("status") == new["status"] and old.get("reason") == new.get("reason"):
        return [dict(c) for c in conditions or ()]
    if old is not None and old.get("status") == new["status"]:
        new = {**new, "lastTransitionTime": old.get("lastTransitionTime")}
    return [*without(conditions, new["type"]), new]


def set_in_place(conditions: Sequence[Mapping[str, Any]] | None, new: Condition) -> list[Condition]:
    """Set a condition where it stands (meta.SetStatusCondition); everything but the transition time follows `new`."""
    result = [dict(c) for c in conditions or ()]
    for i, old in enumerate(result):
        if old.get("type") == new["type"]:
            if old.get("status") == new["status"]:
                new = {**new, "lastTransitionTime": old.get("lastTransitionTime")}
            result[i] = new
            return result
    return [*result, new]
