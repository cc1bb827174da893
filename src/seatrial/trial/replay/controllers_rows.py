"""What a watch of the API server shows while controllers work, as rows of the recordings' format."""

from __future__ import annotations

from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers.deployment_arithmetic import REVISION
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object, controller_of, dig
from seatrial.model.pods import is_ready

Row = dict[str, Any]
COUNTED = frozenset(
    {
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
    }
)  # fmt: skip
"""Kinds whose rows show spec, status and conditions."""
SPEC_FIELDS = ("replicas", "parallelism", "completions", "suspend")
INDEX_LABELS = ("apps.kubernetes.io/pod-index", "batch.kubernetes.io/job-completion-index")
POD_CONDITIONS = ("PodScheduled", "DisruptionTarget")


class Watch:
    """Notes every write that changes what a row shows of an object in the scenario's namespace."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.rows: list[Row] = []
        self._clock = cluster.clock
        self._began = cluster.clock.now
        self._namespace = namespace
        self._shown: dict[tuple[str, str], Row] = {}
        self._last: dict[tuple[str, str], float] = {}
        cluster.store.watch(None, self._written)

    def add(self, **row: Any) -> None:
        """Note a row at the present moment."""
        self._add(self._clock.now, row)

    def _add(self, time: float, row: Row) -> None:
        self.rows.append({"t": round(time - self._began, 2), **row})

    def _written(self, event: EventType, obj: Object, old: Object | None) -> None:
        if obj.namespace != self._namespace:
            return
        row = shown(obj)
        if row is None:
            return
        place = (obj.kind, obj.name)
        if event == "MODIFIED" and self._shown.get(place) == row:
            return
        self._shown[place] = row
        # Writes that take time overlap; those to one object come one after the other all the same.
        time = self._last[place] = max(self._clock.now, self._last.get(place, 0.0))
        self._add(time, {"event": event, **row})


def shown(obj: Object) -> Row | None:
    """What a row shows of an object; None for kinds that are not recorded."""
    row: Row = {"kind": obj.kind, "name": obj.name}
    if obj.kind == "Event":
        about = obj["involvedObject"]
        return row | {
            "reason": obj.get("reason"), "message": obj.get("message"),
            "involved": f"{about.get('kind')}/{about.get('name')}", "count": obj.get("count"),
            "source": obj.get("reportingComponent"),
        }  # fmt: skip
    owner = controller_of(obj)
    if owner is not None:
        row["owner"] = f"{owner['kind']}/{owner['name']}"
    if obj.deleting:
        row["deleting"] = True
    if obj.kind == "Pod":
        return row | _pod(obj)
    if obj.kind == "EndpointSlice":
        return row | {"endpoints": sorted(_endpoint(e) for e in obj.get("endpoints") or ())}
    if obj.kind not in COUNTED:
        return None
    row["spec"] = {k: obj.spec[k] for k in SPEC_FIELDS if k in obj.spec}
    row["status"] = {k: v for k, v in obj.status.items() if _is_shown(k, v)}
    row["conditions"] = {c["type"]: [c["status"], c.get("reason")] for c in obj.status.get("conditions") or ()}
    if obj.kind == "ReplicaSet":
        row["revision"] = obj.annotations.get(REVISION)
    return row


def _is_shown(field: str, value: Any) -> bool:
    """Counts and names, but no times, lists or maps."""
    return value is not None and not isinstance(value, (list, dict)) and not field.endswith("Time")


def _pod(pod: Object) -> Row:
    row: Row = {
        "node": pod.spec.get("nodeName"), "phase": pod.status.get("phase"), "ready": is_ready(pod),
        "image": dig(pod, "spec", "containers", 0, "image"),
        "conditions": {
            c["type"]: [c["status"], c.get("reason")]
            for c in pod.status.get("conditions") or () if c["type"] in POD_CONDITIONS
        },
    }  # fmt: skip
    index = next((pod.labels[label] for label in INDEX_LABELS if label in pod.labels), None)
    return row | ({"index": index} if index is not None else {})


def _endpoint(endpoint: dict[str, Any]) -> list[Any]:
    state = endpoint.get("conditions") or {}
    return [endpoint["targetRef"]["name"], state.get("ready"), state.get("serving"), state.get("terminating")]
