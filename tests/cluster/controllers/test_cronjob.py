"""CronJobs (pkg/controller/cronjob/cronjob_controllerv2_test.go and robfig/cron's parser tests, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.controllers.cron_schedule import BadSchedule, Schedule
from seatrial.model.objects import Object, seconds_of, timestamp
from tests.cluster.controllers.stage import Stage, template


def cron_job(schedule: str = "* * * * *", run: str = "3", **spec: Any) -> Object:
    pod = template("tick", ready_after="0.5", exit_after=run)
    pod["spec"]["restartPolicy"] = "Never"
    given = {"schedule": schedule, "jobTemplate": {"spec": {"template": pod}}, **spec}
    return Object(apiVersion="batch/v1", kind="CronJob", metadata={"name": "tick", "namespace": "default"}, spec=given)


def after(seconds: float, found: Object) -> Stage:
    stage = Stage()
    stage.apply(found)
    stage.run(seconds)
    return stage


@pytest.mark.parametrize(
    ("expression", "zone", "start", "due"),
    [
        ("* * * * *", None, "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
        ("*/15 * * * *", None, "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"),
        ("@hourly", None, "2026-01-01T00:00:01Z", "2026-01-01T01:00:00Z"),
        ("@daily", None, "2026-01-01T10:00:00Z", "2026-01-02T00:00:00Z"),
        ("@every 1h30m", None, "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"),
        ("0 3 ? * MON", None, "2026-01-01T00:00:00Z", "2026-01-05T03:00:00Z"),
        ("0 9 * * *", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00Z"),
        ("0 9 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z"),
        ("TZ=Asia/Tokyo 0 9 * * *", None, "2026-01-01T01:00:00Z", "2026-01-02T00:00:00Z"),
        ("0 0 31 * *", None, "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("0 0 29 2 *", None, "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("5/20 1-3 * * *", None, "2026-01-01T01:25:00Z", "2026-01-01T01:45:00Z"),
        # a day of the month or one of the week, unless one of them is a star
        ("0 0 13 * FRI", None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("0 0 */10 * SUN", None, "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
        ("0 0 * * SUN", None, "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
        # clocks go from 2 to 3 in the night: there is no half past two; and later from 3 back to 2: there are two
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
        ("0 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"),
        # clocks skip midnight
        ("30 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T21:30:00Z"),
        ("0 * * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z"),
    ],
)  # fmt: skip
def test_when_it_is_due(expression: str, zone: str | None, start: str, due: str) -> None:
    assert timestamp(Schedule(expression, zone).next(seconds_of(start))) == due


@pytest.mark.parametrize(
    ("expression", "zone"),
    [("0 0 0 0 0 0 0", None), ("61 * * * *", None), ("", None), ("* * * * *", "Mars/Phobos"), ("* * * * 7", None)],
)
def test_what_is_no_schedule(expression: str, zone: str | None) -> None:
    with pytest.raises(BadSchedule):
        Schedule(expression, zone)


@pytest.mark.parametrize(("policy", "jobs", "running"), [("Allow", 3, 3), ("Forbid", 1, 1), ("Replace", 1, 1)])
def test_runs_that_overlap(policy: str, jobs: int, running: int) -> None:
    """TestControllerV2SyncCronJob: still active, is due, by concurrency policy."""
    stage = after(185, cron_job(run="1000", concurrencyPolicy=policy))
    assert len(stage.store.list("Job")) == jobs
    assert len(stage.alive()) == running
    made = stage.reasons("CronJob").count("SuccessfulCreate")
    assert made == (1 if policy == "Forbid" else 3)
    assert ("JobAlreadyActive" in stage.reasons("CronJob")) == (policy == "Forbid")


def test_jobs_are_named_after_their_minute() -> None:
    stage = after(65, cron_job())
    (found,) = stage.store.list("Job")
    assert found.name == "tick-29453761"  # minutes since 1970
    assert stage.get("CronJob", "tick").status["lastScheduleTime"] == "2026-01-01T00:01:00Z"


@pytest.mark.parametrize(("keep", "left"), [(3, 3), (1, 1), (0, 0)])
def test_only_the_latest_jobs_are_kept(keep: int, left: int) -> None:
    """TestControllerV2CleanupFinishedJobs."""
    assert len(after(330, cron_job(successfulJobsHistoryLimit=keep)).store.list("Job")) == left


def test_a_suspended_one_starts_nothing_and_then_the_latest_missed() -> None:
    stage = after(200, cron_job(suspend=True))
    assert stage.store.list("Job") == []
    stage.change("CronJob", "tick", suspend=False)
    stage.run(1)
    assert len(stage.store.list("Job")) == 1


def test_what_is_too_late_is_left_out() -> None:
    stage = after(175, cron_job(suspend=True, startingDeadlineSeconds=10))
    stage.change("CronJob", "tick", suspend=False)
    stage.run(1)
    assert stage.store.list("Job") == []
    stage.run(10)
    assert len(stage.store.list("Job")) == 1


def test_an_unreadable_schedule_is_told() -> None:
    assert "UnparseableSchedule" in after(5, cron_job("every now and then")).reasons("CronJob")


def test_a_day_that_never_comes() -> None:
    assert Schedule("0 0 30 2 *").next(0.0) == float("inf")
