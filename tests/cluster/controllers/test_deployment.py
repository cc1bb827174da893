"""Deployments. Tables restate pkg/controller/deployment {rolling,sync}_test.go and deployment_util_test.go (1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers import deployment_rolling
from seatrial.cluster.controllers.deployment_rollout import Rollout
from seatrial.model.objects import Object, condition_of
from seatrial.model.pods import is_ready
from tests.cluster.controllers.stage import Stage, template, workload


def deployment(replicas: int, surge: int | str = "25%", unavailable: int | str = "25%", **status: Any) -> Object:
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    spec = {"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}
    return Object(kind="Deployment", spec=spec, status=status)


def replica_set(name: str, replicas: int, created: str = "", **annotations: str) -> Object:
    marks = {f"deployment.kubernetes.io/{k}-replicas": v for k, v in annotations.items()}
    meta = {"name": name, "creationTimestamp": created, "annotations": marks}
    return Object(kind="ReplicaSet", metadata=meta, spec={"replicas": replicas})


@pytest.mark.parametrize(
    ("surge", "unavailable", "desired", "want"),
    [
        ("0%", "0%", 0, (0, 1)), ("39%", "39%", 0, (0, 1)), ("oops", "39%", 10, None), ("55%", "urg", 10, None),
        (5, 1, 7, (5, 1)), ("25%", "25%", 4, (1, 1)), ("25%", "25%", 3, (1, 0)), ("25%", "25%", 1, (1, 0)),
        (0, "10%", 5, (0, 1)),
    ],
)  # fmt: skip
def test_fenceposts(surge: int | str, unavailable: int | str, desired: int, want: tuple[int, int] | None) -> None:
    """TestResolveFenceposts, and the rounding of both defaults."""
    if want is None:
        with pytest.raises(ValueError, match="invalid value"):
            arithmetic.fenceposts(surge, unavailable, desired)
    else:
        assert arithmetic.fenceposts(surge, unavailable, desired) == want


@pytest.mark.parametrize(
    ("desired", "surge", "new", "old", "want"),
    [(10, 1, 0, 10, 1), (10, 0, 0, 10, 0), (10, 5, 0, 10, 5), (10, 0, 0, 5, 5), (10, 2, 1, 9, 3), (1, 5, 1, 0, 1)],
)
def test_the_new_replica_set_grows_as_surge_allows(desired: int, surge: int, new: int, old: int, want: int) -> None:
    """TestDeploymentController_reconcileNewReplicaSet."""
    sets = [replica_set("old", old), replica_set("new", new)]
    assert arithmetic.new_size(deployment(desired, surge, 1), sets, sets[1]) == want


@pytest.mark.parametrize(
    ("desired", "before", "surge", "sizes", "want"),
    [
        (12, 10, 0, [10], [12]), (5, 10, 0, [10], [5]),
        (10, 5, 0, [3, 2], [6, 4]), (5, 10, 0, [6, 4], [3, 2]),
        (12, 10, 0, [5, 3, 2], [6, 4, 2]), (10, 12, 0, [6, 4, 2], [5, 3, 2]),
        (0, 6, 0, [3, 2, 1], [0, 0, 0]),
        (10, 5, 2, [6], [12]),
    ],
)  # fmt: skip
def test_scaling_in_mid_rollout_is_in_proportion(
    desired: int, before: int, surge: int, sizes: list[int], want: list[int]
) -> None:
    """TestScale: all ReplicaSets grow and shrink by their share, the largest takes what is left over."""
    annotated = {"max": str(before + surge)}
    sets = [replica_set(f"rs-{i}", n, f"2026-01-0{9 - i}", **annotated) for i, n in enumerate(sizes)]
    found = dict((r.name, n) for r, n in arithmetic.proportions(deployment(desired, surge, 0), sets))
    assert sum(found.values()) == (desired + surge if desired else 0)
    assert all(abs(found[f"rs-{i}"] - n) <= 1 for i, n in enumerate(want))


@pytest.mark.parametrize("replicas", [1, 3, 4, 10])
@pytest.mark.parametrize(("surge", "unavailable"), [(1, 0), (0, 1), ("25%", "25%"), ("100%", 0), (2, 3)])
def test_a_rollout_keeps_within_surge_and_unavailable(replicas: int, surge: int | str, unavailable: int | str) -> None:
    stage = Stage()
    rolling = {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    stage.apply(workload("Deployment", replicas=replicas, strategy=rolling))
    stage.run(10)
    assert stage.ready() == replicas
    stage.change("Deployment", "web", template=template(image="img:2"))
    more, fewer = arithmetic.fenceposts(surge, unavailable, replicas)
    for _ in range(400):
        stage.run(0.1)
        assert len(stage.alive()) <= replicas + more
        assert stage.ready() >= replicas - fewer
    found = stage.get("Deployment", "web")
    assert found.status["updatedReplicas"] == found.status["availableReplicas"] == replicas
    assert {p.spec["containers"][0]["image"] for p in stage.alive()} == {"img:2"}
    progressing = condition_of(found, "Progressing")
    assert progressing is not None
    assert progressing["reason"] == "NewReplicaSetAvailable"


@pytest.mark.parametrize(
    ("asked", "available", "most", "want"),
    [(10, 8, 1, 1), (10, 8, 3, 2), (10, 8, 0, 0), (10, 10, 3, 0), (3, 5, 3, None), (3, 5, 0, 0)],
)
def test_old_pods_that_are_not_available_go_first(asked: int, available: int, most: int, want: int | None) -> None:
    """TestDeploymentController_cleanupUnhealthyReplicas; what says more than it asks for was only just scaled down."""
    stage = Stage()
    stage.apply(workload("Deployment", replicas=asked))
    stage.run(10)
    (found,) = stage.store.list("ReplicaSet")
    old = stage.api.update_status(found, {**found.status, "availableReplicas": available})
    rollout = Rollout(stage.cluster, stage.get("Deployment", "web"), [])
    rollout.old = [old]
    assert deployment_rolling._clean_up_unhealthy(rollout, most) == want
    assert stage.store.list("ReplicaSet")[0].spec["replicas"] == asked - (want or 0)


def test_recreate_waits_until_the_old_pods_are_gone() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(terminate_after="5"), replicas=2, strategy={"type": "Recreate"}))
    stage.run(10)
    stage.change("Deployment", "web", template=template(image="img:2"))
    for _ in range(100):
        stage.run(0.1)
        assert len({p.spec["containers"][0]["image"] for p in stage.pods()}) <= 1
    assert all(is_ready(p) for p in stage.pods())


def test_a_rollout_that_makes_no_progress_says_so_after_its_deadline() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(never_ready="1"), replicas=1, progressDeadlineSeconds=20))
    stage.run(15)
    before = condition_of(stage.get("Deployment", "web"), "Progressing")
    stage.run(15)
    after = condition_of(stage.get("Deployment", "web"), "Progressing")
    assert before is not None
    assert before["reason"] == "ReplicaSetUpdated"
    assert after is not None
    assert (after["status"], after["reason"]) == ("False", "ProgressDeadlineExceeded")


def test_going_back_uses_the_old_replica_set_as_a_new_revision() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", replicas=1, revisionHistoryLimit=1))
    for image in ("img:2", "img:1", "img:3", "img:4"):
        stage.run(15)
        stage.change("Deployment", "web", template=template(image=image))
    stage.run(15)
    assert stage.get("Deployment", "web").annotations[arithmetic.REVISION] == "5"
    assert sorted(arithmetic.revision(r) for r in stage.store.list("ReplicaSet")) == [4, 5]


def test_a_paused_deployment_scales_but_does_not_roll() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", replicas=2))
    stage.run(10)
    stage.change("Deployment", "web", paused=True, template=template(image="img:2"), replicas=4)
    stage.run(10)
    assert {p.spec["containers"][0]["image"] for p in stage.pods()} == {"img:1"}
    assert stage.ready() == 4
