"""The steps of a scenario, done to a real cluster."""

from __future__ import annotations

from typing import Any

from seatrial.apis.kinds import is_namespaced
from seatrial.cluster.cluster import Cluster
from seatrial.trial.replay.controllers_rows import Watch
from seatrial.trial.replay.controllers_steps import Step, Steps
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets
from tools.recording.client import Client, Refused


class RealSteps(Steps):
    """Does what a scenario asks for by requests to an API server; choosing pods and the rows are the replay's."""

    def __init__(
        self, client: Client, mirror: Cluster, kubelets: ScriptedKubelets, watch: Watch, namespace: str
    ) -> None:
        super().__init__(mirror, kubelets, watch, namespace)
        self._client = client

    def _apply(self, step: Step) -> None:
        for obj in step.get("objects") or [step.get("object") or step.get("body")]:
            path = self._path({**obj, "name": ""})
            try:
                self._client.request("POST", path, obj)
            except Refused as refusal:
                if refusal.code != 409:
                    raise
                self._client.patch(f"{path}/{obj['metadata']['name']}", obj)

    def _patch(self, step: Step) -> None:
        self._client.patch(self._path(step), step["body"], step.get("type", "strategic"))

    def _scale(self, step: Step) -> None:
        self._client.patch(self._path(step, "scale"), {"spec": {"replicas": step["replicas"]}}, "merge")

    def _delete(self, step: Step) -> dict[str, Any]:
        names = [step["name"]] if "name" in step else [p.name for p in self._chosen(step)]
        options: dict[str, Any] = {"propagationPolicy": step.get("propagation", "Background")}
        if "grace" in step:
            options["gracePeriodSeconds"] = step["grace"]
        for name in names:
            self._client.request("DELETE", self._path({**step, "name": name}), options)
        return {"names": names}

    def _evict(self, step: Step) -> dict[str, Any]:
        names = [step["name"]] if "name" in step else [p.name for p in self._chosen(step)]
        return {"results": [[name, self._evicted(name)] for name in names]}

    def _evicted(self, name: str) -> str:
        metadata = {"name": name, "namespace": self._namespace}
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        try:
            self._client.request("POST", self._path({"kind": "Pod", "name": name}, "eviction"), eviction)
        except Refused as refusal:
            return f"{refusal.code} {refusal}"
        return "evicted"

    def _cordon(self, step: Step) -> None:
        self._client.patch(self._client.path("Node", "", step["node"]), {"spec": {"unschedulable": True}})

    def _uncordon(self, step: Step) -> None:
        self._client.patch(self._client.path("Node", "", step["node"]), {"spec": {"unschedulable": None}})

    def _path(self, step: Step, subresource: str = "") -> str:
        namespace = self._namespace if is_namespaced(step) else ""
        return self._client.path(step["kind"], namespace, step["name"], subresource)
