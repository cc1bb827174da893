"""Jobs and CronJobs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import severities, workload


@pytest.mark.parametrize(
    ("spec", "expected"),
    [({}, ["warning"]), ({"concurrencyPolicy": "Allow"}, ["warning"]), ({"concurrencyPolicy": "Replace"}, [])],
)
def test_runs_do_not_meet(spec: dict[str, Any], expected: list[str]) -> None:
    assert severities("cron-job-overlap", workload("CronJob", **spec)) == expected


@pytest.mark.parametrize(("deadline", "expected"), [(None, ["note"]), (9, ["error"]), (10, []), (600, [])])
def test_missed_runs(deadline: int | None, expected: list[str]) -> None:
    spec: dict[str, Any] = {} if deadline is None else {"startingDeadlineSeconds": deadline}
    assert severities("cron-job-deadline", workload("CronJob", **spec)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (workload("Job"), ["note"]),
        (workload("Job", activeDeadlineSeconds=60), []),
        (workload("Job", pod={"activeDeadlineSeconds": 60}), []),
        (workload("CronJob"), ["note"]),
        (workload("Deployment"), []),
    ],
)
def test_jobs_end(given: dict[str, Any], expected: list[str]) -> None:
    assert severities("job-never-ends", given) == expected


def test_finished_jobs_go_away() -> None:
    hook = workload("Job", "hook")
    hook["metadata"]["annotations"] = {"helm.sh/hook": "pre-upgrade"}
    assert severities("job-never-removed", workload("Job"), hook, workload("CronJob", "c")) == ["note"]
    assert severities("job-never-removed", workload("Job", ttlSecondsAfterFinished=60)) == []
