"""Why a pod fits nowhere, in upstream's words (framework.FitError in pkg/scheduler/framework/types.go, 1.34)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

NO_NODES = "no nodes available to schedule pods"


def fit_error(nodes: int, reasons: Iterable[str], *, refused_before: str = "", preemption: str = "") -> str:
    """`0/5 nodes are available: 2 Insufficient cpu, 3 node(s) were unschedulable. preemption: ...`.

    `reasons` has each node's reasons one by one; `refused_before` is the reason of a plugin that turned the pod down
    before any node was looked at; `preemption` is what came of preemption.
    """
    message = f"0/{nodes} nodes are available:"
    if refused_before:
        message += f" {refused_before}."
    else:
        counted = sorted(f"{number} {reason}" for reason, number in Counter(reasons).items())
        if counted:
            message += f" {', '.join(counted)}."
    return f"{message} {preemption}" if preemption else message
