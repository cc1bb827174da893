"""The steps of a scenario that was recorded from a real control plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.apis.kinds import is_namespaced
from seatrial.cluster import errors, eviction
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.failures.drain import cordon
from seatrial.cluster.pod_lookup import pods_matching
from seatrial.manifests.json_patch import apply_operations
from seatrial.model.objects import Object, evolve
from seatrial.trial.replay.controllers_rows import Watch
from seatrial.trial.replay.patches import merged
from seatrial.trial.replay.scripted_kubelet import ScriptedKubelets

Step = Mapping[str, Any]


class Steps:
    """Does what a scenario asks for; each step leaves a row."""

    def __init__(self, cluster: Cluster, kubelets: ScriptedKubelets, watch: Watch, namespace: str) -> None:
        self._cluster = cluster
        self._kubelets = kubelets
        self._watch = watch
        self._namespace = namespace

    def do(self, step: Step) -> None:
        """Do one step."""
        action = getattr(self, "_" + step["do"].replace("-", "_"))
        told = action(step)
        self._watch.add(event="STEP", do=step["do"], **(told or {}))

    def _apply(self, step: Step) -> None:
        objects = step.get("objects") or ([step["object"]] if "object" in step else [step["body"]])
        for given in objects:
            obj = evolve(given, metadata={"namespace": self._namespace})
            present = self._cluster.store.get(*obj.key)
            if present is not None:
                obj = Object(merged(present, obj, strategic=True))
            self._cluster.apply([obj])

    def _patch(self, step: Step) -> None:
        old = self._named(step)
        if step.get("type") == "json":
            self._cluster.api.update(apply_operations(old, step["body"]))
        else:
            strategic = step.get("type", "strategic") == "strategic"
            self._cluster.api.update(Object(merged(old, step["body"], strategic=strategic)))

    def _scale(self, step: Step) -> None:
        old = self._named(step)
        self._cluster.api.update(evolve(old, spec={**old.spec, "replicas": step["replicas"]}))

    def _delete(self, step: Step) -> dict[str, Any]:
        names = [step["name"]] if "name" in step else [p.name for p in self._chosen(step)]
        for name in names:
            obj = self._named({**step, "name": name})
            self._cluster.api.delete(
                obj.key, grace=step.get("grace"), propagation=step.get("propagation", "Background")
            )
        return {"names": names}

    def _evict(self, step: Step) -> dict[str, Any]:
        results = []
        for pod in [self._named({**step, "kind": "Pod"})] if "name" in step else self._chosen(step):
            try:
                eviction.evict(self._cluster, pod.key)
            except errors.ApiError as refusal:
                results.append([pod.name, f"{refusal.code} {refusal.message}"])
            else:
                results.append([pod.name, "evicted"])
        return {"results": results}

    def _cordon(self, step: Step) -> None:
        cordon(self._cluster, step["node"], True)

    def _uncordon(self, step: Step) -> None:
        cordon(self._cluster, step["node"], False)

    def _node_down(self, step: Step) -> None:
        self._kubelets.take_down(step["node"])

    def _node_up(self, step: Step) -> None:
        self._kubelets.bring_up(step["node"])

    def _cpu(self, step: Step) -> None:
        self._kubelets.use_cpu(self._namespace, _labels(step), int(step["millicores"]))

    def _named(self, step: Step) -> Object:
        namespace = self._namespace if is_namespaced(step) else ""
        return self._cluster.api.present((step["kind"], namespace, step["name"]))

    def _selected(self, step: Step) -> list[Object]:
        return pods_matching(self._cluster.store, self._namespace, {"matchLabels": _labels(step)})

    def _chosen(self, step: Step) -> list[Object]:
        """The `count` oldest pods of the selector; of equal age the first by name."""
        found = sorted(self._selected(step), key=lambda p: (p.metadata["creationTimestamp"], p.name))
        return found[: step.get("count", len(found))]


def _labels(step: Step) -> dict[str, str]:
    """The labels that a step's selector (`app=web,tier=front`) asks for."""
    return dict(part.split("=", 1) for part in str(step.get("selector") or "").split(",") if part)
