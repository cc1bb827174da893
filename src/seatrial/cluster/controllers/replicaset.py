"""The ReplicaSet controller: as many pods as asked for (pkg/controller/replicaset/replica_set.go, Kubernetes 1.36)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from seatrial.cluster import errors
from seatrial.cluster.controllers import claims, conditions, pod_control
from seatrial.cluster.controllers.census import Census
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.cluster.store import EventType
from seatrial.model import objects, selectors
from seatrial.model.objects import Object, controller_of

SOURCE = "replicaset-controller"
BURST = 500
"""Pods that one sync creates or deletes at most (BurstReplicas)."""
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


class Replicas(NamedTuple):
    """A ReplicaSet's pods in numbers, as a sync finds them."""

    active: int
    labelled: int
    ready: int
    available: int
    terminating: int
    next_available: float | None
    """Seconds until the next becomes available; None: none will."""


class ReplicaSetController(WorkloadController):
    """Creates and deletes pods until each ReplicaSet has what its spec asks for, and counts them in its status."""

    name = SOURCE
    kind = "ReplicaSet"

    def start(self) -> None:
        """Watch ReplicaSets and count their pods."""
        self._census = Census(self.store)
        super().start()

    def goes_by_status(self, workload: Object) -> bool:
        """What it counts is not in the status."""
        return False

    def on_child(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A pod was written: wake its ReplicaSet, where the write changes what a sync counts."""
        if self._census.note(event, obj, old):
            super().on_child(event, obj, old)
            return
        owner = controller_of(obj)
        if owner is not None and owner["kind"] == self.kind:
            self.add_needless(f"{obj.namespace}/{owner['name']}")

    def sync(self, key: str) -> None:
        """One look at one ReplicaSet (syncReplicaSet)."""
        replica_set = self.current(key)
        if replica_set is None:
            return
        self._claim(replica_set)
        found = self._found(replica_set)
        refusal: errors.ApiError | None = None
        if not replica_set.deleting:
            refusal = self._manage(replica_set, found.active)
        current = self.current(key)
        if current is None or current.uid != replica_set.uid:
            return
        self.write_status(current, self._status(replica_set, found, refusal))
        if found.next_available is not None:
            self.add(key, found.next_available)
        if refusal is not None:
            raise refusal

    def _claim(self, replica_set: Object) -> None:
        """Adopt and release pods where any may have to be."""
        selector = replica_set.spec.get("selector")
        astray = any(not selectors.matches(selector, dict(s.labels)) for s, _ in self._census.of(replica_set.uid))
        if astray or claims.may_adopt(self.store, self.child_kind, replica_set.namespace):
            self.children(replica_set)

    def _active(self, replica_set: Object) -> list[Object]:
        """The active pods; what is astray was seen to before (`_claim`)."""
        uid = replica_set.uid
        found = self.store.by_index("Pod", "owner", uid)
        return [p for p in found if pod_control.is_active(p) and (controller_of(p) or {}).get("uid") == uid]

    def _found(self, replica_set: Object) -> Replicas:
        """The pods that there are; they are gone through one by one only where availability takes time."""
        selector = replica_set.spec.get("selector")
        template_labels = objects.dig(replica_set, "spec", "template", "metadata", "labels", default={}).items()
        active = labelled = ready = terminating = 0
        for shape, number in self._census.of(replica_set.uid):
            labels = dict(shape.labels)
            if not selectors.matches(selector, labels):
                continue
            if shape.active:
                active += number
                labelled += number * (template_labels <= labels.items())
                ready += number * shape.ready
            terminating += number * (shape.deleting and not shape.ended)
        min_ready, now = _min_ready(replica_set), self.clock.now
        if not min_ready:
            return Replicas(active, labelled, ready, ready, terminating, None)
        pods = self._active(replica_set)
        available = sum(pod_control.is_available(p, min_ready, now) for p in pods)
        wait = pod_control.next_availability(pods, min_ready, now)
        return Replicas(active, labelled, ready, available, terminating, wait)

    def _manage(self, replica_set: Object, active: int) -> errors.ApiError | None:
        """Create or delete the difference (manageReplicas); gives the first refusal."""
        difference = active - int(replica_set.spec.get("replicas", 1))
        if difference < 0:
            pod = pod_control.pod_of(replica_set.spec.get("template") or {}, replica_set)

            def create(_: int) -> None:
                pod_control.create_pod(self.cluster, replica_set, pod, SOURCE)

            return pod_control.slow_start(self.clock, min(-difference, BURST), create)[1]
        if difference > 0:
            victims = self._victims(replica_set, self._active(replica_set), min(difference, BURST))
            pod_control.delete_pods(self.cluster, replica_set, victims, SOURCE)
        return None

    def _victims(self, replica_set: Object, active: list[Object], count: int) -> list[Object]:
        """The pods that are missed least (getPodsToDelete)."""
        if count >= len(active):
            return active
        numbers, now = self._numbers_by_node(replica_set), self.clock.now

        def rank(pod: Object) -> tuple[Any, ...]:
            node = pod.spec.get("nodeName") or ""
            return deletion_rank(pod, sum(on.get(node, 0) for on in numbers), now)

        return heapq.nsmallest(count, active, key=rank)

    def _numbers_by_node(self, replica_set: Object) -> list[Mapping[str, int]]:
        """Active pods of all ReplicaSets under the same controller by node (getIndirectlyRelatedPods)."""
        owner = controller_of(replica_set)
        related = [replica_set] if owner is None else self.store.by_index("ReplicaSet", "owner", owner["uid"])
        return [on for sibling in related if (on := self._census.by_node(sibling.uid))]

    def _status(self, replica_set: Object, found: Replicas, refusal: errors.ApiError | None) -> dict[str, Any]:
        """The status that these pods amount to (calculateStatus)."""
        counts = {
            "fullyLabeledReplicas": found.labelled, "readyReplicas": found.ready, "availableReplicas": found.available,
        }  # fmt: skip
        status: dict[str, Any] = {"replicas": found.active, **{k: v for k, v in counts.items() if v}}
        status["terminatingReplicas"] = found.terminating
        status["observedGeneration"] = replica_set.metadata.get("generation", 1)
        if conditions_now := self._conditions(replica_set, found.active, refusal):
            status["conditions"] = conditions_now
        return status

    def _conditions(
        self, replica_set: Object, active: int, refusal: errors.ApiError | None
    ) -> list[conditions.Condition]:
        old = replica_set.status.get("conditions")
        if refusal is None:
            return conditions.without(old, "ReplicaFailure")
        if conditions.find(old, "ReplicaFailure") is not None:
            return [dict(c) for c in old or ()]
        reason = "FailedCreate" if active < int(replica_set.spec.get("replicas", 1)) else "FailedDelete"
        failure = conditions.condition(self.clock.timestamp(), "ReplicaFailure", "True", reason, refusal.message)
        return conditions.set_by_reason(old, failure)


def deletion_rank(pod: Object, neighbours: int, now: float) -> tuple[Any, ...]:
    """Sorts pods by how little they are missed, first to go first (ActivePodsWithRanks.Less).

    Unplaced, pending, unready, cheap to delete, on a node with many siblings (`neighbours`), ready for a short time,
    often restarted, young. Ages within one power of two are equal, then the uid decides (LogarithmicScaleDown).
    """
    since = pod_control.ready_since(pod)
    created = objects.seconds_of(pod.metadata["creationTimestamp"])
    return (
        bool(pod.spec.get("nodeName")),
        PHASES.get(pod.status.get("phase") or "Pending", 2),
        since is not None,
        pod_control.deletion_cost(pod),
        -neighbours,
        _magnitude(now - since) if since is not None else -1,
        -pod_control.restarts_of(pod),
        _magnitude(now - created),
        pod.uid,
    )


def _magnitude(age: float) -> int:
    """The power of two of an age in nanoseconds."""
    return int(math.log2(age * 1e9)) if age > 0 else -1


def _min_ready(replica_set: Object) -> int:
    return int(replica_set.spec.get("minReadySeconds") or 0)
