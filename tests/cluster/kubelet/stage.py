"""A cluster of nodes with kubelets and nothing else: pods are bound by hand, and do what annotations say."""

from __future__ import annotations

import json
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime

NAMESPACE = "shop"
NODE = "node-1"


def node(name: str = NODE, **allocatable: str) -> Object:
    capacity = {"cpu": "4", "memory": "8Gi", "pods": "110", **allocatable}
    status = {"capacity": capacity, "allocatable": capacity}
    return Object({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {}, "status": status})


def container(name: str = "app", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "present/app:1", **fields}


def probe(word: str, **fields: Any) -> dict[str, Any]:
    return {"exec": {"command": [word]}, **fields}


def pod(name: str = "cart", scripts: dict[str, Any] | None = None, **spec: Any) -> Object:
    annotations = {"sim/containers": json.dumps(scripts or {})}
    spec = {"nodeName": NODE, "containers": [container()], **spec}
    meta = {"name": name, "namespace": NAMESPACE, "annotations": annotations}
    return Object({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})


class Stage:
    """A running cluster with one node, or those that are given."""

    def __init__(self, *nodes: Object, seed: int = 0) -> None:
        self.cluster = Cluster(seed=seed)
        self.kubelets = self.cluster.kubelets = Kubelets(self.cluster, ScriptedRuntime([]))
        self.kubelets.start()
        self.cluster.apply(nodes or [node()])
        self.observed: list[tuple[str, str, float]] = []
        self.kubelets.observe(self.observe)

    def observe(self, what: str, pod: tuple[str, str], container: str, time: float) -> None:
        self.observed.append((what, container, round(time, 1)))

    def run(self, until: float, *pods: Object) -> Stage:
        for one in pods:
            self.cluster.api.create(one)
        self.cluster.clock.run(until)
        return self

    def get(self, name: str = "cart") -> Object | None:
        return self.cluster.store.get("Pod", NAMESPACE, name)

    def pod(self, name: str = "cart") -> Object:
        found = self.get(name)
        assert found is not None, f"no pod {name}"
        return found

    def container(self, name: str = "app", of: str = "cart") -> dict[str, Any]:
        status = self.pod(of).status
        statuses = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
        return dict(next(s for s in statuses if s["name"] == name))

    def condition(self, kind: str, of: str = "cart") -> str | None:
        found = {c["type"]: c["status"] for c in self.pod(of).status.get("conditions", [])}
        return found.get(kind)

    def delete(self, name: str = "cart", grace: int | None = None) -> None:
        self.cluster.api.delete(("Pod", NAMESPACE, name), grace=grace)

    def reasons(self) -> list[str]:
        return [event["reason"] for event in self.cluster.store.list("Event")]

    def times(self, what: str, name: str = "app") -> list[float]:
        return [time for event, who, time in self.observed if event == what and who == name]
