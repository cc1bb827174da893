"""Claims and volumes (pkg/controller/volume/persistentvolume: binder_test, provision_test, index_test, 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.controllers import volume_matching
from seatrial.cluster.controllers.persistent_volume import SELECTED_NODE
from seatrial.model.objects import Object, evolve
from tests.cluster.controllers.stage import Stage


def claim(size: str = "1Gi", modes: tuple[str, ...] = ("ReadWriteOnce",), **spec: Any) -> Object:
    given = {"accessModes": list(modes), "resources": {"requests": {"storage": size}}, **spec}
    meta = {"name": "data", "namespace": "default"}
    return Object(apiVersion="v1", kind="PersistentVolumeClaim", metadata=meta, spec=given)


def volume(name: str, size: str = "1Gi", modes: tuple[str, ...] = ("ReadWriteOnce",), **spec: Any) -> Object:
    given = {"capacity": {"storage": size}, "accessModes": list(modes), **spec}
    return Object(
        apiVersion="v1", kind="PersistentVolume", metadata={"name": name, "labels": {"disk": name}}, spec=given
    )


def storage_class(name: str = "fast", default: bool = False, **fields: Any) -> Object:
    marks = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    meta = {"name": name, "annotations": marks}
    return Object(apiVersion="storage.k8s.io/v1", kind="StorageClass", metadata=meta, provisioner="disk.csi", **fields)


MINE = {"namespace": "default", "name": "data"}


@pytest.mark.parametrize(
    ("asked", "volumes", "want"),
    [
        (claim("5Gi"), [volume("a", "10Gi"), volume("b", "5Gi"), volume("c", "1Gi")], "b"),
        (claim("6Gi"), [volume("a", "10Gi"), volume("b", "8Gi")], "b"), (claim("20Gi"), [volume("a", "10Gi")], None),
        (claim(modes=("ReadWriteMany",)), [volume("a"), volume("b", modes=("ReadWriteOnce", "ReadWriteMany"))], "b"),
        (claim(storageClassName="fast"), [volume("a"), volume("b", storageClassName="fast")], "b"),
        (claim(storageClassName=""), [volume("a", storageClassName="fast"), volume("b")], "b"),
        (claim(volumeMode="Block"), [volume("a"), volume("b", volumeMode="Block")], "b"),
        (claim(selector={"matchLabels": {"disk": "b"}}), [volume("a"), volume("b")], "b"),
        (claim("5Gi"), [volume("a", "5Gi"), volume("b", "9Gi", claimRef=MINE)], "b"),
        (claim(), [volume("a", claimRef={"namespace": "default", "name": "other"})], None), (claim(), [], None),
    ],
)  # fmt: skip
def test_which_volume_suits(asked: Object, volumes: list[Object], want: str | None) -> None:
    """TestMatchVolume, TestMatchingWithBoundVolumes, TestFindingPreboundVolumes: the smallest that suits."""
    found = volume_matching.matching(volumes, asked)
    assert (found.name if found is not None else None) == want


def phases(stage: Stage) -> dict[str, str]:
    found = [*stage.store.list("PersistentVolumeClaim"), *stage.store.list("PersistentVolume")]
    return {o.name: o.status["phase"] for o in found}


def test_claim_and_volume_are_bound_to_each_other() -> None:
    stage = Stage(0)
    stage.apply(volume("a", "5Gi"), claim("2Gi"))
    stage.run(5)
    assert phases(stage) == {"data": "Bound", "a": "Bound"}
    bound = stage.get("PersistentVolumeClaim", "data")
    assert (bound.spec["volumeName"], bound.status["capacity"]) == ("a", {"storage": "5Gi"})
    reference = stage.store.list("PersistentVolume")[0].spec["claimRef"]
    assert (reference["name"], reference["uid"]) == ("data", bound.uid)


def test_a_claim_waits_for_a_volume() -> None:
    stage = Stage(0)
    stage.apply(claim())
    stage.run(5)
    assert phases(stage) == {"data": "Pending"}
    stage.apply(volume("a"))
    stage.run(5)
    assert phases(stage) == {"data": "Bound", "a": "Bound"}


@pytest.mark.parametrize(("policy", "left"), [("Delete", []), ("Retain", ["Released"])])
def test_what_becomes_of_a_volume_whose_claim_is_gone(policy: str, left: list[str]) -> None:
    stage = Stage(0)
    stage.apply(volume("a", persistentVolumeReclaimPolicy=policy), claim())
    stage.run(5)
    stage.api.delete(("PersistentVolumeClaim", "default", "data"))
    stage.run(5)
    assert list(phases(stage).values()) == left


@pytest.mark.parametrize("named", [True, False])
def test_a_class_makes_volumes(named: bool) -> None:
    stage = Stage(1, zones=["a"])
    asked = claim("3Gi", storageClassName="fast") if named else claim("3Gi")
    stage.apply(storage_class(default=not named), asked)
    stage.run(10)
    (made,) = stage.store.list("PersistentVolume")
    assert made.spec["capacity"] == {"storage": "3Gi"}
    assert made.spec["persistentVolumeReclaimPolicy"] == "Delete"
    assert stage.get("PersistentVolumeClaim", "data").spec["volumeName"] == made.name


def test_a_patient_class_waits_for_the_node() -> None:
    stage = Stage(2, zones=["a", "b"])
    stage.apply(storage_class(volumeBindingMode="WaitForFirstConsumer"), claim(storageClassName="fast"))
    stage.run(10)
    assert stage.store.list("PersistentVolume") == []
    assert "WaitForFirstConsumer" in stage.reasons("PersistentVolumeClaim")
    found = stage.get("PersistentVolumeClaim", "data")
    stage.api.update(evolve(found, metadata={"annotations": {SELECTED_NODE: "node-1"}}))
    stage.run(10)
    (made,) = stage.store.list("PersistentVolume")
    (term,) = made.spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["b"]


def used() -> Stage:
    """A claim with a volume, and a pod that uses it."""
    stage = Stage()
    disk = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    spec = {"nodeName": "node-0", "containers": [{"name": "c", "image": "img:1"}], "volumes": disk}
    stage.apply(
        volume("disk", storageClassName="", claimRef=MINE), claim(storageClassName="", volumeName="disk"),
        Object(apiVersion="v1", kind="Pod", metadata={"name": "user", "namespace": "default"}, spec=spec),
    )  # fmt: skip
    stage.run(5)
    return stage


def test_storage_that_is_used_is_kept() -> None:
    """TestPVCProtectionController, TestPVProtectionController: claims wait for their pods, volumes for their claims."""
    stage = used()
    stage.api.delete(("PersistentVolume", "", "disk"))
    stage.api.delete(("PersistentVolumeClaim", "default", "data"))
    stage.run(5)
    assert (stage.get("PersistentVolumeClaim", "data").deleting, phases(stage)["disk"]) == (True, "Bound")
    stage.api.delete(("Pod", "default", "user"), grace=0)
    stage.run(5)
    assert phases(stage) == {}


def test_a_claim_whose_volume_is_gone_is_lost() -> None:
    """TestSync 3-1 in binder_test.go: the volume was taken away by force."""
    stage = used()
    stage.store.remove(("PersistentVolume", "", "disk"))
    stage.run(5)
    assert phases(stage) == {"data": "Lost"}
    assert "ClaimLost" in stage.reasons("PersistentVolumeClaim")
