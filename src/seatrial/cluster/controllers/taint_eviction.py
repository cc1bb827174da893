"""The taint eviction controller: pods leave nodes whose NoExecute taints they do not tolerate, or not for ever.

As pkg/controller/tainteviction/taint_eviction.go (Kubernetes 1.36). Budgets are not asked.
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.clock import Timer
from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.scheduler.tolerations import tolerates
from seatrial.cluster.store import EventType
from seatrial.model.objects import Key, Object

SOURCE = "taint-eviction-controller"
Taint = dict[str, Any]


class TaintEvictionController(Controller):
    """Keeps a timer for each pod that has to go. Queue keys are `node/NAME` and `pod/NAMESPACE/NAME`."""

    name = SOURCE

    def start(self) -> None:
        """Watch nodes and pods."""
        self._timers: dict[Key, tuple[Timer, float]] = {}
        """The timer of a pod's deletion and when its time began."""
        self.store.watch("Node", self._on_node)
        self.store.watch("Pod", self._on_pod)
        for node in self.store.list("Node"):
            self._on_node("ADDED", node, None)

    def _on_node(self, event: EventType, node: Object, old: Object | None) -> None:
        before = no_execute(old) if old is not None else []
        if event == "DELETED" or no_execute(node) != before:
            self.add(f"node/{node.name}")

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        node = pod.spec.get("nodeName")
        if event == "DELETED":
            if pod.key in self._timers:
                self._timers.pop(pod.key)[0].cancel()
        elif node and (old is None or old.spec is not pod.spec):
            found = self.store.get("Node", "", node)
            if pod.key in self._timers or (found is not None and no_execute(found)):
                self.add(f"pod/{pod.namespace}/{pod.name}")

    def sync(self, key: str) -> None:
        """Decide about one pod, or about all pods of a node."""
        what, _, rest = key.partition("/")
        if what == "node":
            node = self.store.get("Node", "", rest)
            for pod in self.store.by_index("Pod", "node", rest):
                self._decide(pod, no_execute(node) if node is not None else [])
            return
        namespace, _, name = rest.partition("/")
        found = self.store.get("Pod", namespace, name)
        if found is not None:
            on = self.store.get("Node", "", found.spec.get("nodeName") or "")
            self._decide(found, no_execute(on) if on is not None else [])

    def _decide(self, pod: Object, taints: list[Taint]) -> None:
        """Set, keep or take back the pod's timer (processPodOnNode)."""
        if not taints:
            self._cancel(pod)
            return
        wait = _patience(taints, pod.spec.get("tolerations") or [])
        if wait is None:
            self._cancel(pod, quietly=True)
            return
        timer, began = self._timers.get(pod.key, (None, self.clock.now))
        if timer is not None:
            if timer.time <= began + wait:
                return
            timer.cancel()
        due = max(began + wait, self.clock.now)
        self._timers[pod.key] = (self.clock.at(due, self._delete, pod.key, pod.uid), began)

    def _cancel(self, pod: Object, *, quietly: bool = False) -> None:
        entry = self._timers.pop(pod.key, None)
        if entry is None:
            return
        entry[0].cancel()
        if not quietly:
            text = f"Cancelling deletion of Pod {pod.namespace}/{pod.name}"
            events.record(self.cluster, pod, "TaintManagerEviction", text, source=SOURCE)

    def _delete(self, key: Key, uid: str) -> None:
        self._timers.pop(key, None)
        pod = self.store.get(*key)
        if pod is None or pod.uid != uid or pod.deleting:
            return
        text = f"Marking for deletion Pod {pod.namespace}/{pod.name}"
        events.record(self.cluster, pod, "TaintManagerEviction", text, source=SOURCE)
        target = conditions.condition(
            self.clock.timestamp(), "DisruptionTarget", "True", "DeletionByTaintManager",
            "Taint manager: deleting due to NoExecute taint",
        )  # fmt: skip
        found = conditions.set_in_place(pod.status.get("conditions"), target)
        try:
            self.api.update_status(pod, {**pod.status, "conditions": found})
            self.api.delete(key, uid=uid)
        except errors.NotFound:
            return


def no_execute(node: Object) -> list[Taint]:
    """The node's NoExecute taints."""
    return [t for t in node.spec.get("taints") or () if t.get("effect") == "NoExecute"]


def _patience(taints: list[Taint], tolerations: list[dict[str, Any]]) -> float | None:
    """Seconds that a pod stays in spite of the taints: 0 where it does not tolerate one, None for ever.

    Of the tolerations that match, the shortest time counts (GetMinTolerationTime).
    """
    used: list[dict[str, Any]] = []
    for taint in taints:
        matching = [t for t in tolerations if tolerates(t, taint)]
        if not matching:
            return 0.0
        used.append(matching[0])
    limits = [max(0.0, float(t["tolerationSeconds"])) for t in used if t.get("tolerationSeconds") is not None]
    return min(limits, default=None)
