"""The conditions that the kubelet keeps on a pod (pkg/kubelet/status/generate.go, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.cluster.kubelet.phase import Statuses
from seatrial.model import pods

Condition = dict[str, Any]
KUBELET_OWNED = frozenset(
    {
        "PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers",
        "AllContainersRestarting", "PodResizePending", "PodResizeInProgress",
    }
)  # fmt: skip
"""Conditions that nobody else may set (PodConditionByKubelet)."""
SHARED = frozenset({"DisruptionTarget"})
"""Conditions that the kubelet may set beside others (PodConditionSharedByKubelet)."""
SETTABLE = KUBELET_OWNED | SHARED


def condition(kind: str, good: bool, reason: str = "", message: str = "") -> Condition:
    """A condition without its time of transition."""
    made: Condition = {"type": kind, "status": "True" if good else "False"}
    if reason:
        made["reason"] = reason
    if message:
        made["message"] = message
    return made


def initialized(spec: Mapping[str, Any], statuses: Statuses, phase: str) -> Condition:
    """Initialized: all init containers are through, sidecars have started."""
    if phase == "Succeeded":
        return condition("Initialized", True, "PodCompleted")
    if any(_ran(statuses[c["name"]]) for c in spec.get("containers") or ()):
        return condition("Initialized", True)
    waiting = []
    for container in spec.get("initContainers") or ():
        status = statuses[container["name"]]
        if not (status.get("started") if pods.is_sidecar(container) else status.get("ready")):
            waiting.append(str(container["name"]))
    if waiting:
        message = f"containers with incomplete status: {_names(waiting)}"
        return condition("Initialized", False, "ContainersNotInitialized", message)
    return condition("Initialized", True)


def containers_ready(spec: Mapping[str, Any], statuses: Statuses, phase: str) -> Condition:
    """ContainersReady: every ordinary container and every sidecar is ready."""
    if phase == "Succeeded":
        return condition("ContainersReady", False, "PodCompleted")
    if phase == "Failed":
        return condition("ContainersReady", False, "PodFailed")
    unready = [
        str(container["name"])
        for container in pods.containers(spec)
        if _counts(container, spec) and not statuses[container["name"]].get("ready")
    ]
    if unready:
        message = f"containers with unready status: {_names(unready)}"
        return condition("ContainersReady", False, "ContainersNotReady", message)
    return condition("ContainersReady", True)


def ready(spec: Mapping[str, Any], others: Iterable[Mapping[str, Any]], containers: Condition) -> Condition:
    """Ready: as ContainersReady, and every readiness gate's condition is True."""
    if containers["status"] != "True":
        return {**containers, "type": "Ready"}
    known = {c["type"]: c["status"] for c in others}
    flaws = []
    for gate in spec.get("readinessGates") or ():
        kind = gate.get("conditionType", "")
        if kind not in known:
            flaws.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif known[kind] != "True":
            flaws.append(f'the status of pod readiness gate "{kind}" is not "True", but {known[kind]}')
    if flaws:
        return condition("Ready", False, "ReadinessGatesNotReady", ", ".join(flaws))
    return condition("Ready", True)


def _counts(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    init = any(container is known for known in spec.get("initContainers") or ())
    return not init or pods.is_sidecar(container)


def _ran(status: Mapping[str, Any]) -> bool:
    return "waiting" not in status["state"] or "terminated" in status.get("lastState", {})


def _names(names: list[str]) -> str:
    return f"[{' '.join(names)}]"
