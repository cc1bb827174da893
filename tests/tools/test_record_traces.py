"""Recordings of real clusters: rows from what kubectl prints, and what kubectl is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object
from seatrial.trial.replay import controllers
from seatrial.trial.replay.controllers_rows import Watch
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets
from tools.record_traces import Kubectl, KubectlSteps, Mirror, Refused, answer, watch_events

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u1", "controller": True}


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


def printed(*events: tuple[str, dict[str, Any]], indent: int | None = 4) -> Iterator[str]:
    """What `kubectl get -o json --watch --output-watch-events` prints, line by line."""
    for kind, obj in events:
        yield from (json.dumps({"type": kind, "object": obj}, indent=indent) + "\n").splitlines(keepends=True)


class Told(Kubectl):
    """Notes what it is asked; refuses evictions as a budget does."""

    def __init__(self) -> None:
        super().__init__("nowhere")
        self.asked: list[tuple[tuple[str, ...], Any]] = []

    def run(self, *args: str, given: Any = None) -> str:
        self.asked.append((args, given))
        if args[0] == "create":
            raise Refused("Error from server (TooManyRequests): Cannot evict pod as it would violate the budget.")
        return ""


@pytest.mark.parametrize("indent", [4, None])
def test_documents_one_behind_the_other_are_told_apart(indent: int | None) -> None:
    lines = printed(("ADDED", pod("Pending")), ("MODIFIED", pod("Running", rv=2)), indent=indent)
    assert [(kind, obj.status["phase"]) for kind, obj in watch_events(lines)] == [
        ("ADDED", "Pending"), ("MODIFIED", "Running"),
    ]  # fmt: skip


def test_rows_stand_where_something_changed_that_rows_show() -> None:
    mirror = Mirror(Told())
    watch = Watch(mirror, "rec-x")
    told = [
        ("ADDED", pod("Pending")), ("MODIFIED", pod("Running", rv=2)), ("MODIFIED", pod("Running", rv=3)),
        ("MODIFIED", pod("Running", ready=True, rv=4)),
        ("MODIFIED", pod("Running", ready=True, rv=5, deletionTimestamp="2026-01-01T00:00:09Z")),
        ("DELETED", pod("Running", ready=True, rv=6, deletionTimestamp="2026-01-01T00:00:09Z")),
        ("ADDED", {**pod("Pending"), "metadata": {"name": "elsewhere", "namespace": "default"}}),
    ]  # fmt: skip
    for event in watch_events(printed(*told)):
        mirror.note(*event)
    assert [(r["event"], r["phase"], r["ready"], r.get("deleting")) for r in watch.rows] == [
        ("ADDED", "Pending", False, None), ("MODIFIED", "Running", False, None), ("MODIFIED", "Running", True, None),
        ("MODIFIED", "Running", True, True), ("DELETED", "Running", True, True),
    ]  # fmt: skip
    assert watch.rows[0]["owner"] == "ReplicaSet/web-1"
    assert watch.rows[0]["image"] == "img:1"
    assert mirror.store.get("Pod", "rec-x", "web-1-abc") is None


def test_rows_of_events_and_workloads_are_those_of_the_replay() -> None:
    mirror = Mirror(Told())
    watch = Watch(mirror, "rec-x")
    meta = {"name": "web", "namespace": "rec-x"}
    told: list[tuple[str, dict[str, Any]]] = [
        (
            "ADDED",
            {
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
                "spec": {"replicas": 2, "paused": True},
                "status": {"readyReplicas": 1, "conditions": [{"type": "Available", "status": "True", "reason": "M"}]},
            },
        ),
        (
            "ADDED",
            {
                "apiVersion": "v1", "kind": "Event", "metadata": {**meta, "name": "web.1"}, "count": 1, "reason": "R",
                "message": "m", "reportingComponent": "deployment-controller",
                "involvedObject": {"kind": "Deployment", "name": "web"},
            },
        ),
    ]  # fmt: skip
    for event in watch_events(printed(*told)):
        mirror.note(*event)
    workload, event_row = watch.rows
    assert workload["spec"] == {"replicas": 2}
    assert workload["status"] == {"readyReplicas": 1}
    assert workload["conditions"] == {"Available": ["True", "M"]}
    assert (event_row["involved"], event_row["source"]) == ("Deployment/web", "deployment-controller")


def steps_on(kubectl: Told) -> KubectlSteps:
    mirror = Mirror(kubectl)
    mirror.note("ADDED", Object(pod("Running", ready=True)))
    return KubectlSteps(mirror, kubectl, ScriptedKubelets(mirror), Watch(mirror, "rec-x"), "rec-x")


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        (
            {"do": "scale", "kind": "Deployment", "name": "web", "replicas": 3},
            "scale Deployment/web --replicas=3 -n rec-x",
        ),
        (
            {"do": "delete", "kind": "Deployment", "name": "web", "propagation": "Orphan"},
            "delete Deployment web --cascade=orphan --wait=false -n rec-x",
        ),
        (
            {"do": "delete", "kind": "Pod", "selector": "app=web", "count": 1},
            "delete Pod web-1-abc --cascade=background --wait=false -n rec-x",
        ),
        (
            {"do": "patch", "kind": "Deployment", "name": "web", "body": {"spec": {"paused": True}}},
            'patch Deployment web --type=strategic -p {"spec": {"paused": true}} -n rec-x',
        ),
        ({"do": "cordon", "node": "n"}, "cordon n"), ({"do": "uncordon", "node": "n"}, "uncordon n"),
    ],
)  # fmt: skip
def test_steps_are_what_a_user_would_type(step: dict[str, Any], asked: str) -> None:
    kubectl = Told()
    steps_on(kubectl).do(step)
    assert " ".join(kubectl.asked[-1][0]) == asked


def test_evictions_tell_the_servers_answers() -> None:
    steps = steps_on(Told())
    assert steps._evict({"do": "evict", "selector": "app=web"}) == {
        "results": [["web-1-abc", "429 Cannot evict pod as it would violate the budget."]]
    }
    assert answer("Error from server (InternalError): two budgets").startswith("500 ")


def test_made_up_kubelets_write_through_kubectl() -> None:
    kubectl = Told()
    mirror: Cluster = Mirror(kubectl)
    kubelets = ScriptedKubelets(mirror)
    kubelets.register(controllers.nodes({})[0])
    (_, created), (patched, _) = kubectl.asked
    assert created["kind"] == "Node"
    assert "status" not in created
    assert patched[:3] == ("patch", "Node", "node-0")
    assert patched[-1] == "--subresource=status"
