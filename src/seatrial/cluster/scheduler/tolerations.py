"""Taints and who tolerates them (component-helpers scheduling/corev1/helpers.go, 1.36)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

Taint = Mapping[str, Any]
Toleration = Mapping[str, Any]
REPELLING = frozenset({"NoSchedule", "NoExecute"})
"""Effects that keep pods off a node (DoNotScheduleTaintsFilterFunc)."""
UNSCHEDULABLE: Taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
"""The taint of cordoned nodes."""


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Toleration.ToleratesTaint: an empty effect or key means any."""
    effect, key = toleration.get("effect"), toleration.get("key")
    if (effect and effect != taint.get("effect")) or (key and key != taint.get("key")):
        return False
    match toleration.get("operator") or "Equal":
        case "Exists":
            return True
        case "Equal":
            return bool((toleration.get("value") or "") == (taint.get("value") or ""))
    return False


def is_tolerated(taint: Taint, tolerations: Iterable[Toleration]) -> bool:
    """Whether any of the tolerations tolerates the taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations)


def first_untolerated(
    taints: Iterable[Taint], tolerations: Iterable[Toleration], effects: Container[str] = REPELLING
) -> Taint | None:
    """The first taint of these effects that nothing tolerates (FindMatchingUntoleratedTaint)."""
    wanted = list(tolerations)
    for taint in taints:
        if taint.get("effect") in effects and not is_tolerated(taint, wanted):
            return taint
    return None
