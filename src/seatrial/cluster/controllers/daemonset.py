"""The DaemonSet controller: one pod on each node that wants one (pkg/controller/daemon/daemon_controller.go, 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import claims, controller_history, daemonset_pods, daemonset_update, pod_control
from seatrial.cluster.controllers.controller_history import HASH_LABEL
from seatrial.cluster.controllers.daemonset_update import Changes, NodeView
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object
from seatrial.model.pods import is_ready

SOURCE = "daemonset-controller"
BURST = 250
"""Pods that one sync creates or deletes at most (BurstReplicas)."""
PER_NODE = 2e-5
"""Seconds by which each node delays a sync: it looks at all of them, and what happens meanwhile waits for the next."""
FIRST_RETRY, LAST_RETRY = 1.0, 900.0
"""Bounds of the back-off between replacements of failed pods of one node (failedPodsBackoff)."""


class DaemonSetController(WorkloadController):
    """Makes pods for nodes that should run one and takes them from nodes that should not."""

    name = SOURCE
    kind = "DaemonSet"

    def start(self) -> None:
        """Watch DaemonSets, pods and nodes."""
        self._wants: dict[str, dict[str, tuple[bool, bool]]] = {}
        self._failed: dict[tuple[str, str], tuple[float, float]] = {}
        claims.add_indexes(self.store, "ControllerRevision")
        super().start()
        self.store.watch("Node", self._on_node)

    def on_workload(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A DaemonSet was written; where its spec changed, what nodes want is asked anew."""
        if old is None or old.spec is not obj.spec:
            self._wants.pop(obj.uid, None)
        super().on_workload(event, obj, old)

    def latency_of(self, key: str) -> float:
        """The more nodes there are, the longer the look that is under way takes."""
        return self.latency + PER_NODE * self.store.count("Node")

    def _on_node(self, event: EventType, node: Object, old: Object | None) -> None:
        if old is not None and old.spec == node.spec and old.labels == node.labels:
            return
        for wanted in self._wants.values():
            wanted.pop(node.name, None)
        self.enqueue_all(self.store.list("DaemonSet"))

    def sync(self, key: str) -> None:
        """One look at one DaemonSet (syncDaemonSet)."""
        daemon_set = self.current(key)
        if daemon_set is None or daemon_set.deleting:
            return
        pods = self.children(daemon_set)
        revisions = controller_history.revisions_of(self.api, daemon_set)
        present, _ = controller_history.sync(self.api, daemon_set, revisions, HASH_LABEL)
        revision_hash = present.labels.get(HASH_LABEL, "")
        views = self._views(daemon_set, pods)
        refusal = self._apply(daemon_set, self._managed(key, daemon_set, views, revision_hash), revision_hash)
        strategy = (daemon_set.spec.get("updateStrategy") or {}).get("type", "RollingUpdate")
        if refusal is None and strategy == "RollingUpdate":
            views = self._views(daemon_set, self.children(daemon_set))
            step = daemonset_update.planned(daemon_set, views, revision_hash, self.clock.now)
            refusal = self._apply(daemon_set, step, revision_hash)
        live = {present.name, *(r.name for r in revisions if self._in_use(r, pods))}
        controller_history.truncate(self.api, daemon_set, revisions, live)
        current = self.current(key)
        if current is not None and current.uid == daemon_set.uid:
            self.write_status(current, self._status(daemon_set, views, revision_hash))
        min_ready = int(daemon_set.spec.get("minReadySeconds") or 0)
        wait = pod_control.next_availability(pods, min_ready, self.clock.now)
        if wait is not None:
            self.add(key, wait)
        if refusal is not None:
            raise refusal

    @staticmethod
    def _in_use(revision: Object, pods: list[Object]) -> bool:
        return any(pod.labels.get(HASH_LABEL) == revision.labels.get(HASH_LABEL) for pod in pods)

    def _views(self, daemon_set: Object, pods: list[Object]) -> list[NodeView]:
        """All nodes with the set's pods, and nodes that are gone but still have some."""
        wanted = self._wants.setdefault(daemon_set.uid, {})
        placed = daemonset_pods.by_node(pods)
        views = []
        for node in self.store.list("Node"):
            answer = wanted.get(node.name)
            if answer is None:
                answer = wanted[node.name] = daemonset_pods.wants(daemon_set, node)
            views.append(NodeView(node.name, *answer, placed.pop(node.name, [])))
        # Pods of nodes that are gone are pod garbage collection's, once they were placed; unplaced ones go here.
        for node_name, left in placed.items():
            views.append(NodeView(node_name, False, False, [p for p in left if not p.spec.get("nodeName")]))
        return views

    def _managed(self, key: str, daemon_set: Object, views: list[NodeView], revision_hash: str) -> Changes:
        """What to create and delete so that each node has what it should have (manage, podsShouldBeOnNode)."""
        changes = Changes()
        surge = daemonset_update.allows_surge(daemon_set)
        min_ready = int(daemon_set.spec.get("minReadySeconds") or 0)
        for view in views:
            if view.should_run and not view.pods:
                changes.create.append(view.name)
            elif not view.may_stay:
                changes.delete.extend(p for p in view.pods if not p.deleting)
            elif view.pods:
                running = self._without_ended(key, daemon_set, view, changes)
                if len(running) > 1:
                    excess = self._beside(running, revision_hash, min_ready) if surge else running[1:]
                    changes.delete.extend(excess)
        return changes

    def _without_ended(self, key: str, daemon_set: Object, view: NodeView, changes: Changes) -> list[Object]:
        """The node's pods that go on, oldest first; ended ones are noted for deletion, failed ones with a back-off."""
        running = []
        for pod in view.pods:
            phase = pod.status.get("phase")
            if pod.deleting:
                continue
            if phase == "Failed":
                if self._backing_off(key, daemon_set, view.name):
                    continue
                text = f"Found failed daemon pod {pod.namespace}/{pod.name} on node {view.name}, will try to kill it"
                events.record(self.cluster, daemon_set, "FailedDaemonPod", text, type="Warning", source=SOURCE)
                changes.delete.append(pod)
            elif phase == "Succeeded":
                text = (
                    f"Found succeeded daemon pod {pod.namespace}/{pod.name} on node {view.name}, will try to delete it"
                )
                events.record(self.cluster, daemon_set, "SucceededDaemonPod", text, source=SOURCE)
                changes.delete.append(pod)
            else:
                running.append(pod)
        return daemonset_pods.oldest_first(running)

    def _backing_off(self, key: str, daemon_set: Object, node: str) -> bool:
        """Whether a failed pod of the node has to wait; queues the set for the whole back-off from now, as upstream."""
        entry = (daemon_set.uid, node)
        until, delay = self._failed.get(entry, (0.0, 0.0))
        if self.clock.now < until:
            self.add(key, delay)
            return True
        stale = self.clock.now - until > 2 * LAST_RETRY
        delay = FIRST_RETRY if not delay or stale else min(delay * 2, LAST_RETRY)
        self._failed[entry] = (self.clock.now + delay, delay)
        return False

    def _beside(self, running: list[Object], revision_hash: str, min_ready: int) -> list[Object]:
        """Of several pods on one node, those beyond one new and one old, and an old one that has been replaced."""
        new = [p for p in running if p.labels.get(HASH_LABEL) == revision_hash]
        old = [p for p in running if p.labels.get(HASH_LABEL) != revision_hash]
        excess = [*new[1:], *old[1:]]
        if new and old and (not is_ready(old[0]) or pod_control.is_available(new[0], min_ready, self.clock.now)):
            excess.append(old[0])
        return excess

    def _apply(self, daemon_set: Object, changes: Changes, revision_hash: str) -> errors.ApiError | None:
        """Create and delete pods (syncNodes); gives the first refusal."""
        nodes = changes.create[:BURST]

        def create(i: int) -> None:
            pod = daemonset_pods.pod_for(daemon_set, nodes[i], revision_hash)
            pod_control.create_pod(self.cluster, daemon_set, pod, SOURCE)

        refusal = pod_control.slow_start(self.clock, len(nodes), create)[1]
        pod_control.delete_pods(self.cluster, daemon_set, changes.delete[:BURST], SOURCE)
        if len(changes.create) > BURST or len(changes.delete) > BURST:
            self.enqueue(daemon_set)
        return refusal

    def _status(self, daemon_set: Object, views: list[NodeView], revision_hash: str) -> dict[str, Any]:
        """Counts over nodes, not pods: of each node its oldest pod counts (updateDaemonSetStatus)."""
        min_ready, now = int(daemon_set.spec.get("minReadySeconds") or 0), self.clock.now
        desired = sum(v.should_run for v in views)
        heads = [daemonset_pods.oldest_first(v.pods)[0] for v in views if v.should_run and v.pods]
        available = sum(pod_control.is_available(p, min_ready, now) for p in heads)
        status: dict[str, Any] = {
            "currentNumberScheduled": len(heads),
            "numberMisscheduled": sum(bool(v.pods) and not v.should_run for v in views),
            "desiredNumberScheduled": desired,
            "numberReady": sum(is_ready(p) for p in heads),
            "observedGeneration": daemon_set.metadata.get("generation", 1),
        }
        counts = {
            "updatedNumberScheduled": sum(p.labels.get(HASH_LABEL) == revision_hash for p in heads),
            "numberAvailable": available,
            "numberUnavailable": desired - available,
        }
        return {**status, **{k: v for k, v in counts.items() if v}}
