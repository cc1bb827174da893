"""Budgets and evictions (pkg/controller/disruption/disruption_test.go, registry/core/pod/storage/eviction_test.go)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.cluster import errors, eviction
from seatrial.model.objects import Object, condition_of
from tests.cluster.controllers.stage import Stage, budget, job, template, workload


def counts(stage: Stage) -> tuple[int, ...]:
    """Disruptions allowed, healthy pods, wanted ones, all."""
    status = stage.get("PodDisruptionBudget", "web").status
    return tuple(status[f] for f in ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"))


def evicted(stage: Stage, pod: Object) -> str:
    try:
        eviction.evict(stage.cluster, pod.key)
    except errors.ApiError as refusal:
        return str(refusal.code)
    return "evicted"


@pytest.mark.parametrize(
    ("replicas", "spec", "want"),
    [
        (3, {"minAvailable": 2}, (1, 3, 2, 3)), (3, {"minAvailable": 5}, (0, 3, 5, 3)),
        (3, {"minAvailable": "50%"}, (1, 3, 2, 3)), (7, {"minAvailable": "50%"}, (3, 7, 4, 7)),
        (4, {"minAvailable": "0%"}, (4, 4, 0, 4)), (4, {"minAvailable": "100%"}, (0, 4, 4, 4)),
        (4, {"maxUnavailable": 1}, (1, 4, 3, 4)), (4, {"maxUnavailable": 9}, (4, 4, 0, 4)),
        (5, {"maxUnavailable": "40%"}, (2, 5, 3, 5)), (7, {"maxUnavailable": "30%"}, (3, 7, 4, 7)),
        (1, {"maxUnavailable": "1%"}, (1, 1, 0, 1)), (3, {"maxUnavailable": 0}, (0, 3, 3, 3)),
        (0, {"minAvailable": 1}, (0, 0, 1, 0)), (0, {"maxUnavailable": 1}, (0, 0, 0, 0)), (3, {}, (0, 3, 0, 0)),
    ],
)  # fmt: skip
def test_what_a_budget_allows(replicas: int, spec: dict[str, Any], want: tuple[int, ...]) -> None:
    """TestIntegerMaxUnavailable, TestPercentageMaxUnavailable, TestReplicaSet, ...: shares round up."""
    stage = Stage()
    stage.apply(workload("Deployment", replicas=replicas), budget(**spec))
    stage.run(10)
    assert counts(stage) == want
    allowed = condition_of(stage.get("PodDisruptionBudget", "web"), "DisruptionAllowed")
    assert allowed is not None
    assert allowed["reason"] == ("SufficientPods" if want[0] else "InsufficientPods")


def test_unready_pods_are_not_healthy() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(never_ready="1"), replicas=3), budget(maxUnavailable=1))
    stage.run(10)
    assert counts(stage) == (0, 0, 2, 3)


def test_the_pods_of_several_controllers_count_together() -> None:
    """TestMultipleControllers."""
    stage = Stage()
    for name, replicas in (("a", 2), ("b", 4)):
        pod = template(name)
        pod["metadata"]["labels"]["tier"] = "front"
        stage.apply(workload("Deployment", name, pod=pod, replicas=replicas))
    found = budget(minAvailable="50%")
    stage.apply(Object({**found, "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"tier": "front"}}}}))
    stage.run(10)
    assert counts(stage) == (3, 6, 3, 6)


def test_a_share_of_pods_that_cannot_be_scaled_allows_nothing() -> None:
    """TestScaleFinderNoResource: a Job has no number of replicas."""
    stage = Stage()
    pod = template("work", exit_after="60")
    stage.apply(job(pod=pod, parallelism=2, completions=2), budget(app="work", maxUnavailable=1))
    stage.run(10)
    failed = condition_of(stage.get("PodDisruptionBudget", "web"), "DisruptionAllowed")
    assert failed is not None
    assert (failed["status"], failed["reason"]) == ("False", "SyncFailed")
    assert [evicted(stage, pod) for pod in stage.alive()] == ["429", "429"]


@pytest.mark.parametrize(
    ("annotations", "spec", "want"),
    [
        ({}, {"maxUnavailable": 1}, ["evicted", "429", "429"]),
        ({}, {"maxUnavailable": 2}, ["evicted", "evicted", "429"]),
        ({}, {"maxUnavailable": 0}, ["429"] * 3), ({"never_ready": "1"}, {"minAvailable": 1}, ["429"] * 3),
        ({"never_ready": "1"}, {"minAvailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"}, ["evicted"] * 3),
        ({"never_ready": "1"}, {"minAvailable": 0}, ["429"] * 3),
    ],
)  # fmt: skip
def test_evictions_ask_the_budget(annotations: dict[str, str], spec: dict[str, Any], want: list[str]) -> None:
    """TestEviction, TestEvictionPDBStatus and the table of unhealthyPodEvictionPolicy."""
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(**annotations), replicas=3), budget(**spec))
    stage.run(10)
    assert [evicted(stage, pod) for pod in stage.pods()] == want


def test_a_pod_under_two_budgets_cannot_be_evicted() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", replicas=2), budget("a", maxUnavailable=1), budget("b", maxUnavailable=1))
    stage.run(10)
    assert {evicted(stage, pod) for pod in stage.pods()} == {"500"}


def test_pods_that_serve_nobody_go_without_asking() -> None:
    stage = Stage(0)
    stage.apply(workload("Deployment", replicas=2), budget(maxUnavailable=0))
    stage.run(10)
    assert [evicted(stage, pod) for pod in stage.pods()] == ["evicted", "evicted"]


def test_an_eviction_that_came_to_nothing_is_forgotten_after_two_minutes() -> None:
    """TestUpdateDisruptedPods: the pod counts as healthy again."""
    stage = Stage()
    stage.apply(workload("Deployment", replicas=2), budget(maxUnavailable=1))
    stage.run(10)
    found = stage.get("PodDisruptionBudget", "web")
    name = stage.pods()[0].name
    stage.api.update_status(found, {**found.status, "disruptedPods": {name: stage.cluster.clock.timestamp()}})
    stage.run(5)
    assert counts(stage)[:2] == (0, 1)
    stage.run(125)
    assert counts(stage)[:2] == (1, 2)


@settings(max_examples=8)
@given(st.integers(1, 6), st.integers(0, 5), st.integers(0, 99))
def test_evictions_never_go_beyond_the_budget(replicas: int, least: int, seed: int) -> None:
    stage = Stage(seed=seed)
    stage.apply(workload("Deployment", pod=template(), replicas=replicas), budget(minAvailable=least))
    stage.run(10)
    for _ in range(12):
        for pod in stage.pods():
            evicted(stage, pod)
        assert stage.ready() >= min(least, replicas)
        stage.run(0.7)
