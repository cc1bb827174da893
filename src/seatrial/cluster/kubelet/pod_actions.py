"""What is to be done to a pod's containers: a look at their status, no deeds (computePodActions, Kubernetes 1.36).

Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go and kuberuntime_container.go computeInitContainerActions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seatrial.cluster.kubelet import restart_rules
from seatrial.cluster.kubelet.containers import ContainerStatus, PodStatus
from seatrial.model import pods
from seatrial.model.objects import Object

ProbeType = Literal["liveness", "readiness", "startup"]
Reason = Literal["liveness", "readiness", "startup", "restart-all", ""]
"""Why a container is killed."""
Results = Mapping[tuple[ProbeType, str], bool | None]
"""What probes found, by (type, container id); absent or None: nothing yet."""


@dataclass(frozen=True, slots=True)
class KillOrder:
    """A container that is to be killed: which run, the text of the event, and why."""

    status: ContainerStatus
    container: Mapping[str, Any]
    message: str
    reason: Reason = ""


@dataclass(slots=True)
class PodActions:
    """What one sync of a pod does, in this order."""

    kill_pod: bool = False
    create_sandbox: bool = False
    kill: list[KillOrder] = field(default_factory=list)
    init: list[Mapping[str, Any]] = field(default_factory=list)
    start: list[Mapping[str, Any]] = field(default_factory=list)


def compute(pod: Object, status: PodStatus, results: Results) -> PodActions:
    """What must happen to bring the pod's containers to what its spec asks for."""
    actions = PodActions()
    if not status.sandbox_ready:
        return _with_new_sandbox(pod, status, actions)
    if not _init_containers(pod, status, results, actions) or actions.kill_pod:
        return actions
    kept = 0
    for container in pod.spec.get("containers") or ():
        kept += _regular_container(container, pod, status, results, actions)
    if not kept and not actions.start:
        actions.kill_pod = True
        # Sidecars must not keep a pod alive that has nothing else to do.
        actions.init = []
    return actions


def to_reset(pod: Object, status: PodStatus) -> list[KillOrder]:
    """All runs, to be stopped and removed one after the other: rule RestartAllContainers (getContainersToReset).

    Containers come before init containers, and those that brought it about come last.
    """
    victims: list[KillOrder] = []
    sources: list[KillOrder] = []
    for field_name in ("containers", "initContainers"):
        for container in pod.spec.get(field_name) or ():
            for run in status.containers:
                if run.name == container["name"]:
                    ordered = sources if restart_rules.asks_for_restart_of_all(container, run) else victims
                    ordered.append(KillOrder(run, container, "killing", "restart-all"))
    return victims + sources


def _with_new_sandbox(pod: Object, status: PodStatus, actions: PodActions) -> PodActions:
    """There is no sandbox, or it died: all begins anew, except what is through and is not started again."""
    actions.kill_pod = actions.create_sandbox = True
    if status.sandboxes and not _may_run_again(pod, status):
        actions.create_sandbox = False
        return actions
    init = pod.spec.get("initContainers") or ()
    todo = [c for c in pod.spec.get("containers") or () if _unfinished(c, pod, status)]
    if not todo:
        done = {c["name"] for c in init} <= {s.name for s in status.containers if s.exit_code == 0}
        if done or not init:
            actions.create_sandbox = False
            return actions
    if init:
        actions.init = [init[0]]
    else:
        actions.start = todo
    return actions


def _may_run_again(pod: Object, status: PodStatus) -> bool:
    """Pods that never restart are not given a second sandbox once a container was created (shouldRestartOnFailure)."""
    return pod.spec.get("restartPolicy") != "Never" or not status.containers


def _unfinished(container: Mapping[str, Any], pod: Object, status: PodStatus) -> bool:
    last = status.find(str(container["name"]))
    if last is None or last.running:
        return True
    return restart_rules.restarts(container, pod.spec, last.exit_code)


def _regular_container(
    container: Mapping[str, Any], pod: Object, status: PodStatus, results: Results, actions: PodActions
) -> bool:
    """Decide on one ordinary container; whether it runs and is kept."""
    last = status.find(str(container["name"]))
    if last is None or not last.running:
        if restart_rules.should_be_started(container, pod, status):
            actions.start.append(container)
        return False
    policy = container.get("restartPolicy") or pod.spec.get("restartPolicy")
    failed = _failed_probe(last, results)
    if last.image != container.get("image"):
        # Whatever the policy says: another container is asked for.
        actions.kill.append(KillOrder(last, container, f"Container {last.name} definition changed, will be restarted"))
        actions.start.append(container)
    elif failed is not None:
        message = f"Container {last.name} failed {failed} probe"
        if policy != "Never":
            message += ", will be restarted"
            actions.start.append(container)
        actions.kill.append(KillOrder(last, container, message, failed))
    else:
        return True
    return False


def _failed_probe(status: ContainerStatus, results: Results) -> ProbeType | None:
    if results.get(("liveness", status.id)) is False:
        return "liveness"
    return "startup" if results.get(("startup", status.id)) is False else None


def _init_containers(pod: Object, status: PodStatus, results: Results, actions: PodActions) -> bool:
    """Decide on the init containers; whether the pod is initialized, so that ordinary containers may start."""
    init = list(pod.spec.get("initContainers") or ())
    if not init:
        return True
    initialized = before = status.has_run({str(c["name"]) for c in pod.spec.get("containers") or ()})
    # From the last to the first: what is behind may have been removed already. The first one found decides what comes
    # next; of those before it only sidecars need looking after.
    for place in range(len(init) - 1, -1, -1):
        container = init[place]
        sidecar = pods.is_sidecar(container)
        last = status.find(str(container["name"]))
        if last is None:
            if before and sidecar:
                actions.init.append(container)
            continue
        if before and not sidecar:
            continue
        if _init_container(container, last, pod, results, actions):
            if place == len(init) - 1:
                initialized = True
            elif not before:
                actions.init.append(init[place + 1])
        if actions.kill_pod:
            actions.init = []
            return False
        before = True
    if not before:
        actions.init.append(init[0])
    actions.init.sort(key=init.index)
    return initialized


def _init_container(
    container: Mapping[str, Any], last: ContainerStatus, pod: Object, results: Results, actions: PodActions
) -> bool:
    """Decide on one init container; whether what follows it may start."""
    if pods.is_sidecar(container):
        return _sidecar(container, last, results, actions)
    if last.running:
        return False
    if last.exit_code == 0:
        return True
    if restart_rules.restarts(container, pod.spec, last.exit_code):
        actions.init.append(container)
    else:
        actions.kill_pod = True
    return False


def _sidecar(container: Mapping[str, Any], last: ContainerStatus, results: Results, actions: PodActions) -> bool:
    if not last.running:
        actions.init.append(container)
        return False
    if last.image != container.get("image"):
        _restart_sidecar(container, last, f"Container {last.name} definition changed", "", actions)
        return True
    if container.get("startupProbe"):
        started = results.get(("startup", last.id))
        if not started:
            if started is False:
                _restart_sidecar(
                    container, last, f"Init container {last.name} failed startup probe", "startup", actions
                )
            return False
    if results.get(("liveness", last.id)) is False:
        _restart_sidecar(container, last, f"Init container {last.name} failed liveness probe", "liveness", actions)
    return True


def _restart_sidecar(
    container: Mapping[str, Any], last: ContainerStatus, message: str, reason: Reason, actions: PodActions
) -> None:
    actions.kill.append(KillOrder(last, container, message, reason))
    actions.init.append(container)
