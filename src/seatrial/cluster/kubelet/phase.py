"""A pod's phase from its containers' states (pkg/kubelet/kubelet_pods.go getPhase, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.kubelet.restart_rules import restarts
from seatrial.model import pods

RESTARTING_ALL = "RestartingAllContainers"
"""The reason of a container's end that rule RestartAllContainers brought about."""
Statuses = Mapping[str, Mapping[str, Any]]
"""API container statuses by container name."""


@dataclass(slots=True)
class _Count:
    pending_init: int = 0
    pending_sidecars: int = 0
    failed_for_good: int = 0
    running: int = 0
    waiting: int = 0
    stopped: int = 0
    succeeded: int = 0
    restarting: int = 0


def phase_of(spec: Mapping[str, Any], statuses: Statuses, *, terminal: bool, initialized: bool) -> str:
    """`Pending`, `Running`, `Succeeded` or `Failed`.

    Args:
        spec: the pod's.
        statuses: of all its containers.
        terminal: whether nothing of the pod will be started any more.
        initialized: whether an ordinary container was ever started.
    """
    count = _count(spec, statuses)
    if count.failed_for_good:
        return "Failed"
    if count.pending_init or (count.pending_sidecars and not initialized) or count.waiting:
        return "Pending"
    if count.running:
        return "Running"
    if not count.stopped:
        return "Pending"
    if not terminal and count.restarting:
        return "Running"
    return "Succeeded" if count.stopped == count.succeeded else "Failed"


def _count(spec: Mapping[str, Any], statuses: Statuses) -> _Count:
    count = _Count()
    for container in spec.get("initContainers") or ():
        status = statuses[container["name"]]
        if pods.is_sidecar(container):
            _count_sidecar(status, count)
        else:
            _count_init(container, spec, status, count)
    for container in spec.get("containers") or ():
        _count_regular(container, spec, statuses[container["name"]], count)
    return count


def _count_init(
    container: Mapping[str, Any], spec: Mapping[str, Any], status: Mapping[str, Any], count: _Count
) -> None:
    ended = status["state"].get("terminated")
    if ended is None and "waiting" in status["state"]:
        ended = status.get("lastState", {}).get("terminated")
    if ended is None:
        count.pending_init += 1
    elif ended["exitCode"] != 0 and not _begins_again(container, spec, ended):
        count.failed_for_good += 1
    elif ended["exitCode"] != 0:
        count.pending_init += 1


def _count_sidecar(status: Mapping[str, Any], count: _Count) -> None:
    if "running" in status["state"]:
        count.pending_sidecars += not status.get("started")
        count.running += 1
    elif "waiting" in status["state"] and "terminated" not in status.get("lastState", {}):
        count.pending_sidecars += 1
        count.waiting += 1


def _count_regular(
    container: Mapping[str, Any], spec: Mapping[str, Any], status: Mapping[str, Any], count: _Count
) -> None:
    state = status["state"]
    if "running" in state:
        count.running += 1
        return
    ended = state.get("terminated") or status.get("lastState", {}).get("terminated")
    if ended is None:
        count.waiting += 1
        return
    count.stopped += 1
    count.succeeded += "terminated" in state and ended["exitCode"] == 0
    count.restarting += _begins_again(container, spec, ended)


def _begins_again(container: Mapping[str, Any], spec: Mapping[str, Any], ended: Mapping[str, Any]) -> bool:
    """Whether a container that ended so is started again, by its own rules or since all containers are."""
    return ended.get("reason") == RESTARTING_ALL or restarts(container, spec, ended["exitCode"])
