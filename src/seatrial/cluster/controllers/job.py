"""The Job controller: pods until enough have succeeded (pkg/controller/job/job_controller.go, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.controllers import conditions, job_pods
from seatrial.cluster.controllers.job_pods import Backoff
from seatrial.cluster.controllers.job_turn import SOURCE, Turn
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.objects import Object, controller_of

BATCH = 1.0
"""Seconds for which writes to pods are gathered before the Job is looked at (syncJobBatchPeriod)."""


class JobController(WorkloadController):
    """Runs pods to completion, counts how they ended, and says when the Job is complete or has failed."""

    name = SOURCE
    kind = "Job"

    def start(self) -> None:
        """Watch Jobs and pods."""
        self._backoffs: dict[str, Backoff] = {}
        super().start()

    def on_workload(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A Job was written: at once where its spec is new, else with what else happens in a second."""
        if event == "DELETED":
            self._backoffs.pop(obj.uid, None)
        same = old is not None and old.metadata.get("generation") == obj.metadata.get("generation")
        self.add(f"{obj.namespace}/{obj.name}", BATCH if same else None)

    def on_child(self, event: EventType, obj: Object, old: Object | None) -> None:
        """A pod was written; what has lost its Job loses its finalizer, too."""
        owner = controller_of(obj)
        if owner is not None and owner["kind"] == self.kind:
            key = f"{obj.namespace}/{owner['name']}"
            job = self.store.get(self.kind, obj.namespace, owner["name"])
            gone = job is None or job.uid != owner["uid"]
            # A new pod was made by the sync that counts it already.
            if event != "ADDED" or gone:
                self.add(key, None if gone else BATCH)
        elif owner is None and job_pods.is_tracked(obj) and event != "DELETED":
            self.add(f"{obj.namespace}/", BATCH)

    def sync(self, key: str) -> None:
        """One look at one Job (syncJob)."""
        job = self.current(key)
        self._release_orphans(key.split("/", 1)[0], job)
        if job is None:
            return
        pods = self.children(job)
        if any(conditions.is_true(job.status.get("conditions"), t) for t in ("Complete", "Failed")):
            self.untrack(pods)
            return
        record = self._backoffs.get(job.uid, Backoff())
        turn = Turn(self, job, pods, record)
        refusal: errors.ApiError | None = None
        try:
            turn.run()
        except errors.ApiError as error:
            refusal = error
        self._backoffs[job.uid] = turn.backoff
        turn.write()
        if turn.wake_after is not None:
            self.add(key, turn.wake_after)
        if refusal is not None:
            raise refusal

    def untrack(self, pods: list[Object]) -> None:
        """Take the tracking finalizer off pods that have been counted or need not be."""
        self.clock.side_by_side(self._untrack, pods)

    def _untrack(self, pod: Object) -> None:
        present = self.store.get(*pod.key)
        if present is not None and present.uid == pod.uid and job_pods.is_tracked(present):
            kept = [f for f in present.metadata["finalizers"] if f != job_pods.FINALIZER]
            self.api.change_metadata(present.key, finalizers=kept or None)

    def _release_orphans(self, namespace: str, job: Object | None) -> None:
        """Pods whose Job is gone have nobody who counts them (syncOrphanPod)."""
        if job is not None:
            return
        for pod in self.store.list("Pod", namespace):
            owner = controller_of(pod)
            if not job_pods.is_tracked(pod) or (owner is not None and owner["kind"] != self.kind):
                continue
            present = self.store.get(self.kind, namespace, owner["name"]) if owner is not None else None
            if present is None or (owner is not None and present.uid != owner["uid"]):
                self.untrack([pod])

    def seconds_until(self, stamp: str, seconds: float) -> float:
        """Seconds from now to `seconds` after a time stamp; below 0 where that has passed."""
        return objects.seconds_of(stamp) + seconds - self.clock.now

    def written(self, job: Object, status: dict[str, Any]) -> Object:
        """Write the Job's status; gives the Job as it then is."""
        present = self.api.present(job.key)
        return self.write_status(present, status)
