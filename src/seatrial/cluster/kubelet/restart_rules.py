"""Whether a container that ended is started again (pkg/api/v1/pod ContainerShouldRestart, Kubernetes 1.36).

Upstream: pkg/kubelet/container/helpers.go ShouldContainerBeRestarted, ShouldAllContainersRestart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.kubelet.containers import ContainerStatus, PodStatus
from seatrial.model import pods
from seatrial.model.objects import Object
from seatrial.model.remembering import remembered

RESTART_ALL = "RestartAllContainers"


def rule_for(container: Mapping[str, Any], code: int) -> str:
    """The action of the first of the container's restartPolicyRules that matches, or ""."""
    for rule in container.get("restartPolicyRules") or ():
        codes = rule.get("exitCodes") or {}
        if (code in (codes.get("values") or ())) == (codes.get("operator") == "In"):
            return str(rule.get("action", ""))
    return ""


def restarts(container: Mapping[str, Any], spec: Mapping[str, Any], code: int) -> bool:
    """Whether the container is to be started again after it ended with `code`."""
    policy = spec.get("restartPolicy") or "Always"
    own = container.get("restartPolicy")
    if own:
        if rule_for(container, code):
            return True
        policy = own
    return bool(policy == "Always" or (policy == "OnFailure" and code != 0))


def should_be_started(container: Mapping[str, Any], pod: Object, status: PodStatus) -> bool:
    """Whether the container is to be started, for the first time or again (ShouldContainerBeRestarted)."""
    if pod.deleting:
        return False
    last = status.find(str(container["name"]))
    if last is None:
        return True
    return not last.running and restarts(container, pod.spec, last.exit_code)


def restarts_all(pod: Object, status: PodStatus) -> bool:
    """Whether a container ended in a way that restarts all of the pod (rule RestartAllContainers)."""
    for container in pods.containers(pod.spec):
        if container.get("restartPolicyRules"):
            last = status.find(str(container["name"]))
            if last is not None and asks_for_restart_of_all(container, last):
                return True
    return False


def asks_for_restart_of_all(container: Mapping[str, Any], run: ContainerStatus) -> bool:
    """Whether that run of the container ended with a code for which its rules restart all containers."""
    return not run.running and rule_for(container, run.exit_code) == RESTART_ALL


def may_restart_all(pod: Object) -> bool:
    """Whether any container has that rule: such pods show the condition AllContainersRestarting."""
    return _any_restarts_all(pod.spec.get("initContainers"), pod.spec.get("containers"))


@remembered
def _any_restarts_all(init: list[dict[str, Any]] | None, regular: list[dict[str, Any]] | None) -> bool:
    return any(
        rule.get("action") == RESTART_ALL
        for container in (*(init or ()), *(regular or ()))
        for rule in container.get("restartPolicyRules") or ()
    )
