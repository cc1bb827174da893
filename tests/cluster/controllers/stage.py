"""A small cluster whose pods do what their annotations say, and short ways to make its objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object, evolve
from seatrial.model.pods import is_ready
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets


class Stage:
    def __init__(self, nodes: int = 3, *, seed: int = 0, zones: Iterable[str] = ()) -> None:
        self.cluster = Cluster(seed=seed)
        self.cluster.start()
        self.kubelets = ScriptedKubelets(self.cluster)
        self.kubelets.start()
        names = list(zones)
        for i in range(nodes):
            self.kubelets.register(node(f"node-{i}", names[i % len(names)] if names else ""))
        self.store, self.api = self.cluster.store, self.cluster.api

    def apply(self, *objects: Object) -> None:
        self.cluster.apply(objects)

    def run(self, seconds: float) -> None:
        self.cluster.run(seconds)

    def get(self, kind: str, name: str) -> Object:
        return self.api.present((kind, "default", name))

    def change(self, kind: str, name: str, **spec: Any) -> None:
        found = self.get(kind, name)
        self.api.update(evolve(found, spec={**found.spec, **spec}))

    def pods(self, **labels: str) -> list[Object]:
        return [p for p in self.store.list("Pod") if labels.items() <= p.labels.items()]

    def alive(self) -> list[Object]:
        return [p for p in self.pods() if not p.deleting and p.status.get("phase") not in ("Succeeded", "Failed")]

    def ready(self) -> int:
        return sum(is_ready(p) and not p.deleting for p in self.pods())

    def reasons(self, kind: str) -> list[str]:
        return [e["reason"] for e in self.store.list("Event") if e["involvedObject"]["kind"] == kind]


def node(name: str, zone: str = "") -> Object:
    labels = {"kubernetes.io/hostname": name, **({"topology.kubernetes.io/zone": zone} if zone else {})}
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    return Object(
        apiVersion="v1", kind="Node", metadata={"name": name, "labels": labels}, spec={},
        status={"capacity": room, "allocatable": room},
    )  # fmt: skip


def template(app: str = "web", image: str = "img:1", **annotations: str) -> dict[str, Any]:
    marks = {f"sim/{key.replace('_', '-')}": value for key, value in annotations.items()}
    container = {"name": "c", "image": image, "resources": {"requests": {"cpu": "50m"}}}
    return {"metadata": {"labels": {"app": app}, "annotations": marks}, "spec": {"containers": [container]}}


def workload(kind: str, name: str = "web", pod: Mapping[str, Any] | None = None, **spec: Any) -> Object:
    pod = template(name) if pod is None else pod
    given = {"selector": {"matchLabels": {"app": name}}, "template": pod, **spec}
    return Object(apiVersion="apps/v1", kind=kind, metadata={"name": name, "namespace": "default"}, spec=given)


def job(name: str = "work", pod: Mapping[str, Any] | None = None, **spec: Any) -> Object:
    pod = template(name, ready_after="0.5", exit_after="2") if pod is None else dict(pod)
    pod = {**pod, "spec": {**pod["spec"], "restartPolicy": spec.pop("restartPolicy", "Never")}}
    meta = {"name": name, "namespace": "default"}
    return Object(apiVersion="batch/v1", kind="Job", metadata=meta, spec={"template": pod, **spec})


def budget(name: str = "web", app: str = "web", **spec: Any) -> Object:
    meta = {"name": name, "namespace": "default"}
    given = {"selector": {"matchLabels": {"app": app}}, **spec}
    return Object(apiVersion="policy/v1", kind="PodDisruptionBudget", metadata=meta, spec=given)
