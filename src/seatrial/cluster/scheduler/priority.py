"""A pod's priority from its class, where admission has not set it (plugin/pkg/admission/priority, 1.36)."""

from __future__ import annotations

from seatrial.cluster.scheduler.lister import Lister
from seatrial.model.objects import Object, evolve

SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
"""Classes that every cluster has."""


def prioritised(pod: Object, lister: Lister) -> Object:
    """The pod with `priority` and `preemptionPolicy`: those of its class, else of the class that is the default, else
    0.
    """
    if pod.spec.get("priority") is not None:
        return pod
    name = pod.spec.get("priorityClassName")
    found = lister.get("PriorityClass", "", name) if name else _default(lister)
    if found is not None:
        value, policy = int(found.get("value") or 0), found.get("preemptionPolicy") or "PreemptLowerPriority"
    else:
        value, policy = SYSTEM_CLASSES.get(name or "", 0), "PreemptLowerPriority"
    policy = pod.spec.get("preemptionPolicy") or policy
    return evolve(pod, spec={**pod.spec, "priority": value, "preemptionPolicy": policy})


def _default(lister: Lister) -> Object | None:
    """The class that is the default; of several the one of least value (getDefaultPriorityClass)."""
    found = [c for c in lister.list("PriorityClass") if c.get("globalDefault")]
    return min(found, key=lambda c: int(c.get("value") or 0), default=None)
