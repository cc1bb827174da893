"""What a pod asks for and how it ranks: effective requests and limits, quality of service (Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.model import quantities
from seatrial.model.objects import Object
from seatrial.model.remembering import remembered

Resources = dict[str, int]
"""Resource name to amount: cpu in millicores, the rest in whole units (bytes, pieces)."""


def is_sidecar(container: Mapping[str, Any]) -> bool:
    """Whether an init container is restartable, that is a sidecar."""
    return container.get("restartPolicy") == "Always"


def containers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All init and ordinary containers of a pod spec, in that order."""
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def container_statuses(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statuses of all init and ordinary containers of a pod, in that order."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def is_terminal(pod: Mapping[str, Any]) -> bool:
    """Whether the pod's phase is Succeeded or Failed."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether the pod's Ready condition is True (podutil.IsPodReady)."""
    if isinstance(pod, Object):
        return pod.ready
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            return True
    return False


def requests(spec: Mapping[str, Any]) -> Resources:
    """Effective requests, overhead included (component-helpers resource.PodRequests)."""
    parts = (spec.get("containers"), spec.get("initContainers"), spec.get("resources"), spec.get("overhead"))
    return dict(_requests(*parts))


def limits(spec: Mapping[str, Any]) -> Resources:
    """Effective limits, overhead included (component-helpers resource.PodLimits)."""
    return _effective(spec, "limits")


@remembered
def _requests(containers: Any, init_containers: Any, resources: Any, overhead: Any) -> Resources:
    spec = {"containers": containers, "initContainers": init_containers, "resources": resources, "overhead": overhead}
    return _effective(spec, "requests")


def _effective(spec: Mapping[str, Any], field: str) -> Resources:
    total: Resources = {}
    for container in spec.get("containers") or ():
        _add(total, _amounts(container, field))
    sidecars: Resources = {}
    peak: Resources = {}
    for container in spec.get("initContainers") or ():
        own = _amounts(container, field)
        if is_sidecar(container):
            _add(total, own)
            _add(sidecars, own)
            own = dict(sidecars)
        else:
            _add(own, sidecars)
        for name, value in own.items():
            peak[name] = max(peak.get(name, 0), value)
    for name, value in peak.items():
        total[name] = max(total.get(name, 0), value)
    for name, value in ((spec.get("resources") or {}).get(field) or {}).items():
        total[name] = quantities.amount(name, value)
    for name, value in (spec.get("overhead") or {}).items():
        if field == "requests" or name in total:
            total[name] = total.get(name, 0) + quantities.amount(name, value)
    return total


def _amounts(container: Mapping[str, Any], field: str) -> Resources:
    return {
        name: quantities.amount(name, value)
        for name, value in ((container.get("resources") or {}).get(field) or {}).items()
    }


def _add(total: Resources, more: Resources) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def qos_class(spec: Mapping[str, Any]) -> str:
    """`Guaranteed`, `Burstable` or `BestEffort` (pkg/apis/core/helper/qos.ComputePodQOS)."""
    return _qos_class(spec.get("initContainers"), spec.get("containers"), spec.get("resources"))


@remembered
def _qos_class(init: Any, regular: Any, pod_level: Any) -> str:
    parts = [pod_level] if pod_level else [c.get("resources") or {} for c in (*(init or ()), *(regular or ()))]
    guaranteed = bool(parts)
    some = False
    for part in parts:
        limit, request = part.get("limits") or {}, part.get("requests") or {}
        for name in ("cpu", "memory"):
            asked = _positive(name, request.get(name, limit.get(name) if not pod_level else None))
            capped = _positive(name, limit.get(name))
            some = some or bool(asked or capped)
            guaranteed = guaranteed and capped > 0 and (asked == capped or (name not in request and capped > 0))
    if not some:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _positive(name: str, value: Any) -> int:
    return max(0, quantities.amount(name, value)) if value is not None else 0
