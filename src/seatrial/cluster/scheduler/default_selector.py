"""Which pods default spreading counts a pod among (plugins/helper/spread.go, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.scheduler.lister import Lister
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.model import selectors

OWNERS = frozenset({("v1", "ReplicationController"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet")})


def default_selector(pod: PodInfo, lister: Lister) -> Mapping[str, Any] | None:
    """The merged selectors of all Services that select the pod and of the controller that owns it; None where empty."""
    labels: dict[str, str] = {}
    for service in lister.list("Service", pod.namespace):
        wanted = service.spec.get("selector")
        if selectors.matches_map(wanted, pod.labels):
            labels.update(wanted or {})
    expressions: list[Mapping[str, Any]] = []
    owner = pod.owner
    if owner is not None and (owner.get("apiVersion"), owner.get("kind")) in OWNERS:
        found = lister.get(owner["kind"], pod.namespace, owner.get("name", ""))
        if found is not None:
            own = found.spec.get("selector") or {}
            if owner["kind"] == "ReplicationController":
                labels.update(own)
            else:
                expressions = [
                    {"key": k, "operator": "In", "values": [v]} for k, v in (own.get("matchLabels") or {}).items()
                ]
                expressions += own.get("matchExpressions") or ()
    if not labels and not expressions:
        return None
    return {"matchLabels": labels, "matchExpressions": expressions}
