"""Deletes finished Jobs after ttlSecondsAfterFinished (pkg/controller/ttlafterfinished, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.objects import Object


class TtlAfterFinishedController(Controller):
    """Waits for Jobs to finish and deletes them, with their pods, when their time is up."""

    name = "ttl-after-finished-controller"

    def start(self) -> None:
        """Watch Jobs."""
        self.store.watch("Job", self._on_job)
        for job in self.store.list("Job"):
            self._on_job("ADDED", job, None)

    def _on_job(self, event: EventType, job: Object, old: Object | None) -> None:
        if event != "DELETED" and job.spec.get("ttlSecondsAfterFinished") is not None and _finished(job) is not None:
            self.enqueue(job)

    def sync(self, key: str) -> None:
        """Delete the Job, or come back when its time is up (processJob)."""
        namespace, name = key.split("/", 1)
        job = self.store.get("Job", namespace, name)
        ttl = job.spec.get("ttlSecondsAfterFinished") if job is not None else None
        since = _finished(job) if job is not None else None
        if job is None or job.deleting or ttl is None or since is None:
            return
        left = since + float(ttl) - self.clock.now
        if left > 0:
            self.add(key, left)
        else:
            self.api.delete(job.key, propagation="Foreground", uid=job.uid)


def _finished(job: Object) -> float | None:
    for kind in ("Complete", "Failed"):
        found = conditions.find(job.status.get("conditions"), kind)
        if found is not None and found["status"] == "True":
            return objects.seconds_of(found["lastTransitionTime"])
    return None
