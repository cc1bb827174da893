"""The CronJob controller: a Job for each time that is due (pkg/controller/cronjob/cronjob_controllerv2.go, 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers.cron_schedule import BadSchedule, Schedule
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.model import objects
from seatrial.model.objects import EPOCH, Object, controller_of

SOURCE = "cronjob-controller"
AFTERWARDS = 0.1
"""Seconds after a time is due at which the controller looks (nextScheduleDelta)."""
MANY = 100
"""So many missed times are told as too many."""
SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class CronJobController(WorkloadController):
    """Makes Jobs on schedule, by the concurrency policy, and keeps only the latest that finished."""

    name = SOURCE
    kind = "CronJob"
    child_kind = "Job"

    def sync(self, key: str) -> None:
        """One look at one CronJob (sync)."""
        cron_job = self.current(key)
        if cron_job is None:
            return
        jobs = [
            job for job in self.store.by_index("Job", "owner", cron_job.uid)
            if (controller_of(job) or {}).get("uid") == cron_job.uid
        ]  # fmt: skip
        jobs = self._without_old(cron_job, jobs)
        status = self._follow(cron_job, jobs)
        if not cron_job.deleting and not cron_job.spec.get("suspend"):
            self._schedule(key, cron_job, status)
        self.write_status(self.api.present(cron_job.key), status)

    def _follow(self, cron_job: Object, jobs: list[Object]) -> dict[str, Any]:
        """Note which Jobs have finished or gone since the last look (syncCronJob's first part)."""
        status = dict(cron_job.status)
        active = {reference["uid"]: reference for reference in status.get("active") or ()}
        for job in jobs:
            finished = _finished(job)
            if job.uid not in active and finished is None:
                text = f"Saw a job that the controller did not create or forgot: {job.name}"
                self._tell(cron_job, "UnexpectedJob", text, type="Warning")
            elif job.uid in active and finished is not None:
                del active[job.uid]
                self._tell(cron_job, "SawCompletedJob", f"Saw completed job: {job.name}, condition: {finished}")
            if finished == "Complete":
                done = job.status.get("completionTime") or ""
                if done > (status.get("lastSuccessfulTime") or ""):
                    status["lastSuccessfulTime"] = done
        present = {job.uid for job in jobs}
        for uid, reference in list(active.items()):
            if uid not in present:
                del active[uid]
                self._tell(cron_job, "MissingJob", f"Active job went missing: {reference['name']}")
        _set_active(status, list(active.values()))
        return status

    def _schedule(self, key: str, cron_job: Object, status: dict[str, Any]) -> None:
        """Start the Job that is due, if one is, and come back for the next."""
        spec, now = cron_job.spec, self.clock.now
        try:
            schedule = Schedule(spec["schedule"], spec.get("timeZone"))
        except BadSchedule as problem:
            unknown = "time zone" in str(problem)
            reason = "UnknownTimeZone" if unknown else "UnparseableSchedule"
            text = f'invalid timeZone: "{spec.get("timeZone")}": {problem}' if unknown else (
                f"unparseable schedule: {spec['schedule']} : {problem}"
            )  # fmt: skip
            self._tell(cron_job, reason, text, type="Warning")
            return
        due = self._latest_due(cron_job, schedule)
        if due is not None and status.get("lastScheduleTime") != objects.timestamp(due):
            deadline = spec.get("startingDeadlineSeconds")
            if deadline is not None and due + float(deadline) < now:
                text = f"Missed scheduled time to start a job: {_long(due)}"
                self._tell(cron_job, "MissSchedule", text, type="Warning")
            else:
                self._start(cron_job, schedule, status, due)
        self.add(key, schedule.next(now) - now + AFTERWARDS)

    def _latest_due(self, cron_job: Object, schedule: Schedule) -> float | None:
        """The latest time that is due and was not seen to (mostRecentScheduleTime)."""
        last = cron_job.status.get("lastScheduleTime") or cron_job.metadata["creationTimestamp"]
        earliest = objects.seconds_of(last)
        deadline = cron_job.spec.get("startingDeadlineSeconds")
        if deadline is not None:
            earliest = max(earliest, self.clock.now - float(deadline))
        found, missed, time = None, 0, schedule.next(earliest)
        while time <= self.clock.now:
            found, missed = time, missed + 1
            if missed > MANY and deadline is None:
                # Upstream estimates the rest from the interval: skip to shortly before where the last time must lie.
                time = max(time, self.clock.now - 2 * (schedule.next(time) - time))
            time = schedule.next(time)
        if missed > MANY:
            text = (
                f"too many missed start times: {missed}. Set or decrease .spec.startingDeadlineSeconds "
                "or check clock skew"
            )
            self._tell(cron_job, "TooManyMissedTimes", text, type="Warning")
        return found

    def _start(self, cron_job: Object, schedule: Schedule, status: dict[str, Any], due: float) -> None:
        """Make the Job of a time, where the concurrency policy allows it."""
        active = list(status.get("active") or ())
        policy = cron_job.spec.get("concurrencyPolicy", "Allow")
        if policy == "Forbid" and active:
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self._tell(cron_job, "JobAlreadyActive", text)
            return
        if policy == "Replace":
            for reference in active:
                self._delete(cron_job, ("Job", cron_job.namespace, reference["name"]))
            active = []
        try:
            job = self.api.create(_job(cron_job, schedule, due))
        except errors.AlreadyExists:
            return  # made at an earlier look whose status was not written
        except errors.ApiError as refusal:
            self._tell(cron_job, "FailedCreate", f"Error creating job: {refusal.message}", type="Warning")
            raise
        self._tell(cron_job, "SuccessfulCreate", f"Created job {job.name}")
        reference = {
            "apiVersion": "batch/v1", "kind": "Job", "namespace": job.namespace, "name": job.name, "uid": job.uid,
            "resourceVersion": job.metadata["resourceVersion"],
        }  # fmt: skip
        _set_active(status, [*active, reference])
        status["lastScheduleTime"] = objects.timestamp(due)

    def _without_old(self, cron_job: Object, jobs: list[Object]) -> list[Object]:
        """Delete the oldest finished Jobs beyond the history limits (cleanupFinishedJobs)."""
        gone: set[str] = set()
        for outcome, field, default in (
            ("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1),
        ):  # fmt: skip
            limit = cron_job.spec.get(field, default)
            ended = sorted(
                (j for j in jobs if _finished(j) == outcome),
                key=lambda j: (j.status.get("startTime") or "", j.name),
            )
            for job in ended[: max(0, len(ended) - int(limit))]:
                self._delete(cron_job, job.key)
                gone.add(job.uid)
        return [job for job in jobs if job.uid not in gone]

    def _delete(self, cron_job: Object, key: objects.Key) -> None:
        try:
            self.api.delete(key, propagation="Background")
        except errors.NotFound:
            return
        self._tell(cron_job, "SuccessfulDelete", f"Deleted job {key[2]}")

    def _tell(self, cron_job: Object, reason: str, message: str, *, type: str = "Normal") -> None:
        events.record(self.cluster, cron_job, reason, message, type=type, source=SOURCE)


def _set_active(status: dict[str, Any], active: list[dict[str, Any]]) -> None:
    if active:
        status["active"] = active
    else:
        status.pop("active", None)


def _finished(job: Object) -> str | None:
    found = job.status.get("conditions")
    return next((kind for kind in ("Complete", "Failed") if conditions.is_true(found, kind)), None)


def _job(cron_job: Object, schedule: Schedule, due: float) -> Object:
    """The Job of one time; its name ends in the minute since 1970, so there can be only one (getJobFromTemplate2)."""
    template = cron_job.spec["jobTemplate"]
    given = template.get("metadata") or {}
    moment = (EPOCH.timestamp() + due) // 60
    at = objects.datetime_of(due).astimezone(schedule.zone)
    annotations = {**(given.get("annotations") or {}), SCHEDULED_AT: at.isoformat().replace("+00:00", "Z")}
    return Object(
        apiVersion="batch/v1", kind="Job", spec=template["spec"],
        metadata={
            "name": f"{cron_job.name}-{int(moment)}", "namespace": cron_job.namespace,
            "labels": dict(given.get("labels") or {}), "annotations": annotations,
            "ownerReferences": [objects.owner_reference(cron_job)],
        },
    )  # fmt: skip


def _long(time: float) -> str:
    return objects.datetime_of(time).strftime("%a, %d %b %Y %H:%M:%S +0000")
