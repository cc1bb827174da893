"""What happens to pods, Jobs, budgets, nodes and owners over time, controller by controller."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.cluster import errors, eviction
from seatrial.cluster.controllers import job_indexes
from seatrial.cluster.controllers.job_pods import backoff
from seatrial.model.objects import Object
from tests.cluster.controllers.stage import Stage, budget, job, template, workload


@given(st.sets(st.integers(0, 200)))
def test_indexes_are_read_as_they_are_written(indexes: set[int]) -> None:
    assert job_indexes.parsed(job_indexes.text_of(indexes), 201) == indexes


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (99, 600)])
def test_jobs_back_off(failures: int, seconds: float) -> None:
    """TestGetRemainingTime in pkg/controller/job/backoff_utils_test.go."""
    assert backoff(failures) == seconds


def test_an_indexed_job_runs_each_index_once() -> None:
    stage = Stage()
    stage.apply(job(completions=5, parallelism=2, completionMode="Indexed"))
    stage.run(60)
    status = stage.get("Job", "work").status
    assert (status["succeeded"], status["completedIndexes"]) == (5, "0-4")
    assert stage.reasons("Job")[-1] == "Completed"


def test_pods_of_a_silent_node_go_after_five_minutes_by_default() -> None:
    stage = Stage(2)
    stage.apply(workload("Deployment", replicas=2))
    stage.run(10)
    stage.kubelets.take_down("node-0")
    stage.run(80)
    assert not any(p.deleting for p in stage.pods())
    stage.run(320)
    assert {p.spec["nodeName"] for p in stage.alive()} == {"node-1"}


def test_owners_in_a_circle_can_be_deleted() -> None:
    stage = Stage(0)
    for name in "ab":
        stage.apply(Object(apiVersion="v1", kind="ConfigMap", metadata={"name": name, "namespace": "default"}, data={}))
    for name, owner in (("a", "b"), ("b", "a")):
        uid = stage.get("ConfigMap", owner).uid
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid, "blockOwnerDeletion": True}
        stage.api.change_metadata(("ConfigMap", "default", name), ownerReferences=[reference])
    stage.api.delete(("ConfigMap", "default", "a"), propagation="Foreground")
    stage.run(10)
    assert stage.store.list("ConfigMap") == []


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 6), st.integers(0, 5), st.integers(0, 99))
def test_evictions_never_go_beyond_the_budget(replicas: int, least: int, seed: int) -> None:
    stage = Stage(seed=seed)
    stage.apply(workload("Deployment", pod=template(), replicas=replicas), budget(minAvailable=least))
    stage.run(10)
    for _ in range(12):
        for pod in stage.pods():
            try:
                eviction.evict(stage.cluster, pod.key)
            except errors.TooManyRequests:
                continue
        assert stage.ready() >= min(least, replicas)
        stage.run(0.7)
