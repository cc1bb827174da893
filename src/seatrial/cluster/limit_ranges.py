"""LimitRanges at admission: what containers get that ask for nothing, and who asks for too much or too little.

As plugin/pkg/admission/limitranger (Kubernetes 1.36), for types Container, Pod and PersistentVolumeClaim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.model import pods, quantities
from seatrial.model.objects import Object, dig, evolve

Item = Mapping[str, Any]


def with_defaults(pod: Object, items: Iterable[Item]) -> Object:
    """The pod with the Container items' default requests and limits filled in."""
    requests: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for item in items:
        if item.get("type") == "Container":
            requests.update(item.get("defaultRequest") or {})
            limits.update(item.get("default") or {})
    if not requests and not limits:
        return pod
    spec = dict(pod.spec)
    for field in ("initContainers", "containers"):
        if field in spec:
            spec[field] = [_filled(container, requests, limits) for container in spec[field]]
    return evolve(pod, spec=spec)


def _filled(container: Mapping[str, Any], requests: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    resources = dict(container.get("resources") or {})
    resources["requests"] = {**requests, **(resources.get("requests") or {})}
    resources["limits"] = {**limits, **(resources.get("limits") or {})}
    return {**container, "resources": {k: v for k, v in resources.items() if v}}


def complaints(obj: Object, items: Iterable[Item]) -> list[str]:
    """What the object asks for that the items do not allow, in upstream's words."""
    found: list[str] = []
    for item in items:
        kind = item.get("type")
        if obj.kind == "PersistentVolumeClaim" and kind == "PersistentVolumeClaim":
            asked = dig(obj, "spec", "resources", "requests", default={})
            found += _bounds(item, _amounts(asked), {})
        elif obj.kind == "Pod" and kind == "Container":
            for container in pods.containers(obj.spec):
                resources = container.get("resources") or {}
                found += _bounds(item, _amounts(resources.get("requests")), _amounts(resources.get("limits")))
        elif obj.kind == "Pod" and kind == "Pod":
            found += _bounds(item, pods.requests(obj.spec), pods.limits(obj.spec))
    return found


def _amounts(resources: Mapping[str, Any] | None) -> dict[str, int]:
    return {name: quantities.amount(name, value) for name, value in (resources or {}).items()}


def _bounds(item: Item, requests: Mapping[str, int], limits: Mapping[str, int]) -> list[str]:
    kind, found = item["type"], []
    for name, least in (item.get("min") or {}).items():
        asked = requests.get(name)
        if asked is None:
            found.append(f"minimum {name} usage per {kind} is {least}.  No request is specified")
        elif asked < quantities.amount(name, least):
            found.append(f"minimum {name} usage per {kind} is {least}, but request is {_shown(name, asked)}")
    for name, most in (item.get("max") or {}).items():
        bound = quantities.amount(name, most)
        limit = limits.get(name)
        if kind == "PersistentVolumeClaim":
            if requests.get(name, 0) > bound:
                asked_for = _shown(name, requests[name])
                found.append(f"maximum {name} usage per {kind} is {most}, but request is {asked_for}")
        elif limit is None:
            found.append(f"maximum {name} usage per {kind} is {most}.  No limit is specified")
        elif limit > bound:
            found.append(f"maximum {name} usage per {kind} is {most}, but limit is {_shown(name, limit)}")
    for name, ratio in (item.get("maxLimitRequestRatio") or {}).items():
        asked, limit = requests.get(name), limits.get(name)
        if asked and limit and limit / asked > float(quantities.parse(ratio)):
            found.append(
                f"{name} max limit to request ratio per {kind} is {ratio}, but provided ratio is {limit / asked:f}"
            )
    return found


def _shown(name: str, amount: int) -> str:
    return quantities.format_cpu(amount) if name == "cpu" else quantities.format_bytes(amount)
