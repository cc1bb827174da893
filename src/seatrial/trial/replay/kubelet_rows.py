"""What a watch of the API server shows while kubelets work, as rows of the recordings' format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.volumes import Files
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object, dig

Row = dict[str, Any]


class Watch:
    """Notes pods, their events and files; or the node, its events and Lease."""

    def __init__(self, cluster: Cluster, node: str, files: Mapping[str, str], *, of_node: bool) -> None:
        self.rows: list[Row] = []
        self._clock = cluster.clock
        self._began = cluster.clock.now
        self._node = node
        self._files = files
        self._shown: dict[str, Row] = {}
        self._contents: dict[str, str] = {}
        self._hidden = _Hider(node)
        cluster.store.watch("Event", self._event)
        if of_node:
            cluster.store.watch("Node", self._node_written)
            cluster.store.watch("Lease", self._lease)
        else:
            cluster.store.watch("Pod", self._pod)

    def add(self, **row: Any) -> None:
        """Note a row at the present moment."""
        self.rows.append({"t": round(self._clock.now - self._began, 3), **row})

    def file(self, pod: tuple[str, str], files: Files) -> None:
        """What a container reads from the file that is looked at."""
        path = self._files.get(pod[1])
        if path is not None and self._contents.get(pod[1]) != files.get(path, "absent"):
            self._contents[pod[1]] = files.get(path, "absent")
            self.add(event="FILE", name=pod[1], file=path, content=self._contents[pod[1]])

    def _pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        row = _pod_row(pod, self._hidden)
        if event == "MODIFIED" and self._shown.get(pod.name) == row:
            return
        self._shown[pod.name] = row
        self.add(event=event, **row)

    def _event(self, event: EventType, obj: Object, old: Object | None) -> None:
        if event == "DELETED":
            return
        about = obj["involvedObject"]
        row: Row = {
            "kind": "Event", "name": "NODE" if about.get("name") == self._node else about.get("name"),
            "reason": obj.get("reason"), "message": self._hidden(str(obj.get("message", ""))),
            "type": obj.get("type"), "source": dig(obj, "source", "component") or obj.get("reportingComponent"),
        }  # fmt: skip
        if "count" in obj:
            row["count"] = obj["count"]
        if path := re.fullmatch(r".*\{(.*)\}", about.get("fieldPath") or ""):
            row["container"] = path.group(1)
        self.add(event=event, **row)

    def _node_written(self, event: EventType, node: Object, old: Object | None) -> None:
        row: Row = {"kind": "Node", "name": "NODE", "conditions": _conditions(node, self._hidden)}
        beats = [c.get("lastHeartbeatTime") for c in node.status.get("conditions") or ()]
        if old is None or beats != [c.get("lastHeartbeatTime") for c in old.status.get("conditions") or ()]:
            row["heartbeat"] = True
        if taints := node.spec.get("taints"):
            row["taints"] = [f"{t['key']}:{t['effect']}" for t in taints]
        row["allocatable"] = {k: node.status.get("allocatable", {}).get(k) for k in ("cpu", "memory", "pods")}
        self.add(event=event, **row)

    def _lease(self, event: EventType, lease: Object, old: Object | None) -> None:
        self.add(event=event, kind="Lease", name="NODE", duration=lease.spec.get("leaseDurationSeconds"))


class _Hider:
    """Puts NS, NODE, UID, IP and N where names and figures differ from run to run."""

    def __init__(self, node: str) -> None:
        self._node = node

    def __call__(self, text: str) -> str:
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", text)
        text = re.sub(r"\b\d+\.\d+\.\d+\.\d+\b", "IP", text).replace(self._node, "NODE")
        text = re.sub(r"in [0-9.]+m?s \([0-9.]+m?s including", "in N (N including", text)
        return re.sub(r"\bdefault/", "NS/", text.replace("_default(", "_NS("))


def _pod_row(pod: Object, hidden: _Hider) -> Row:
    status = pod.status
    row: Row = {"kind": "Pod", "name": pod.name, "phase": status.get("phase"), "qos": status.get("qosClass")}
    for field in ("reason", "message"):
        if status.get(field):
            row[field] = hidden(status[field])
    if pod.spec.get("nodeName"):
        row["scheduled"] = True
    if pod.deleting:
        row |= {"deleting": True, "grace": pod.metadata.get("deletionGracePeriodSeconds")}
    if status.get("podIP"):
        row["ip"] = True
    if status.get("conditions"):
        row["conditions"] = _conditions(pod, hidden)
    for field, name in (("initContainerStatuses", "init"), ("containerStatuses", "containers")):
        if status.get(field):
            row[name] = {s["name"]: _container(s, hidden) for s in status[field]}
    return row


def _conditions(obj: Object, hidden: _Hider) -> Row:
    made = {}
    for condition in obj.status.get("conditions") or ():
        values = [condition["status"], condition.get("reason")]
        if message := condition.get("message"):
            values.append(hidden(message))
        made[condition["type"]] = values
    return made


def _container(status: Mapping[str, Any], hidden: _Hider) -> Row:
    state, message = _state(status.get("state") or {})
    row: Row = {"state": state}
    if message:
        row["message"] = hidden(message)
    row |= {
        "ready": bool(status.get("ready")), "started": bool(status.get("started")),
        "restarts": int(status.get("restartCount", 0)),
    }  # fmt: skip
    if status.get("lastState"):
        row["last"], message = _state(status["lastState"])
        if message:
            row["lastMessage"] = hidden(message)
    return row


def _state(state: Mapping[str, Any]) -> tuple[str | None, str]:
    if "running" in state:
        return "running", ""
    if waiting := state.get("waiting"):
        return f"waiting:{waiting.get('reason', '')}", str(waiting.get("message", ""))
    if ended := state.get("terminated"):
        return f"terminated:{ended.get('reason', '')}:{ended.get('exitCode')}", str(ended.get("message", ""))
    return None, ""
