"""What objects count as in ResourceQuotas (pkg/quota/v1/evaluator/core, Kubernetes 1.36).

Pods count by their requests and limits, while they have not ended; claims by their storage; everything by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.model import pods, quantities
from seatrial.model.objects import Object, dig

Usage = dict[str, int]
PLURALS = {
    "Pod": ("pods", ""), "Service": ("services", ""), "Secret": ("secrets", ""), "ConfigMap": ("configmaps", ""),
    "PersistentVolumeClaim": ("persistentvolumeclaims", ""), "ReplicationController": ("replicationcontrollers", ""),
    "ResourceQuota": ("resourcequotas", ""), "Deployment": ("deployments", "apps"),
    "ReplicaSet": ("replicasets", "apps"), "StatefulSet": ("statefulsets", "apps"),
    "DaemonSet": ("daemonsets", "apps"), "Job": ("jobs", "batch"), "CronJob": ("cronjobs", "batch"),
    "Ingress": ("ingresses", "networking.k8s.io"),
    "HorizontalPodAutoscaler": ("horizontalpodautoscalers", "autoscaling"),
}  # fmt: skip
"""Kinds that quotas count, with their plural and group."""
COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def usage(obj: Object) -> Usage:
    """What the object counts as, cpu in millicores, the rest in whole units."""
    plural, group = PLURALS[obj.kind]
    found: Usage = {f"count/{plural}.{group}" if group else f"count/{plural}": 1}
    if obj.kind == "Pod":
        return _pod(obj, found)
    if not group:
        found[plural] = 1
    if obj.kind == "PersistentVolumeClaim":
        size = quantities.whole(dig(obj, "spec", "resources", "requests", "storage", default="0"))
        found["requests.storage"] = size
        if name := obj.spec.get("storageClassName"):
            prefix = f"{name}.storageclass.storage.k8s.io"
            found |= {f"{prefix}/requests.storage": size, f"{prefix}/persistentvolumeclaims": 1}
    if obj.kind == "Service" and obj.spec.get("type") in ("LoadBalancer", "NodePort"):
        found["services.nodeports"] = len(obj.spec.get("ports") or ())
        if obj.spec["type"] == "LoadBalancer":
            found["services.loadbalancers"] = 1
    return found


def _pod(pod: Object, found: Usage) -> Usage:
    if pods.is_terminal(pod):
        return found
    found["pods"] = 1
    for name, amount in pods.requests(pod.spec).items():
        found[f"requests.{name}"] = amount
        if "/" not in name:
            found[name] = amount
    for name, amount in pods.limits(pod.spec).items():
        found[f"limits.{name}"] = amount
    return found


def applies(quota: Object, obj: Object) -> bool:
    """Whether the object is within the quota's scopes; only pods are told apart by them."""
    scopes = [(s, None) for s in quota.spec.get("scopes") or ()]
    wanted = [(e["scopeName"], e) for e in dig(quota, "spec", "scopeSelector", "matchExpressions", default=())]
    return all(_in_scope(name, expression, obj) for name, expression in [*scopes, *wanted])


def _in_scope(name: str, expression: Mapping[str, Any] | None, obj: Object) -> bool:
    if obj.kind != "Pod":
        return False
    match name:
        case "BestEffort":
            return pods.qos_class(obj.spec) == "BestEffort"
        case "NotBestEffort":
            return pods.qos_class(obj.spec) != "BestEffort"
        case "Terminating":
            return obj.spec.get("activeDeadlineSeconds") is not None
        case "NotTerminating":
            return obj.spec.get("activeDeadlineSeconds") is None
        case "PriorityClass":
            given = obj.spec.get("priorityClassName")
            operator, values = (expression or {}).get("operator", "Exists"), (expression or {}).get("values") or ()
            return {
                "In": given in values, "NotIn": given not in values,
                "Exists": bool(given), "DoesNotExist": not given,
            }.get(operator, False)  # fmt: skip
    return False


def parsed(amounts: Mapping[str, Any]) -> Usage:
    """A quota's hard limits or use as numbers."""
    return {name: _amount(name, value) for name, value in amounts.items()}


def shown(name: str, amount: int) -> str:
    """A number as a quantity."""
    if name.endswith("cpu"):
        return quantities.format_cpu(amount)
    return quantities.format_bytes(amount) if name.endswith(("memory", "storage")) else str(amount)


def missing_requests(quota: Object, pod: Object) -> str:
    """Compute resources that the quota limits and containers do not name: `limits.cpu for: c`; "" where none is."""
    hard = [name for name in sorted(quota.spec.get("hard") or {}) if name in COMPUTE]
    parts = []
    for name in hard:
        field, _, resource = name.rpartition(".")
        lacking = [
            c["name"]
            for c in pods.containers(pod.spec)
            if resource not in ((c.get("resources") or {}).get(field or "requests") or {})
        ]
        if lacking:
            parts.append(f"{name} for: {','.join(lacking)}")
    return "; ".join(parts)


def listed(names: Iterable[str], amounts: Usage) -> str:
    """`cpu=500m,memory=1Gi` in order of names."""
    return ",".join(f"{name}={shown(name, amounts.get(name, 0))}" for name in sorted(names))


def _amount(name: str, value: Any) -> int:
    return quantities.millis(value) if name.endswith("cpu") else quantities.whole(value)
