"""Jobs. Tables restate pkg/controller/job: job_controller_test, backoff_utils_test, pod_failure_policy_test (1.36)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cluster.controllers import job_indexes, job_policies
from seatrial.cluster.controllers.job_indexes import Failures
from seatrial.cluster.controllers.job_pods import Backoff, backoff
from seatrial.model.objects import Object, condition_of, timestamp
from tests.cluster.controllers.stage import Stage, job, template

INDEXED: dict[str, Any] = {"completionMode": "Indexed"}


def failing(code: int = 1, **annotations: str) -> dict[str, Any]:
    return template("work", ready_after="0.5", exit_after="1", exit_code=str(code), **annotations)


def after(seconds: float, *given: Object) -> Stage:
    stage = Stage()
    stage.apply(*given)
    stage.run(seconds)
    return stage


def verdict(stage: Stage, kind: str) -> str | None:
    found = condition_of(stage.get("Job", "work"), kind)
    return found["reason"] if found is not None and found["status"] == "True" else None


@given(st.sets(st.integers(0, 200)))
def test_indexes_are_read_as_they_are_written(indexes: set[int]) -> None:
    assert job_indexes.parsed(job_indexes.text_of(indexes), 201) == indexes


@pytest.mark.parametrize(
    ("indexes", "text"), [((), ""), ((3,), "3"), ((0, 1), "0,1"), ((0, 1, 2), "0-2"), ((0, 2, 3, 5, 6, 7), "0,2,3,5-7")]
)
def test_indexes_in_words(indexes: tuple[int, ...], text: str) -> None:
    """TestIntervalsHaveIndex and TestCalculateSucceededIndexes: two in a row stay apart."""
    assert job_indexes.text_of(indexes) == text


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (99, 600)])
def test_jobs_back_off(failures: int, seconds: float) -> None:
    """TestGetRemainingTime in backoff_utils_test.go."""
    assert backoff(failures) == seconds


def ended(phase: str, at: float) -> Object:
    state = {"terminated": {"finishedAt": timestamp(at), "exitCode": int(phase == "Failed")}}
    meta = {"name": f"p{at}", "creationTimestamp": timestamp(0)}
    return Object(kind="Pod", metadata=meta, status={"phase": phase, "containerStatuses": [{"state": state}]})


@pytest.mark.parametrize(
    ("before", "ends", "want"),
    [
        (Backoff(), [], Backoff()), (Backoff(), [("Failed", 5)], Backoff(1, 5)),
        (Backoff(2, 3), [("Failed", 9), ("Failed", 5)], Backoff(4, 9)),
        (Backoff(2, 3), [("Succeeded", 9), ("Failed", 5)], Backoff()),
        (Backoff(2, 3), [("Failed", 9), ("Succeeded", 5)], Backoff(1, 9)),
    ],
)  # fmt: skip
def test_a_success_begins_the_count_anew(before: Backoff, ends: list[tuple[str, float]], want: Backoff) -> None:
    """TestNewBackoffRecord in backoff_utils_test.go."""
    assert before.after([ended(*e) for e in ends]) == want


@pytest.mark.parametrize(("limit", "pods", "seconds"), [(0, 1, 10), (1, 2, 25), (3, 4, 90)])
def test_failures_up_to_the_limit(limit: int, pods: int, seconds: float) -> None:
    stage = after(seconds, job(pod=failing(), backoffLimit=limit))
    assert len(stage.pods()) == stage.get("Job", "work").status["failed"] == pods
    assert verdict(stage, "Failed") == "BackoffLimitExceeded"


def test_an_indexed_job_runs_each_index_once() -> None:
    stage = after(60, job(completions=5, parallelism=2, **INDEXED))
    status = stage.get("Job", "work").status
    assert (status["succeeded"], status["completedIndexes"]) == (5, "0-4")
    assert stage.reasons("Job")[-1] == "Completed"


@pytest.mark.parametrize(
    ("spec", "running", "end"),
    [
        ({"parallelism": 3}, 3, 3), ({"parallelism": 3, "completions": 2}, 2, 2), ({"completions": 2}, 1, 2),
        ({"parallelism": 2, "completions": 5}, 2, 5),
    ],
)  # fmt: skip
def test_no_more_pods_run_than_are_needed(spec: dict[str, Any], running: int, end: int) -> None:
    """TestControllerSyncJob: parallelism, completions, and both."""
    stage = Stage()
    stage.apply(job(**spec))
    for _ in range(150):
        stage.run(0.2)
        assert len(stage.alive()) <= running
    assert stage.get("Job", "work").status["succeeded"] == end


@pytest.mark.parametrize(
    ("rules", "code", "conditions", "want"),
    [
        ([("FailJob", {"onExitCodes": {"operator": "In", "values": [1, 2]}})], 2, [], "FailJob"),
        ([("FailJob", {"onExitCodes": {"operator": "In", "values": [1, 2]}})], 3, [], "Count"),
        ([("FailJob", {"onExitCodes": {"operator": "NotIn", "values": [1, 2]}})], 3, [], "FailJob"),
        ([("FailJob", {"onExitCodes": {"operator": "NotIn", "values": [1]}})], 0, [], "Count"),
        ([("Ignore", {"onExitCodes": {"containerName": "other", "operator": "In", "values": [1]}})], 1, [], "Count"),
        ([("Ignore", {"onPodConditions": [{"type": "DisruptionTarget"}]})], 1, ["DisruptionTarget"], "Ignore"),
        ([("Ignore", {"onPodConditions": [{"type": "DisruptionTarget"}]})], 1, [], "Count"),
        (
            [
                ("Ignore", {"onExitCodes": {"operator": "In", "values": [5]}}),
                ("FailJob", {"onExitCodes": {"operator": "In", "values": [1]}}),
            ],
            1, [], "FailJob",
        ),
        ([("FailIndex", {"onExitCodes": {"operator": "In", "values": [1]}})], 1, [], "Count"),  # without an index limit
    ],
)  # fmt: skip
def test_the_first_rule_that_matches_decides(
    rules: list[tuple[str, dict[str, Any]]], code: int, conditions: list[str], want: str
) -> None:
    """TestMatchPodFailurePolicy."""
    found = job(podFailurePolicy={"rules": [{"action": action, **rule} for action, rule in rules]})
    statuses = [{"name": "c", "state": {"terminated": {"exitCode": code}}}]
    held = [{"type": kind, "status": "True"} for kind in conditions]
    meta = {"name": "p", "namespace": "default"}
    pod = Object(kind="Pod", metadata=meta, status={"containerStatuses": statuses, "conditions": held})
    assert job_policies.match_failure(found, pod)[0] == want


@pytest.mark.parametrize(
    ("rules", "succeeded", "want"),
    [
        ([{"succeededCount": 2}], {1}, None), ([{"succeededCount": 2}], {1, 4}, "Matched rules at index 0"),
        ([{"succeededIndexes": "0,2"}], {0, 1}, None),
        ([{"succeededIndexes": "0,2"}], {0, 2}, "Matched rules at index 0"),
        ([{"succeededIndexes": "0-3", "succeededCount": 1}], {4}, None),
        ([{"succeededIndexes": "0-3", "succeededCount": 1}], {3}, "Matched rules at index 0"),
        ([{"succeededIndexes": "0"}, {"succeededCount": 2}], {1, 2}, "Matched rules at index 1"),
    ],
)  # fmt: skip
def test_some_indexes_may_be_enough(rules: list[dict[str, Any]], succeeded: set[int], want: str | None) -> None:
    """TestMatchSuccessPolicy."""
    assert job_policies.match_success(job(completions=5, successPolicy={"rules": rules}, **INDEXED), succeeded) == want


def test_a_success_policy_ends_the_pods_that_are_left() -> None:
    pod = template("work", ready_after="0.5", exit_after="2")
    policy = {"rules": [{"succeededCount": 1}]}
    stage = after(3, job(pod=pod, completions=3, parallelism=1, successPolicy=policy, **INDEXED))
    stage.run(20)
    assert verdict(stage, "Complete") == "SuccessPolicy"
    assert stage.alive() == []


def test_each_index_fails_for_itself() -> None:
    stage = after(60, job(pod=failing(), completions=2, parallelism=2, backoffLimitPerIndex=1, **INDEXED))
    status = stage.get("Job", "work").status
    assert (status["failedIndexes"], status["failed"]) == ("0,1", 4)
    assert verdict(stage, "Failed") == "FailedIndexes"


def test_ignored_failures_of_an_index_are_told_apart() -> None:
    """TestAddIndexFailureCountAnnotation: they lengthen the back-off but do not use up the limit."""
    found = Failures().plus(ignored=True).plus(ignored=True).plus(ignored=False)
    assert found == Failures(1, 2)
    assert job_indexes.failures_of(Object(metadata={"annotations": found.annotations()})) == found


def test_ignored_failures_count_for_the_back_off_but_not_against_the_limit() -> None:
    stage = Stage()
    rule = {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [7]}}
    pod = template("work", ready_after="0.5", exit_after="1", exit_code="7")
    stage.apply(job(pod=pod, backoffLimit=0, podFailurePolicy={"rules": [rule]}))
    made = []
    for _ in range(60):
        stage.run(1)
        made.append(len({e["message"] for e in stage.store.list("Event") if e["reason"] == "SuccessfulCreate"}))
    assert [made.index(n) // 10 for n in (1, 2, 3)] == [0, 1, 3], "after 10 s, then after 20 s"
    assert not stage.get("Job", "work").status.get("failed")


def test_too_many_failed_indexes_fail_the_job() -> None:
    spec = {"backoffLimitPerIndex": 0, "maxFailedIndexes": 1, **INDEXED}
    stage = after(30, job(pod=failing(), completions=4, parallelism=2, **spec))
    assert verdict(stage, "Failed") == "MaxFailedIndexesExceeded"
    assert len(stage.pods()) == 2


def test_pods_that_are_not_needed_count_as_nothing() -> None:
    """deleteJobPods takes the finalizer off before it deletes."""
    long = template("work", ready_after="0.5", exit_after="100")
    stage = after(5, job(pod=long, completions=4, parallelism=4))
    stage.change("Job", "work", parallelism=1)
    stage.run(10)
    assert len(stage.alive()) == 1
    assert "failed" not in stage.get("Job", "work").status


def test_a_suspended_job_has_no_pods_and_goes_on_later() -> None:
    pod = template("work", ready_after="0.5", exit_after="5")
    stage = after(3, job(pod=pod, completions=2, parallelism=2))
    stage.change("Job", "work", suspend=True)
    stage.run(10)
    assert stage.alive() == []
    assert verdict(stage, "Suspended") == "JobSuspended"
    stage.change("Job", "work", suspend=False)
    stage.run(20)
    status = stage.get("Job", "work").status
    assert status["succeeded"] == 2
    assert "failed" not in status
    assert verdict(stage, "Suspended") is None


def test_a_deleted_pod_is_replaced_and_counts_as_failed() -> None:
    stage = after(2, job(pod=template("work", exit_after="30")))
    stage.api.delete(stage.pods()[0].key)
    stage.run(15)
    assert stage.get("Job", "work").status["failed"] == 1
    assert len(stage.alive()) == 1


def test_a_job_may_last_only_so_long() -> None:
    stage = after(20, job(pod=template("work", exit_after="100"), activeDeadlineSeconds=8))
    assert verdict(stage, "Failed") == "DeadlineExceeded"
    assert stage.alive() == []


def test_a_finished_job_is_deleted_with_its_pods() -> None:
    stage = after(30, job(ttlSecondsAfterFinished=5))
    assert stage.store.list("Job") == stage.pods() == []


def fail(stage: Stage, pod: Object) -> None:
    """Let a pod end as failed now, whatever its kubelet thinks."""
    state = {"terminated": {"exitCode": 1, "finishedAt": stage.cluster.clock.timestamp()}}
    status = {**pod.status, "phase": "Failed", "containerStatuses": [{"name": "c", "state": state}]}
    stage.api.update_status(stage.api.present(pod.key), status)


def test_while_a_job_backs_off_its_status_shows_no_active_pods() -> None:
    """manageJob returns 0 active pods where it may make none yet, whatever runs beside."""
    stage = after(5, job(pod=template("work", ready_after="0.5"), parallelism=2, completions=4))
    assert stage.get("Job", "work").status["active"] == 2
    fail(stage, stage.alive()[0])
    stage.run(5)
    assert (len(stage.alive()), stage.get("Job", "work").status.get("active", 0)) == (1, 0)
    stage.run(10)
    assert (len(stage.alive()), stage.get("Job", "work").status["active"]) == (2, 2)


def test_an_index_that_backs_off_keeps_its_place() -> None:
    """firstPendingIndexes: what is missing is chosen first, then those of it that may begin."""
    given = job(
        pod=template("work", ready_after="0.5"), parallelism=2, completions=4, backoffLimitPerIndex=3, **INDEXED
    )
    stage = after(5, given)
    fail(stage, next(p for p in stage.alive() if job_indexes.index_of(p) == 0))
    stage.run(5)
    assert [job_indexes.index_of(p) for p in stage.alive()] == [1]
    assert "active" not in stage.get("Job", "work").status
    stage.run(10)
    assert sorted(job_indexes.index_of(p) for p in stage.alive()) == [0, 1]
