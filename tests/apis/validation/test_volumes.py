"""Volumes, mounts, claims and persistent volumes: pkg/apis/core/validation and storage/validation tests restated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import claim, container, obj, paths, pod, said, volume

Fields = dict[str, Any]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ({"emptyDir": {}}, []),
        ({"emptyDir": {"sizeLimit": "-1"}}, [".emptyDir.sizeLimit"]),
        ({"emptyDir": {}, "hostPath": {"path": "/x"}}, [".hostPath"]),
        ({"hostPath": {"path": "/x/../y"}}, [".hostPath.path"]),
        ({"hostPath": {"path": "/x", "type": "Folder"}}, [".hostPath.type"]),
        ({"hostPath": {}}, [".hostPath.path"]),
        ({"secret": {"secretName": "s"}}, []),
        ({"secret": {}}, [".secret.secretName"]),
        ({"secret": {"secretName": "s", "defaultMode": 777}}, [".secret.defaultMode"]),
        ({"configMap": {"name": "c", "items": [{"key": "k", "path": "/x"}]}}, [".configMap.items[0].path"]),
        ({"configMap": {"name": "c", "items": [{"key": "k", "path": "..x"}]}}, [".configMap.items[0].path"]),
        ({"configMap": {"name": "c", "items": [{"path": "x"}]}}, [".configMap.items[0].key"]),
        ({"persistentVolumeClaim": {}}, [".persistentVolumeClaim.claimName"]),
        ({"nfs": {"server": "s", "path": "x"}}, [".nfs.path"]),
        ({"gcePersistentDisk": {"pdName": "d", "partition": 256}}, [".persistentDisk.partition"]),
        ({"iscsi": {"targetPortal": "p", "iqn": "bad", "lun": 0}}, [".iscsi.iqn"]),
        ({"iscsi": {"targetPortal": "p", "iqn": "iqn.2015-02.example.com:x", "lun": 256}}, [".iscsi.lun"]),
        ({"fc": {"targetWWNs": ["a"]}}, [".fc.lun"]),
        ({"fc": {}}, [".fc.targetWWNs"]),
        ({"rbd": {"monitors": ["m"], "image": "i"}}, []),
        ({"cephfs": {}}, [".cephfs.monitors"]),
        ({"azureDisk": {"diskName": "d", "diskURI": "http://x"}}, [".azureDisk.diskURI"]),
        ({"flexVolume": {"driver": "d", "options": {"kubernetes.io/x": "y"}}},
         [".flexVolume.options[kubernetes.io/x]"]),
        ({"csi": {"driver": "d_d"}}, [".csi.driver"]),
        ({"downwardAPI": {"items": [{"path": "p"}]}}, [".downwardAPI"]),
        ({"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "metadata.labels"}}]}}, []),
        ({"projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 60}}]}},
         [".projected.sources[0].serviceAccountToken.expirationSeconds"]),
        ({"projected": {"sources": [{"secret": {"name": "s"}, "configMap": {"name": "c"}}]}},
         [".projected.sources[0]"]),
        ({"ephemeral": {}}, [".ephemeral.volumeClaimTemplate"]),
        ({"ephemeral": {"volumeClaimTemplate": {"spec": {}}}},
         [".ephemeral.volumeClaimTemplate.spec.accessModes", ".ephemeral.volumeClaimTemplate.spec.resources[storage]"]),
        ({"image": {"reference": "i", "pullPolicy": "Often"}}, [".image.pullPolicy"]),
    ],
)  # fmt: skip
def test_sources_of_a_pods_volume(source: Fields, found: list[str]) -> None:
    assert paths(pod(volumes=[{"name": "v", **source}])) == [f"spec.volumes[0]{path}" for path in found]


def test_projected_files_do_not_hide_each_other() -> None:
    source = {"name": "c", "items": [{"key": "k", "path": "same"}]}
    listed = {"projected": {"sources": [{"configMap": source}, {"secret": {**source, "name": "s"}}]}}
    assert said(pod(volumes=[{"name": "v", **listed}])) == [
        'spec.volumes[0].projected: Invalid value: "s": conflicting duplicate paths'
    ]


def test_names_of_volumes_are_labels_and_unique() -> None:
    listed = [{"name": "a"}, {"name": "a"}, {"name": "A"}, {}]
    assert paths(pod(volumes=listed)) == [
        "spec.volumes[1].name", "spec.volumes[2].name", "spec.volumes[3].name",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mounts", "found"),
    [
        ([{"name": "v", "mountPath": "/a"}], []),
        ([{"name": "v", "mountPath": ""}], ["[0].mountPath"]),
        ([{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/a"}], ["[1].mountPath"]),
        ([{"name": "w", "mountPath": "/a"}], ["[0].name"]),
        ([{"name": "v", "mountPath": "/a", "subPath": "../b"}], [".subPath"]),
        ([{"name": "v", "mountPath": "/a", "subPath": "b", "subPathExpr": "c"}], ["[0].subPathExpr"]),
        ([{"name": "v", "mountPath": "/a", "mountPropagation": "Bidirectional"}], [".mountPropagation"]),
        ([{"name": "v", "mountPath": "/a", "recursiveReadOnly": "Enabled"}], [".recursiveReadOnly"]),
    ],
)
def test_mounts(mounts: list[Fields], found: list[str]) -> None:
    mounted = pod(volumes=[{"name": "v"}], containers=[container(volumeMounts=mounts)])
    assert paths(mounted) == [f"spec.containers[0].volumeMounts{path}" for path in found]


def test_devices_are_claims() -> None:
    listed = [{"name": "v", "emptyDir": {}}, {"name": "c", "persistentVolumeClaim": {"claimName": "c"}}]
    devices = [{"name": "c", "devicePath": "/dev/a"}, {"name": "v", "devicePath": "/dev/b"}]
    assert paths(pod(volumes=listed, containers=[container(volumeDevices=devices)])) == [
        "spec.containers[0].volumeDevices[1].name"
    ]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"accessModes": []}, "accessModes: Required value: at least 1 access mode is required"),
        ({"accessModes": ["ReadWriteOncePod", "ReadWriteMany"]},
         "accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"),
        ({"resources": {}}, "resources[storage]: Required value"),
        ({"resources": {"requests": {"storage": "0"}}},
         'resources[storage]: Invalid value: "0": must be greater than zero'),
        ({"volumeMode": "File"},
         'volumeMode: Unsupported value: "File": supported values: "Block", "Filesystem"'),
    ],
)  # fmt: skip
def test_claims(spec: Fields, message: str) -> None:
    assert said(claim(**spec)) == [f"spec.{message}"]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, []),
        ({"hostPath": None}, ["spec"]),
        ({"nfs": {"server": "s", "path": "/x"}}, ["spec.nfs"]),
        ({"capacity": {}}, ["spec.capacity", "spec.capacity"]),
        ({"persistentVolumeReclaimPolicy": "Keep"}, ["spec.persistentVolumeReclaimPolicy"]),
        ({"hostPath": {"path": "/"}, "persistentVolumeReclaimPolicy": "Recycle"},
         ["spec.persistentVolumeReclaimPolicy"]),
        ({"hostPath": None, "local": {"path": "/x"}}, ["spec.nodeAffinity"]),
        ({"hostPath": None, "csi": {"driver": "d"}}, ["spec.csi.volumeHandle"]),
        ({"nodeAffinity": {}}, ["spec.nodeAffinity.required"]),
    ],
)  # fmt: skip
def test_persistent_volumes(spec: Fields, found: list[str]) -> None:
    assert paths(volume(**spec)) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"provisioner": "example.com/x"}, []),
        ({}, ["provisioner"]),
        ({"provisioner": "a b"}, ["provisioner"]),
        ({"provisioner": "x", "reclaimPolicy": "Keep"}, ["reclaimPolicy"]),
        ({"provisioner": "x", "volumeBindingMode": "Later"}, ["volumeBindingMode"]),
        ({"provisioner": "x", "allowedTopologies": [{"matchLabelExpressions": [{"key": "zone"}]}]},
         ["allowedTopologies[0].matchLabelExpressions[0].values"]),
    ],
)  # fmt: skip
def test_storage_classes(fields: Fields, found: list[str]) -> None:
    assert paths(obj("storage.k8s.io/v1", "StorageClass", **fields)) == found


SNAPSHOT = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"dataSource": SNAPSHOT}, []),
        ({"dataSource": {"kind": "Nothing", "name": "n"}}, []),  # dropped, as it always was
        ({"dataSourceRef": {"kind": "Nothing", "name": "n"}}, ["dataSource", "dataSourceRef"]),
        ({"dataSourceRef": {"apiGroup": "example.com", "kind": "Any", "name": "n"}}, []),
        ({"dataSourceRef": {"kind": "Nothing", "name": "n", "namespace": "other"}}, []),  # a feature that is off
        ({"dataSource": SNAPSHOT, "dataSourceRef": {**SNAPSHOT, "name": "t"}}, [""]),
    ],
)
def test_what_a_claim_is_filled_from(sources: Fields, found: list[str]) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **sources}
    claim = obj("v1", "PersistentVolumeClaim", spec=spec)
    assert paths(claim) == [f"spec.{path}".rstrip(".") for path in found]
