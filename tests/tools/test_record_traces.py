"""Recordings of real clusters: rows from what watches show, and what the API server is asked."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from seatrial.model.objects import Object
from seatrial.trial.replay import controllers
from seatrial.trial.replay.controllers_rows import Watch
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets
from tools import record_traces
from tools.recording.client import Client, Refused
from tools.recording.metrics_api import pod_metrics_list
from tools.recording.mirror import Mirror
from tools.recording.steps import RealSteps

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u1", "controller": True}
SERVED: dict[str, dict[str, Any]] = {
    "/apis": {"groups": [{"preferredVersion": {"groupVersion": v}} for v in ("apps/v1", "coordination.k8s.io/v1")]},
    "/api/v1": {
        "resources": [
            {"name": "pods", "kind": "Pod"}, {"name": "nodes", "kind": "Node"},
            {"name": "namespaces", "kind": "Namespace"},
        ]
    },
    "/apis/apps/v1": {
        "resources": [
            {"name": "deployments", "kind": "Deployment"}, {"name": "deployments/status", "kind": "Deployment"},
        ]
    },
    "/apis/coordination.k8s.io/v1": {"resources": [{"name": "leases", "kind": "Lease"}]},
}  # fmt: skip
PODS = "/api/v1/namespaces/rec-x/pods"
WEB = "/apis/apps/v1/namespaces/rec-x/deployments/web"


def pod(phase: str, *, ready: bool = False, rv: int = 1, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "web-1-abc", "namespace": "rec-x", "uid": "p1", "resourceVersion": str(rv),
            "labels": {"app": "web"}, "creationTimestamp": "2026-01-01T00:00:00Z", "ownerReferences": [OWNER],
            **metadata,
        },
        "spec": {"nodeName": "node-0", "containers": [{"name": "c", "image": "img:1"}]},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": str(ready)}]},
    }  # fmt: skip


class Told(Client):
    """Notes what it is asked; refuses evictions as a budget does, and to create what exists."""

    def __init__(self, *present: str) -> None:
        super().__init__("nowhere", 0)
        self.asked: list[tuple[str, str, Any]] = []
        self._present = present
        self.discover()

    def request(self, method: str, path: str, body: Any = None, content: str = "application/json") -> dict[str, Any]:
        if path in SERVED:
            return SERVED[path]
        self.asked.append((method, path, body))
        if path.endswith("/eviction"):
            raise Refused(429, "Cannot evict pod as it would violate the budget.")
        if method == "POST" and path in self._present:
            raise Refused(409, "already exists")
        return {"gitVersion": "v1.36.0"}

    def watch(self, kind: str) -> Iterator[tuple[str, Object]]:
        return iter(())


def mirror_of(client: Client) -> Mirror:
    mirror = Mirror(client)
    mirror.namespaces.add("rec-x")
    return mirror


def test_rows_stand_where_something_changed_that_rows_show() -> None:
    mirror = mirror_of(Told())
    watch = Watch(mirror, "rec-x")
    for event, obj in [
        ("ADDED", pod("Pending")), ("MODIFIED", pod("Running", rv=2)), ("MODIFIED", pod("Running", rv=3)),
        ("MODIFIED", pod("Running", ready=True, rv=4)),
        ("MODIFIED", pod("Running", ready=True, rv=5, deletionTimestamp="2026-01-01T00:00:09Z")),
        ("DELETED", pod("Running", ready=True, rv=6, deletionTimestamp="2026-01-01T00:00:09Z")),
        ("ADDED", {**pod("Pending"), "metadata": {"name": "elsewhere", "namespace": "default"}}),
    ]:  # fmt: skip
        mirror.note(event, Object(obj))
    assert [(r["event"], r["phase"], r["ready"], r.get("deleting")) for r in watch.rows] == [
        ("ADDED", "Pending", False, None), ("MODIFIED", "Running", False, None), ("MODIFIED", "Running", True, None),
        ("MODIFIED", "Running", True, True), ("DELETED", "Running", True, True),
    ]  # fmt: skip
    assert watch.rows[0]["owner"] == "ReplicaSet/web-1"
    assert watch.rows[0]["image"] == "img:1"
    assert mirror.store.get("Pod", "rec-x", "web-1-abc") is None
    assert mirror.store.get("Pod", "default", "elsewhere") is None


def test_rows_of_events_and_workloads_are_those_of_the_replay() -> None:
    mirror = mirror_of(Told())
    watch = Watch(mirror, "rec-x")
    meta = {"name": "web", "namespace": "rec-x"}
    told: list[dict[str, Any]] = [
        {
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {"replicas": 2, "paused": True},
            "status": {"readyReplicas": 1, "conditions": [{"type": "Available", "status": "True", "reason": "M"}]},
        },
        {
            "apiVersion": "v1", "kind": "Event", "metadata": {**meta, "name": "web.1"}, "count": 1, "reason": "R",
            "message": "m", "reportingComponent": "deployment-controller",
            "involvedObject": {"kind": "Deployment", "name": "web"},
        },
    ]  # fmt: skip
    for obj in told:
        mirror.note("ADDED", Object(obj))
    workload, event_row = watch.rows
    assert workload["spec"] == {"replicas": 2}
    assert workload["status"] == {"readyReplicas": 1}
    assert workload["conditions"] == {"Available": ["True", "M"]}
    assert (event_row["involved"], event_row["source"]) == ("Deployment/web", "deployment-controller")


def steps_on(client: Told) -> RealSteps:
    mirror = mirror_of(client)
    mirror.note("ADDED", Object(pod("Running", ready=True)))
    return RealSteps(client, mirror, ScriptedKubelets(mirror), Watch(mirror, "rec-x"), "rec-x")


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        (
            {"do": "scale", "kind": "Deployment", "name": "web", "replicas": 3},
            ("PATCH", f"{WEB}/scale", {"spec": {"replicas": 3}}),
        ),
        (
            {"do": "delete", "kind": "Deployment", "name": "web", "propagation": "Orphan"},
            ("DELETE", WEB, {"propagationPolicy": "Orphan"}),
        ),
        (
            {"do": "delete", "kind": "Pod", "selector": "app=web", "count": 1, "grace": 0},
            ("DELETE", f"{PODS}/web-1-abc", {"propagationPolicy": "Background", "gracePeriodSeconds": 0}),
        ),
        (
            {"do": "patch", "kind": "Deployment", "name": "web", "body": {"spec": {"paused": True}}},
            ("PATCH", WEB, {"spec": {"paused": True}}),
        ),
        ({"do": "cordon", "node": "n"}, ("PATCH", "/api/v1/nodes/n", {"spec": {"unschedulable": True}})),
        ({"do": "uncordon", "node": "n"}, ("PATCH", "/api/v1/nodes/n", {"spec": {"unschedulable": None}})),
    ],
)
def test_steps_are_requests(step: dict[str, Any], asked: tuple[str, str, Any]) -> None:
    client = Told()
    steps_on(client).do(step)
    assert client.asked[-1] == asked


def test_what_is_applied_is_made_or_patched() -> None:
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    client = Told("/apis/apps/v1/namespaces/rec-x/deployments")
    steps_on(client).do({"do": "apply", "objects": [web]})
    assert [(method, path) for method, path, _ in client.asked] == [
        ("POST", "/apis/apps/v1/namespaces/rec-x/deployments"), ("PATCH", WEB),
    ]  # fmt: skip


def test_evictions_tell_the_servers_answers() -> None:
    steps = steps_on(Told())
    assert steps._evict({"do": "evict", "selector": "app=web"}) == {
        "results": [["web-1-abc", "429 Cannot evict pod as it would violate the budget."]]
    }


def test_made_up_kubelets_write_what_is_new() -> None:
    client = Told()
    mirror = mirror_of(client)
    kubelets = ScriptedKubelets(mirror, (0.0, 0.0), (0.0, 0.0))
    kubelets.start()
    kubelets.register(controllers.nodes({})[0])
    mirror.note("ADDED", Object(pod("Pending")))
    mirror.clock.run(mirror.clock.now)
    mirror.writes.finish()
    asked = sorted(client.asked, key=lambda a: a[1])
    assert [(method, path) for method, path, _ in asked] == [
        ("PATCH", f"{PODS}/web-1-abc/status"), ("POST", "/api/v1/nodes"), ("PATCH", "/api/v1/nodes/node-0/status"),
    ]  # fmt: skip
    assert asked[0][2]["status"]["phase"] == "Running"
    assert "status" not in asked[1][2]
    assert len(mirror.writes.took) == 2


def test_the_metrics_api_says_what_scenarios_script() -> None:
    mirror = mirror_of(Told())
    kubelets = ScriptedKubelets(mirror)
    mirror.note("ADDED", Object(pod("Running", ready=True)))
    assert pod_metrics_list(mirror, "rec-x", {"app": "web"})["items"] == []
    kubelets.use_cpu("rec-x", {"app": "web"}, 70)
    kubelets.use_cpu("rec-y", {"app": "web"}, 90)
    kubelets.start()
    mirror.clock.run(mirror.clock.now + 6)
    (item,) = pod_metrics_list(mirror, "rec-x", {"app": "web"})["items"]
    assert item["metadata"]["name"] == "web-1-abc"
    assert item["window"] == "15s"
    assert item["containers"] == [{"name": "c", "usage": {"cpu": "70m", "memory": "0"}}]
    assert pod_metrics_list(mirror, "rec-x", {"app": "api"})["items"] == []


def test_a_short_scenario_leaves_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "NODES_BEFORE", 0.0)
    client = Told()
    mirror = Mirror(client)
    recorder = record_traces.Recorder(client, mirror, tmp_path, at_once=2, gap=0.0)
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    scenario = {"name": "x", "seconds": 0.05, "objects": [web], "steps": [{"at": 0.01, "do": "cordon", "node": "n"}]}
    recorder.record([scenario])
    case = json.loads(gzip.decompress((tmp_path / "x.json.gz").read_bytes()))
    assert case["scenario"] == scenario
    assert case["kubernetes"] == "v1.36.0"
    assert [row["do"] for row in case["rows"]] == ["apply", "cordon"]
    assert set(case["rig"]) == {"late", "write"}


class _Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        text = json.dumps({"type": "ADDED", "object": pod("Pending")}).encode() + b"\n"
        self._say(200, SERVED.get(self.path, {}) if "watch" not in self.path else None, text)

    def do_DELETE(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._say(404, {"message": "no such pod"})

    def _say(self, code: int, body: Any, text: bytes = b"") -> None:
        text = text if body is None else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def test_the_client_speaks_http() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client("127.0.0.1", server.server_address[1])
    try:
        client.discover()
        assert client.path("Deployment", "rec-x", "web", "scale") == f"{WEB}/scale"
        assert client.path("Node", "rec-x", "n") == "/api/v1/nodes/n"
        with pytest.raises(Refused, match="no such pod") as refusal:
            client.request("DELETE", f"{PODS}/web", {})
        assert refusal.value.code == 404
        assert [(kind, obj.name) for kind, obj in client.watch("Pod")] == [("ADDED", "web-1-abc")]
    finally:
        client.close()
        server.shutdown()
        server.server_close()
