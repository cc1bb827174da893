"""One look at one Job: what ended since the last, what to create or delete, whether the Job is done.

As syncJob, manageJob and trackJobStatusAndRemoveFinalizers in pkg/controller/job/job_controller.go (Kubernetes 1.36).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from seatrial.cluster import events
from seatrial.cluster.controllers import conditions, job_indexes, job_pods, job_policies, pod_control
from seatrial.cluster.controllers.conditions import Condition
from seatrial.cluster.controllers.job_pods import Backoff
from seatrial.model.objects import Object
from seatrial.model.pods import is_ready

if TYPE_CHECKING:
    from seatrial.cluster.controllers.job import JobController

SOURCE = "job-controller"
MOST_AT_ONCE = 500
"""Pods that one sync creates or deletes at most (MaxPodCreateDeletePerSync)."""
TARGETS = {"FailureTarget": "Failed", "SuccessCriteriaMet": "Complete"}
"""The interim condition that decides a Job's end, and the one that follows when all its pods have ended."""


class Turn:
    """One sync of one Job. `wake_after` says in how many seconds to look again, None where nothing is due."""

    def __init__(self, controller: JobController, job: Object, pods: list[Object], record: Backoff) -> None:
        self._controller = controller
        self._cluster = controller.cluster
        self._now = controller.clock.now
        self.job = job
        self.pods = pods
        self.wake_after: float | None = None
        self._active = [p for p in pods if pod_control.is_active(p)]
        self._backs_off = False
        """Whether pods are missing and none may be made yet: upstream's status then shows no active pods at all."""
        tracked = [p for p in pods if job_pods.is_tracked(p)]
        self._succeeded = [p for p in tracked if p.status.get("phase") == "Succeeded"]
        self._failed = [p for p in tracked if job_pods.has_failed(job, p)]
        self.backoff = record.after([*self._succeeded, *self._failed])
        self._status: dict[str, Any] = dict(job.status)
        self._completions = job.spec.get("completions")
        known = int(self._completions or 0)
        self._indexes = job_indexes.parsed(job.status.get("completedIndexes"), known)
        self._failed_indexes = job_indexes.parsed(job.status.get("failedIndexes"), known)
        self._target = next(
            (c for c in job.status.get("conditions") or () if c["type"] in TARGETS and c["status"] == "True"), None
        )

    @property
    def _suspended(self) -> bool:
        return bool(self.job.spec.get("suspend"))

    def run(self) -> None:
        """Decide about the Job's end, then create or delete pods.

        Raises:
            errors.ApiError: where the API server refuses a pod.
        """
        if not self._suspended and not self._status.get("startTime"):
            self._status["startTime"] = self._controller.clock.timestamp()
        self._count_indexes()
        if self._target is None:
            self._target = self._failure() or self._success()
        if self._target is not None:
            self._delete(self._active)
            return
        self._manage()
        done = self._successes()
        enough = done > 0 if self._completions is None else done >= int(self._completions)
        if enough and not self._active:
            text = "Reached expected number of succeeded pods"
            self._target = self._condition("SuccessCriteriaMet", "CompletionsReached", text)
        else:
            self._note_suspension()

    def write(self) -> None:
        """Write the status, let go of counted pods, and write what they add to it."""
        status = self._status
        status["ready"] = sum(is_ready(p) for p in self._active)
        status["terminating"] = job_pods.terminating(self._fresh(self.pods))
        _set(status, "active", 0 if self._backs_off else len(self._active))
        counted = self._to_count()
        if self._target is not None:
            status["conditions"] = conditions.set_in_place(status.get("conditions"), self._target)
        if counted:
            status["uncountedTerminatedPods"] = {
                k: uids for k, uids in (("succeeded", _uids(counted[0])), ("failed", _uids(counted[1]))) if uids
            }
        else:
            status.setdefault("uncountedTerminatedPods", {})
        self.job = self._controller.written(self.job, dict(status))
        if counted:
            self._controller.untrack([*counted[0], *counted[1], *counted[2]])
        self._add_up(counted)
        self._finish_if_done()
        self._controller.written(self.job, dict(status))

    def _to_count(self) -> tuple[list[Object], list[Object], list[Object]] | None:
        """Pods to count as succeeded and as failed, and ended ones that are not counted; None where nothing ended."""
        failed = list(self._failed)
        if self._target is not None and self._target["type"] == "FailureTarget":
            known = {p.uid for p in [*failed, *self._succeeded]}
            failed += [p for p in self.pods if job_pods.is_tracked(p) and p.uid not in known]
        counting = {p.uid for p in self._counting(failed)}
        ignored = [p for p in failed if p.uid not in counting]
        if self._target is not None:
            known = {p.uid for p in [*failed, *self._succeeded]}
            ignored += [p for p in self.pods if job_pods.is_tracked(p) and p.uid not in known]
        if not (failed or self._succeeded or ignored):
            return None
        return self._succeeded, [p for p in failed if p.uid in counting], ignored

    def _add_up(self, counted: tuple[list[Object], list[Object], list[Object]] | None) -> None:
        status, before = self._status, self.job.status
        status["uncountedTerminatedPods"] = {}
        if job_indexes.is_indexed(self.job):
            _set(status, "succeeded", len(self._indexes))
            _set(status, "completedIndexes", job_indexes.text_of(self._indexes))
            if job_indexes.limit_per_index(self.job) is not None:
                status["failedIndexes"] = job_indexes.text_of(self._failed_indexes)
        elif counted:
            _set(status, "succeeded", int(before.get("succeeded") or 0) + len(counted[0]))
        if counted:
            _set(status, "failed", int(before.get("failed") or 0) + len(counted[1]))

    def _finish_if_done(self) -> None:
        """Say Complete or Failed once the end is decided and no pod is left that runs (enactJobFinished)."""
        if self._target is None or self._status["terminating"] or self._active:
            return
        kind = TARGETS[self._target["type"]]
        reason, text = self._target["reason"], self._target["message"]
        done = self._condition(kind, reason, text)
        self._status["conditions"] = conditions.set_in_place(self._status.get("conditions"), done)
        if kind == "Complete":
            self._status["completionTime"] = self._controller.clock.timestamp()
            events.record(self._cluster, self.job, "Completed", "Job completed", source=SOURCE)
        else:
            events.record(self._cluster, self.job, reason, text, type="Warning", source=SOURCE)

    def _failure(self) -> Condition | None:
        """Why the Job has to fail, in upstream's order of precedence."""
        spec = self.job.spec
        if message := self._policy_failure():
            return self._condition("FailureTarget", "PodFailurePolicy", message)
        failures = int(self.job.status.get("failed") or 0) + len(self._counting(self._failed))
        limit = spec.get("backoffLimit")
        if limit is not None and (failures > int(limit) or self._restarted_too_often(int(limit))):
            text = "Job has reached the specified backoff limit"
            return self._condition("FailureTarget", "BackoffLimitExceeded", text)
        deadline = spec.get("activeDeadlineSeconds")
        if deadline is not None and not self._suspended:
            left = self._controller.seconds_until(self._status["startTime"], float(deadline))
            if left <= 0:
                text = "Job was active longer than specified deadline"
                return self._condition("FailureTarget", "DeadlineExceeded", text)
            self._wake(left)
        return self._index_failure()

    def _policy_failure(self) -> str:
        if self.job.spec.get("podFailurePolicy"):
            for pod in self.pods:
                if job_pods.has_failed(self.job, pod):
                    action, message = job_policies.match_failure(self.job, pod)
                    if action == "FailJob":
                        return message
        return ""

    def _index_failure(self) -> Condition | None:
        if not self._failed_indexes:
            return None
        most = self.job.spec.get("maxFailedIndexes")
        if most is not None and len(self._failed_indexes) > int(most):
            text = "Job has exceeded the specified maximal number of failed indexes"
            return self._condition("FailureTarget", "MaxFailedIndexesExceeded", text)
        if len(self._failed_indexes | self._indexes) >= int(self._completions or 0):
            return self._condition("FailureTarget", "FailedIndexes", "Job has failed indexes")
        return None

    def _success(self) -> Condition | None:
        message = job_policies.match_success(self.job, self._indexes) if job_indexes.is_indexed(self.job) else None
        return self._condition("SuccessCriteriaMet", "SuccessPolicy", message) if message else None

    def _restarted_too_often(self, limit: int) -> bool:
        """Whether containers that restart in place used up the back-off limit (pastBackoffLimitOnFailure)."""
        template = (self.job.spec.get("template") or {}).get("spec") or {}
        if template.get("restartPolicy") != "OnFailure":
            return False
        restarts = sum(
            int(status.get("restartCount") or 0)
            for pod in self.pods
            if pod.status.get("phase") in ("Running", "Pending")
            for field in ("initContainerStatuses", "containerStatuses")
            for status in pod.status.get(field) or ()
        )
        return restarts > 0 if limit == 0 else restarts >= limit

    def _counting(self, failed: list[Object]) -> list[Object]:
        """Failed pods that count against the back-off limit: those that the policy does not ignore."""
        if not self.job.spec.get("podFailurePolicy"):
            return failed
        return [p for p in failed if job_policies.match_failure(self.job, p)[0] != "Ignore"]

    def _count_indexes(self) -> None:
        if not job_indexes.is_indexed(self.job):
            return
        completions = int(self._completions or 0)
        self._indexes |= {i for p in self._succeeded if 0 <= (i := job_indexes.index_of(p)) < completions}
        limit = job_indexes.limit_per_index(self.job)
        if limit is None:
            return
        for pod in self._failed:
            action = job_policies.match_failure(self.job, pod)[0]
            index = job_indexes.index_of(pod)
            used_up = action == "FailIndex" or (action != "Ignore" and job_indexes.failures_of(pod).counted >= limit)
            if used_up and 0 <= index < completions and index not in self._indexes:
                self._failed_indexes.add(index)

    def _successes(self) -> int:
        if job_indexes.is_indexed(self.job):
            return len(self._indexes)
        return int(self.job.status.get("succeeded") or 0) + len(self._succeeded)

    def _manage(self) -> None:
        """Create or delete pods; never both in one turn (manageJob)."""
        active, parallelism = len(self._active), int(self.job.spec.get("parallelism", 1))
        if self._suspended:
            self._delete_uncounted(self._active)
            return
        if self._completions is None:
            wanted = active if self._successes() > 0 else parallelism
        else:
            wanted = max(0, min(int(self._completions) - self._successes(), parallelism))
        if surplus := self._surplus(active - wanted):
            self._delete_uncounted(surplus[:MOST_AT_ONCE])
            return
        leaving = job_pods.terminating(self.pods) if job_pods.only_replaces_failed(self.job) else 0
        missing = wanted - leaving - active
        if missing > 0:
            self._create(min(missing, MOST_AT_ONCE))

    def _surplus(self, least: int) -> list[Object]:
        """The active pods to delete: `least` of them, and all that are too many for their index."""
        surplus = self._duplicates()
        known = {p.key for p in surplus}
        others = [p for p in job_pods.removal_order(self._active) if p.key not in known]
        return surplus + others[: max(0, least - len(surplus))]

    def _duplicates(self) -> list[Object]:
        """Active pods of an index that is out of range or has another pod that is missed more."""
        if not job_indexes.is_indexed(self.job):
            return []
        seen: set[int] = set()
        extra = []
        for pod in reversed(job_pods.removal_order(self._active)):
            index = job_indexes.index_of(pod)
            if index in seen or not 0 <= index < int(self._completions or 0):
                extra.append(pod)
            seen.add(index)
        return extra

    def _create(self, count: int) -> None:
        wait = self.backoff.remaining(self._now) if job_indexes.limit_per_index(self.job) is None else 0.0
        if wait > 0:
            self._back_off(wait)
            return
        pods = self._new_pods(count)
        created: list[Object] = []

        def create(i: int) -> None:
            created.append(pod_control.create_pod(self._cluster, self.job, pods[i], SOURCE))

        refusal = pod_control.slow_start(self._controller.clock, len(pods), create)[1]
        self._active = [*self._active, *created]
        if refusal is not None:
            raise refusal

    def _new_pods(self, count: int) -> list[Object]:
        if not job_indexes.is_indexed(self.job):
            return [job_pods.pod_of(self.job)] * count
        busy = {job_indexes.index_of(p) for p in self._active}
        if job_pods.only_replaces_failed(self.job):
            busy |= {job_indexes.index_of(p) for p in self.pods if p.deleting and p.status.get("phase") != "Failed"}
        through = busy | self._indexes | self._failed_indexes
        pending = (index for index in range(int(self._completions or 0)) if index not in through)
        return self._pods_of(list(islice(pending, count)))

    def _pods_of(self, indexes: list[int]) -> list[Object]:
        """Pods of those indexes that need not wait (getPodCreationInfoForIndependentIndexes)."""
        pods, waits = [], []
        for index in indexes:
            before, wait = self._history(index)
            if wait > 0:
                waits.append(wait)
            else:
                pods.append(job_pods.pod_of(self.job, index, before))
        if waits and not pods:
            self._back_off(min(waits))
        return pods

    def _history(self, index: int) -> tuple[job_indexes.Failures, float]:
        """Failures of an index so far and how long it has to wait for its next pod (getRemainingTimePerIndex)."""
        none = job_indexes.Failures()
        if job_indexes.limit_per_index(self.job) is None:
            return none, 0.0
        ended = [p for p in self.pods if job_indexes.index_of(p) == index and job_pods.has_failed(self.job, p)]
        if not ended:
            return none, 0.0
        last = max(ended, key=lambda p: (job_pods.finished_at(p), p.name))
        ignored = job_policies.match_failure(self.job, last)[0] == "Ignore"
        failures = job_indexes.failures_of(last).plus(ignored=ignored)
        return failures, job_pods.backoff(sum(failures)) - (self._now - job_pods.finished_at(last))

    def _delete_uncounted(self, pods: list[Object]) -> None:
        """Delete pods that are not needed: they count as nothing, so they are let go first (deleteJobPods)."""
        self._controller.untrack(pods)
        self._delete(pods)

    def _delete(self, pods: list[Object]) -> None:
        pod_control.delete_pods(self._cluster, self.job, pods, SOURCE)
        gone = {p.key for p in pods}
        self._active = [p for p in self._active if p.key not in gone]

    def _note_suspension(self) -> None:
        """Say in a condition that the Job was suspended or goes on; going on starts its time anew."""
        old = conditions.find(self._status.get("conditions"), "Suspended")
        if self._suspended and (old is None or old["status"] != "True"):
            new = self._condition("Suspended", "JobSuspended", "Job suspended")
            self._status.pop("startTime", None)
            events.record(self._cluster, self.job, "Suspended", "Job suspended", source=SOURCE)
        elif not self._suspended and old is not None and old["status"] == "True":
            new = self._condition("Suspended", "JobResumed", "Job resumed", status="False")
            self._status["startTime"] = self._controller.clock.timestamp()
            events.record(self._cluster, self.job, "Resumed", "Job resumed", source=SOURCE)
        else:
            return
        self._status["conditions"] = conditions.set_in_place(self._status.get("conditions"), new)

    def _condition(self, type: str, reason: str, message: str, *, status: str = "True") -> Condition:
        now = self._controller.clock.timestamp()
        return conditions.condition(now, type, status, reason, message, lastProbeTime=now)

    def _back_off(self, seconds: float) -> None:
        self._backs_off = True
        self._wake(seconds)

    def _wake(self, seconds: float) -> None:
        self.wake_after = seconds if self.wake_after is None else min(self.wake_after, seconds)

    def _fresh(self, pods: list[Object]) -> list[Object]:
        """The pods as they are in the store now, without those that are gone."""
        store = self._controller.store
        found = (store.get(*p.key) for p in pods)
        return [p for p in found if p is not None]


def _uids(pods: list[Object]) -> list[str]:
    return [p.uid for p in pods]


def _set(status: dict[str, Any], field: str, value: Any) -> None:
    if value:
        status[field] = value
    else:
        status.pop(field, None)
