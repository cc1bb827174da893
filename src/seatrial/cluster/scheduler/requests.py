"""What a pod asks for, in the three ways the scheduler counts it (component-helpers resource.PodRequests, 1.36).

*Effective* requests are what a node must have. *Scoring* requests count a container that names no cpu or memory as if
it asked for a little, so that such pods do not pile up on one node; *non-zero* requests are the same for pods that
are already on a node, and differ only where the pod has requests of its own at pod level. Pods are expected to carry
the API server's defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.model import pods
from seatrial.model.pods import Resources

DEFAULT_CPU, DEFAULT_MEMORY = 100, 200 * 1024 * 1024
"""Millicores and bytes that a container without requests counts for (schedutil.DefaultMilliCPURequest)."""
_MISSING = {"cpu": f"{DEFAULT_CPU}m", "memory": str(DEFAULT_MEMORY)}


def effective(spec: Mapping[str, Any]) -> Resources:
    """Effective requests of resources that the scheduler counts."""
    return {name: value for name, value in pods.requests(spec).items() if is_counted(name)}


def for_scoring(spec: Mapping[str, Any]) -> Resources:
    """Requests with containers' missing cpu and memory filled in.

    kube-scheduler 1.34 leaves requests at pod level out when it scores the pod itself.
    """
    return pods.requests({**_with_missing(spec, _MISSING), "resources": None})


def nonzero(spec: Mapping[str, Any], total: Resources) -> tuple[int, int]:
    """Millicores and bytes that the pod counts for once it is on a node (PodInfo.CalculateResource)."""
    missing: Mapping[str, str] = _MISSING
    if (spec.get("resources") or {}).get("requests"):
        missing = {name: value for name, value in _MISSING.items() if not total.get(name)}
    found = pods.requests(_with_missing(spec, missing))
    return found.get("cpu", 0), found.get("memory", 0)


def is_counted(name: str) -> bool:
    """Whether the scheduler counts a resource (framework.Resource.Add): cpu, memory, local storage, scalars."""
    return name in ("cpu", "memory", "ephemeral-storage") or is_scalar(name)


def is_scalar(name: str) -> bool:
    """schedutil.IsScalarResourceName: extended resources, huge pages, attachable volumes."""
    return "/" in name or name.startswith(("hugepages-", "attachable-volumes-"))


def _with_missing(spec: Mapping[str, Any], missing: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        **spec,
        "containers": _fill(spec.get("containers") or (), missing),
        "initContainers": _fill(spec.get("initContainers") or (), missing),
    }


def _fill(found: Iterable[Mapping[str, Any]], missing: Mapping[str, str]) -> list[Mapping[str, Any]]:
    return [
        {**c, "resources": {"requests": {**missing, **((c.get("resources") or {}).get("requests") or {})}}}
        for c in found
    ]
