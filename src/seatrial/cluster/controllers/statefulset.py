"""The StatefulSet controller: pods with names, one after another or all at once.

As pkg/controller/statefulset/stateful_set.go and stateful_set_control.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import claims, controller_history, pod_control, statefulset_claims
from seatrial.cluster.controllers import statefulset_identity as identity
from seatrial.cluster.controllers.statefulset_claims import SOURCE
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.model import objects
from seatrial.model.objects import Object
from seatrial.model.pods import is_terminal

REVISION_HASH = "controller.kubernetes.io/hash"
Status = dict[str, Any]


class StatefulSetController(WorkloadController):
    """Keeps pods 0 to n-1 of each set alive in order, and rolls new templates out from the last to the first."""

    name = SOURCE
    kind = "StatefulSet"

    def start(self) -> None:
        """Watch StatefulSets and pods."""
        claims.add_indexes(self.store, "ControllerRevision")
        super().start()

    def sync(self, key: str) -> None:
        """One look at one set (sync, UpdateStatefulSet)."""
        set_ = self.current(key)
        if set_ is None:
            return
        pods = [p for p in self.children(set_) if identity.is_member(set_, p)]
        revisions = controller_history.revisions_of(self.api, set_)
        update, collisions = controller_history.sync(self.api, set_, revisions, REVISION_HASH)
        current = next((r for r in revisions if r.name == set_.status.get("currentRevision")), update)
        turn = Turn(self, set_, pods, current, update, collisions)
        refusal: errors.ApiError | None = None
        try:
            turn.run()
        except errors.ApiError as error:
            refusal = error
        present = self.current(key)
        if present is not None and present.uid == set_.uid:
            self.write_status(present, turn.final_status())
        live = {current.name, update.name, *(identity.revision(p) for p in pods)}
        controller_history.truncate(self.api, set_, revisions, live)
        wait = pod_control.next_availability(pods, identity.min_ready(set_), self.clock.now)
        if wait is not None:
            self.add(key, wait)
        if refusal is not None:
            raise refusal


class Turn:
    """One look at one set: what there is, what is to be done, and the status that results (updateStatefulSet)."""

    def __init__(
        self, controller: StatefulSetController, set_: Object, pods: list[Object], current: Object, update: Object,
        collisions: int,
    ) -> None:  # fmt: skip
        self.cluster = controller.cluster
        self.set = set_
        self.current = current
        self.update = update
        self._min_ready = identity.min_ready(set_)
        self._now = controller.clock.now
        self._collisions = collisions
        by_ordinal = {identity.ordinal(p): p for p in pods if identity.in_range(set_, p)}
        first = identity.start(set_)
        self.replicas = [by_ordinal.get(first + i) or self._missing(first + i) for i in range(identity.replicas(set_))]
        self.condemned = sorted((p for p in pods if not identity.in_range(set_, p)), key=identity.ordinal, reverse=True)
        self.status = self._counted(pods)

    @property
    def monotonic(self) -> bool:
        """Whether pods come and go one at a time, in order (OrderedReady)."""
        return bool(self.set.spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady")

    def run(self) -> None:
        """Create, then scale down, then update; in order, each waits for the one before.

        Raises:
            errors.ApiError: where the API server refuses.
        """
        if self.set.deleting:
            return
        first_unavailable = next((p for p in [*self.replicas, *reversed(self.condemned)] if self._unavailable(p)), None)

        def condemn(pod: Object) -> bool:
            return self._process_condemned(pod, first_unavailable)

        blocked = self._for_all(self.replicas, self._process_replica)
        if not blocked:
            for pod in self.condemned:
                statefulset_claims.retain(self.cluster, self.set, pod)
            blocked = self._for_all(self.condemned, condemn)
        self.status = self._counted([*self.replicas, *self.condemned])
        if not blocked and self._strategy.get("type", "RollingUpdate") != "OnDelete":
            self._roll()

    def _for_all(self, pods: list[Object], act: Callable[[Object], bool]) -> bool:
        """Call `act` for each pod; in order the first that answers True ends the turn (runForAll)."""
        if self.monotonic:
            return any(act(pod) for pod in pods)

        def nth(i: int) -> None:
            act(pods[i])

        refusal = pod_control.slow_start(self.cluster.clock, len(pods), nth)[1]
        if refusal is not None:
            raise refusal
        return False

    def _process_replica(self, pod: Object) -> bool:
        """Bring one wanted pod a step on; whether the turn ends with it (processReplica)."""
        if is_terminal(pod):
            if not pod.deleting:
                self._delete(pod)
            return True
        if not identity.is_created(pod):
            if statefulset_claims.is_stale(self.cluster, self.set, pod):
                return True
            self._create(pod)
            if self.monotonic:
                return True
        elif pod.status.get("phase") == "Pending":
            statefulset_claims.create_missing(self.cluster, self.set, pod)
        if self.monotonic and (pod.deleting or not identity.is_running_and_available(pod, self._min_ready, self._now)):
            return True
        if identity.is_created(pod):
            statefulset_claims.retain(self.cluster, self.set, pod)
        return False

    def _process_condemned(self, pod: Object, first_unavailable: Object | None) -> bool:
        """Delete one pod that is too many; whether the turn ends with it (processCondemned)."""
        if pod.deleting:
            return self.monotonic
        waiting = self.monotonic and not identity.is_running_and_available(pod, self._min_ready, self._now)
        if waiting and pod is not first_unavailable:
            return True
        self._delete(pod)
        return True

    def _roll(self) -> None:
        """Delete the last pod of another revision, once those behind it are new and available (updateStatefulSet).

        `maxUnavailable` counts only with the feature gate MaxUnavailableStatefulSet, which is off by default.
        """
        partition = int((self._strategy.get("rollingUpdate") or {}).get("partition") or 0)
        for pod in reversed(self.replicas[partition:]):
            if identity.revision(pod) != self.update.name and not pod.deleting:
                self._delete(pod)
                self.status["currentReplicas"] -= 1
                return
            if self._unavailable(pod):
                return

    def _missing(self, number: int) -> Object:
        """The pod to create for an ordinal: below the partition of the current revision."""
        partition = int((self._strategy.get("rollingUpdate") or {}).get("partition") or 0)
        old = self._strategy.get("type", "RollingUpdate") == "RollingUpdate" and (
            number < identity.start(self.set) + partition
        )
        chosen = self.current if old else self.update
        return identity.pod_of(self.set, controller_history.template_of(chosen), chosen.name, number)

    @property
    def _strategy(self) -> dict[str, Any]:
        return self.set.spec.get("updateStrategy") or {}

    def _unavailable(self, pod: Object) -> bool:
        return identity.is_unavailable(pod, self._min_ready, self._now)

    def _create(self, pod: Object) -> None:
        try:
            statefulset_claims.create_missing(self.cluster, self.set, pod)
            self.cluster.api.create(pod)
        except errors.AlreadyExists:
            raise
        except errors.ApiError as refusal:
            self._tell("FailedCreate", f"Create Pod {pod.name}", refusal)
            raise
        self._tell("SuccessfulCreate", f"Create Pod {pod.name}")

    def _delete(self, pod: Object) -> None:
        try:
            self.cluster.api.delete(pod.key, uid=pod.uid)
        except errors.NotFound:
            return
        self._tell("SuccessfulDelete", f"Delete Pod {pod.name}")

    def _tell(self, reason: str, what: str, refusal: errors.ApiError | None = None) -> None:
        outcome = "successful" if refusal is None else f"failed error: {refusal.message}"
        kind = "Normal" if refusal is None else "Warning"
        text = f"{what} in StatefulSet {self.set.name} {outcome}"
        events.record(self.cluster, self.set, reason, text, type=kind, source=SOURCE)

    def _counted(self, pods: list[Object]) -> Status:
        created = [p for p in pods if identity.is_created(p)]
        ready = [p for p in created if identity.is_running_and_ready(p)]
        alive = [identity.revision(p) for p in created if not p.deleting]
        return {
            "replicas": len(created),
            "readyReplicas": len(ready),
            "availableReplicas": sum(pod_control.is_available(p, self._min_ready, self._now) for p in ready),
            "currentReplicas": alive.count(self.current.name),
            "updatedReplicas": alive.count(self.update.name),
        }

    def final_status(self) -> Status:
        """The status to write; once all pods are new and ready, the update revision is the current one."""
        counts, current = dict(self.status), self.current.name
        rolling = self._strategy.get("type", "RollingUpdate") == "RollingUpdate"
        wanted = identity.replicas(self.set)
        if rolling and counts["updatedReplicas"] == counts["replicas"] == counts["readyReplicas"] == wanted:
            counts["currentReplicas"], current = counts["updatedReplicas"], self.update.name
        status: Status = {"observedGeneration": self.set.metadata.get("generation", 1)}
        always = ("replicas", "availableReplicas")
        status.update((k, v) for k, v in counts.items() if v or k in always)
        status |= {"currentRevision": current, "updateRevision": self.update.name}
        status["collisionCount"] = self._collisions
        if found := objects.dig(self.set, "status", "conditions"):
            status["conditions"] = found
        return status
