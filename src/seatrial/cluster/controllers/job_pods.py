"""A Job's pods: made, counted, told apart by how they ended; and the back-off after failures.

As pkg/controller/job/job_controller.go, backoff_utils.go and tracking_utils.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.controllers import job_indexes, pod_control
from seatrial.model import objects
from seatrial.model.objects import Object, condition_of
from seatrial.model.pods import is_ready, is_terminal

FINALIZER = "batch.kubernetes.io/job-tracking"
"""Keeps a pod until it has been counted."""
FIRST_BACKOFF, LAST_BACKOFF = 10.0, 600.0
"""Seconds to wait after the first failure, doubled by each further one, and the most (DefaultJobPodFailureBackOff)."""
_SORT = {"Pending": 0, "Unknown": 1, "Running": 2}


@dataclass(frozen=True)
class Backoff:
    """Failures since the last success, and when the last one was."""

    failures: int = 0
    last: float = 0.0

    def after(self, pods: Iterable[Object]) -> Backoff:
        """The record after these pods have ended, in the order in which they did (newBackoffRecord)."""
        record = self
        for pod in sorted(pods, key=lambda p: (finished_at(p), p.name)):
            if pod.status.get("phase") == "Succeeded":
                record = Backoff()
            else:
                record = Backoff(record.failures + 1, finished_at(pod))
        return record

    def remaining(self, now: float) -> float:
        """Seconds until the next pod may be made."""
        return backoff(self.failures) - (now - self.last) if self.failures else 0.0


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return float(min(FIRST_BACKOFF * 2 ** (min(failures, 32) - 1), LAST_BACKOFF)) if failures > 0 else 0.0


def finished_at(pod: Object) -> float:
    """When the pod ended: its last container, else when it stopped being ready or was deleted (getFinishedTime)."""
    ends = [
        objects.seconds_of(end)
        for status in pod.status.get("containerStatuses") or ()
        if (end := ((status.get("state") or {}).get("terminated") or {}).get("finishedAt"))
    ]
    if ends:
        return max(ends)
    ready = condition_of(pod, "Ready")
    if ready is not None and ready.get("status") == "False" and ready.get("lastTransitionTime"):
        return objects.seconds_of(ready["lastTransitionTime"])
    if pod.deleting:
        grace = float(pod.metadata.get("deletionGracePeriodSeconds") or 0)
        return objects.seconds_of(pod.metadata["deletionTimestamp"]) - grace
    return objects.seconds_of(pod.metadata["creationTimestamp"])


def only_replaces_failed(job: Object) -> bool:
    """Whether a pod has to have ended before it is replaced; otherwise one that is being deleted counts as failed."""
    return job.spec.get("podReplacementPolicy") == "Failed" or job.spec.get("podFailurePolicy") is not None


def has_failed(job: Object, pod: Object) -> bool:
    """Whether the pod counts as failed (isPodFailed)."""
    phase = pod.status.get("phase")
    if phase == "Failed":
        return True
    return pod.deleting and phase != "Succeeded" and not only_replaces_failed(job)


def is_tracked(pod: Object) -> bool:
    """Whether the pod still has to be counted."""
    return FINALIZER in (pod.metadata.get("finalizers") or ())


def terminating(pods: Iterable[Object]) -> int:
    """How many pods are being deleted and have not ended."""
    return sum(p.deleting and not is_terminal(p) for p in pods)


def removal_order(pods: Iterable[Object]) -> list[Object]:
    """Active pods, those first that are missed least (ActivePods)."""

    def rank(pod: Object) -> tuple[Any, ...]:
        since = pod_control.ready_since(pod)
        return (
            bool(pod.spec.get("nodeName")),
            _SORT.get(pod.status.get("phase") or "Pending", 2),
            is_ready(pod),
            -since if since is not None else 0.0,
            -pod_control.restarts_of(pod),
            -objects.seconds_of(pod.metadata["creationTimestamp"]),
            pod.name,
        )

    return sorted(pods, key=rank)


def pod_of(job: Object, index: int | None = None, before: job_indexes.Failures | None = None) -> Object:
    """A pod of the Job, for a completion index where the Job is indexed, after failures of that index `before`."""
    template = job.spec.get("template") or {}
    pod = pod_control.pod_of(template, job)
    meta: dict[str, Any] = {"finalizers": [*(pod.metadata.get("finalizers") or ()), FINALIZER]}
    if index is None:
        return objects.evolve(pod, metadata=meta)
    marks = {job_indexes.INDEX: str(index)}
    meta["labels"] = {**pod.labels, **marks}
    if job_indexes.limit_per_index(job) is not None:
        marks |= (before or job_indexes.Failures()).annotations()
    meta["annotations"] = {**pod.annotations, **marks}
    meta["generateName"] = f"{job.name}-{index}-"
    spec = {**pod.spec, "hostname": f"{job.name}-{index}"}
    for field in ("initContainers", "containers"):
        if containers := spec.get(field):
            spec[field] = [_with_index(container) for container in containers]
    return objects.evolve(pod, metadata=meta, spec=spec)


def _with_index(container: dict[str, Any]) -> dict[str, Any]:
    env = container.get("env") or []
    if any(e.get("name") == "JOB_COMPLETION_INDEX" for e in env):
        return container
    source = {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{job_indexes.INDEX}']"}}
    return {**container, "env": [*env, {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}]}
