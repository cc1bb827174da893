"""Owners and what they own (pkg/controller/garbagecollector/garbagecollector_test.go, Kubernetes 1.36)."""

from __future__ import annotations

import pytest

from seatrial.cluster.api_server import Propagation
from seatrial.model.objects import Object, controller_of, evolve, owner_reference
from tests.cluster.controllers.stage import Stage, template, workload


def config(stage: Stage, name: str, *owners: Object, block: bool = True) -> Object:
    references = [{**owner_reference(owner), "controller": False, "blockOwnerDeletion": block} for owner in owners]
    meta = {"name": name, "namespace": "default", "ownerReferences": references}
    return stage.api.create(Object(apiVersion="v1", kind="ConfigMap", metadata=meta, data={}))


def names(stage: Stage) -> list[str]:
    return sorted(o.name for o in stage.store.list("ConfigMap"))


@pytest.mark.parametrize(
    ("propagation", "left"), [("Background", ["other"]), ("Foreground", ["other"]), ("Orphan", ["child", "other"])]
)
def test_what_is_left_of_an_owner(propagation: Propagation, left: list[str]) -> None:
    stage = Stage(0)
    owner = config(stage, "owner")
    config(stage, "child", owner)
    config(stage, "other")
    stage.api.delete(owner.key, propagation=propagation)
    stage.run(10)
    assert names(stage) == left


def test_in_the_foreground_the_owner_goes_last() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(terminate_after="4"), replicas=2))
    stage.run(10)
    stage.api.delete(("Deployment", "default", "web"), propagation="Foreground")
    stage.run(2)
    assert stage.get("Deployment", "web").deleting
    assert stage.get("ReplicaSet", stage.store.list("ReplicaSet")[0].name).deleting
    stage.run(10)
    assert [stage.store.list(kind) for kind in ("Deployment", "ReplicaSet", "Pod")] == [[], [], []]


def test_in_the_background_the_owner_goes_first() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", replicas=2))
    stage.run(10)
    stage.api.delete(("Deployment", "default", "web"))
    assert stage.store.list("Deployment") == []
    assert len(stage.pods()) == 2
    stage.run(10)
    assert stage.pods() == []


def test_one_owner_that_is_left_is_enough() -> None:
    """TestAttemptToDeleteItem: references to owners that are gone are dropped."""
    stage = Stage(0)
    first, second = config(stage, "first"), config(stage, "second")
    config(stage, "child", first, second)
    stage.api.delete(first.key)
    stage.run(10)
    assert names(stage) == ["child", "second"]
    assert [r["name"] for r in stage.get("ConfigMap", "child").metadata["ownerReferences"]] == ["second"]


def test_who_does_not_block_is_not_waited_for() -> None:
    stage = Stage(0)
    owner = config(stage, "owner")
    child = config(stage, "child", owner, block=False)
    stage.api.update(evolve(child, metadata={"finalizers": ["example.com/hold"]}))
    stage.api.delete(owner.key, propagation="Foreground")
    stage.run(10)
    assert names(stage) == ["child"]


def test_an_owner_of_another_uid_is_no_owner() -> None:
    stage = Stage(0)
    owner = config(stage, "owner")
    config(stage, "child", evolve(owner, metadata={"uid": "somebody-else"}))
    stage.run(10)
    assert names(stage) == ["owner"]


def test_owners_in_a_circle_can_be_deleted() -> None:
    """TestProcessDeletingDependentsItem and the e2e test of circles."""
    stage = Stage(0)
    a, b = config(stage, "a"), config(stage, "b")
    for child, owner in ((a, b), (b, a)):
        stage.api.change_metadata(child.key, ownerReferences=[{**owner_reference(owner), "blockOwnerDeletion": True}])
    stage.api.delete(a.key, propagation="Foreground")
    stage.run(10)
    assert names(stage) == []


def test_orphaned_pods_are_adopted_again() -> None:
    stage = Stage()
    stage.apply(workload("Deployment", replicas=2))
    stage.run(10)
    before = {p.uid for p in stage.pods()}
    for replica_set in stage.store.list("ReplicaSet"):
        stage.api.delete(replica_set.key, propagation="Orphan")
    stage.run(10)
    assert {p.uid for p in stage.pods()} == before
    assert all(controller_of(p) is not None for p in stage.pods())
