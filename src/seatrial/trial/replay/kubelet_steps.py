"""What a recording does to the API server while it runs: create, delete, patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object, evolve
from seatrial.trial.replay.kubelet_rows import Watch
from seatrial.trial.replay.patches import merged

Step = Mapping[str, Any]
NAMESPACE = "default"


class Steps:
    """Does steps and notes how the API server answered."""

    def __init__(self, cluster: Cluster, watch: Watch, node: str) -> None:
        self._cluster = cluster
        self._watch = watch
        self._node = node

    def create(self, obj: Mapping[str, Any]) -> int:
        """Create an object; gives the HTTP status."""
        made = Object(_with_node(obj, self._node))
        try:
            self._cluster.api.create(evolve(made, metadata={"namespace": NAMESPACE}))
        except errors.ApiError as error:
            return error.code
        return 201

    def do(self, step: Step) -> None:
        """Do one step."""
        row = {"event": "STEP", "do": step["do"]}
        if step["do"] == "create":
            obj = step["object"]
            row |= {"kind": obj["kind"], "name": obj["metadata"]["name"], "status": self.create(obj)}
        else:
            row |= {"kind": step["kind"], "name": step["name"]}
            act = self._delete if step["do"] == "delete" else self._patch
            try:
                act(step)
                row["status"] = 200
            except errors.ApiError as error:
                row["status"] = error.code
            row |= {field: step[field] for field in ("grace", "type", "subresource") if field in step}
        self._watch.add(**row)

    def _delete(self, step: Step) -> None:
        self._cluster.api.delete((step["kind"], NAMESPACE, step["name"]), grace=step.get("grace"))

    def _patch(self, step: Step) -> None:
        api = self._cluster.api
        old = api.present((step["kind"], NAMESPACE, step["name"]))
        new = Object(merged(old, step["patch"], strategic=step.get("type") == "strategic"))
        if step.get("subresource") == "status":
            api.update_status(old, new["status"])
        else:
            api.update(new)


def _with_node(value: Any, node: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_node(one, node) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_node(one, node) for one in value]
    return value.replace("$NODE", node) if isinstance(value, str) else value
