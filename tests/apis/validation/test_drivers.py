"""What storage drivers register and attach (pkg/apis/storage/validation/validation_test.go restated)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.violations import Version
from tests.apis.samples import LATEST, obj, paths

Fields = dict[str, Any]
STORAGE = "storage.k8s.io/v1"
INLINE = {"accessModes": ["ReadWriteOnce"], "csi": {"driver": "d.example.com", "volumeHandle": "h"}}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ({"persistentVolumeName": "pv"}, []),
        ({"inlineVolumeSpec": INLINE}, []),
        ({}, ["source"]),
        ({"persistentVolumeName": "pv", "inlineVolumeSpec": INLINE}, ["source"]),
        ({"persistentVolumeName": "PV"}, ["source.persistentVolumeName"]),
        ({"inlineVolumeSpec": {**INLINE, "capacity": {"storage": "1Gi"}}}, ["source.inlineVolumeSpec.capacity"]),
        ({"inlineVolumeSpec": {**INLINE, "storageClassName": "s"}}, ["source.inlineVolumeSpec.storageClassName"]),
        ({"inlineVolumeSpec": {**INLINE, "volumeMode": "Block"}}, ["source.inlineVolumeSpec.volumeMode"]),
        ({"inlineVolumeSpec": {**INLINE, "persistentVolumeReclaimPolicy": "Delete"}},
         ["source.inlineVolumeSpec.persistentVolumeReclaimPolicy"]),
    ],
)  # fmt: skip
def test_attachments(source: Fields, found: list[str]) -> None:
    spec = {"attacher": "d.example.com", "nodeName": "n", "source": source}
    assert paths(obj(STORAGE, "VolumeAttachment", spec=spec)) == [f"spec.{path}" for path in found]


@pytest.mark.parametrize(
    ("drivers", "found"),
    [
        ([{"name": "d.example.com", "nodeID": "n", "topologyKeys": ["example.com/zone"]}], []),
        ([{"name": "d.example.com", "topologyKeys": []}], ["drivers[0].nodeID"]),
        ([{"name": "d.example.com", "nodeID": "n" * 257}], ["drivers[0].nodeID"]),
        ([{"name": "d.example.com", "nodeID": "n", "topologyKeys": ["a", "a"]}], ["drivers[0]"]),
        ([{"name": "d.example.com", "nodeID": "n", "allocatable": {"count": -1}}], ["drivers[0].allocatable.count"]),
        ([{"name": "d.example.com", "nodeID": "n"}] * 2, ["drivers[1].name"]),
    ],
)
def test_nodes_of_drivers(drivers: list[Fields], found: list[str]) -> None:
    assert paths(obj(STORAGE, "CSINode", spec={"drivers": drivers})) == [f"spec.{path}" for path in found]


@pytest.mark.parametrize(
    ("spec", "version", "found"),
    [
        ({"tokenRequests": [{"audience": "a"}, {"audience": "a"}]}, LATEST, ["tokenRequests[1].audience"]),
        ({"tokenRequests": [{"audience": "a", "expirationSeconds": 599}]}, LATEST,
         ["tokenRequests[0].expirationSeconds"]),
        ({"serviceAccountTokenInSecrets": True}, (1, 35), ["serviceAccountTokenInSecrets"]),
        ({"nodeAllocatableUpdatePeriodSeconds": 9}, (1, 35), ["nodeAllocatableUpdatePeriodSeconds"]),
        ({"nodeAllocatableUpdatePeriodSeconds": 9}, (1, 34), []),
        ({"volumeLifecycleModes": ["Forever"]}, LATEST, ["volumeLifecycleModes"]),
    ],
)  # fmt: skip
def test_drivers(spec: Fields, version: Version, found: list[str]) -> None:
    assert paths(obj(STORAGE, "CSIDriver", spec=spec), version) == [f"spec.{path}" for path in found]
