"""Live nodes as a fleet: those that work, as they are when nothing troubles them."""

from __future__ import annotations

from seatrial.model.objects import Object, condition_of, evolve

TROUBLES = frozenset(
    f"node.kubernetes.io/{trouble}"
    for trouble in (
        "not-ready", "unreachable", "memory-pressure", "disk-pressure", "pid-pressure", "network-unavailable",
    )
)  # fmt: skip
"""Taints that the node life-cycle controller puts on and takes off (pkg/controller/nodelifecycle, Kubernetes 1.36)."""


def is_ready(node: Object) -> bool:
    """Whether the kubelet says so and is heard of."""
    condition = condition_of(node, "Ready")
    return condition is not None and condition.get("status") == "True"


def at_rest(node: Object) -> Object:
    """The node without taints for what troubles it; that somebody cordoned it stays."""
    taints = [taint for taint in node.spec.get("taints") or () if taint.get("key") not in TROUBLES]
    rest = {name: value for name, value in node.spec.items() if name != "taints"}
    return evolve(node, spec={**rest, "taints": taints} if taints else rest)
