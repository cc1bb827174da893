"""Disks that follow their pods (pkg/controller/volume/attachdetach/reconciler/reconciler_test.go, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers.attach_detach import ATTACH, DETACH, FORCE_AFTER, OUT_OF_SERVICE
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.cluster.kubelet.volumes import LAST_RETRY
from seatrial.model.objects import Object, evolve
from seatrial.model.pods import is_ready
from seatrial.model.volumes import claims_of, is_attachable, may_be_shared, unique_name
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime
from tests.cluster.kubelet.stage import container, node

NODES = ("node-1", "node-2")
TICK = 10.0
"""Seconds until a node says at the latest that it has begun or ceased to use a volume."""


class Stage:
    """Two nodes, a claim `data` with a bound volume `disk`, and pods that use it."""

    def __init__(self, mode: str = "ReadWriteOnce", driver: str = "disk.csi") -> None:
        self.cluster = Cluster()
        self.kubelets = self.cluster.kubelets = Kubelets(self.cluster, ScriptedRuntime([]))
        self.cluster.start()
        for name in NODES:
            self.kubelets.register(node(name))
        meta = {"name": "data", "namespace": "default"}
        claim_spec = {"accessModes": [mode], "volumeName": "disk", "storageClassName": ""}
        source = {"driver": driver, "volumeHandle": "vol-1"}
        volume_spec = {"accessModes": [mode], "capacity": {"storage": "1Gi"}, "csi": source, "storageClassName": ""}
        self.cluster.apply([
            Object(apiVersion="v1", kind="PersistentVolume", metadata={"name": "disk"}, spec=volume_spec),
            Object(apiVersion="v1", kind="PersistentVolumeClaim", metadata=meta, spec=claim_spec),
        ])  # fmt: skip
        self.cluster.run(5)

    def use(self, pod: str, on: str) -> None:
        disk = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
        spec = {"nodeName": on, "containers": [container()], "volumes": [disk]}
        self.cluster.apply(
            [Object(apiVersion="v1", kind="Pod", metadata={"name": pod, "namespace": "default"}, spec=spec)]
        )

    def ready(self, pod: str) -> bool:
        found = self.cluster.store.get("Pod", "default", pod)
        return found is not None and is_ready(found)

    def attached_to(self) -> list[str]:
        return [a.spec["nodeName"] for a in self.cluster.store.list("VolumeAttachment") if a.status["attached"]]

    def told(self, pod: str) -> list[str]:
        events = self.cluster.store.list("Event")
        return [e["message"] for e in events if e["involvedObject"]["name"] == pod and "Attach" in e["reason"]]


def test_a_pod_waits_until_its_disk_is_attached() -> None:
    stage = Stage()
    stage.use("web", on="node-1")
    stage.cluster.run(ATTACH - 0.5)
    assert (stage.attached_to(), stage.ready("web")) == ([], False)
    stage.cluster.run(2 * TICK)
    assert (stage.attached_to(), stage.ready("web")) == (["node-1"], True)
    assert stage.told("web") == ['AttachVolume.Attach succeeded for volume "disk" ']
    in_use = stage.cluster.api.present(("Node", "", "node-1")).status["volumesInUse"]
    assert in_use == ["kubernetes.io/csi/disk.csi^vol-1"]


def test_a_disk_goes_from_node_to_node() -> None:
    stage = Stage()
    stage.use("old", on="node-1")
    stage.cluster.run(30)
    stage.use("new", on="node-2")
    stage.cluster.run(60)
    assert (stage.attached_to(), stage.ready("new")) == (["node-1"], False)
    assert stage.told("new") == ['Multi-Attach error for volume "disk" Volume is already used by pod(s) old']
    stage.cluster.api.delete(("Pod", "default", "old"), grace=1)
    stage.cluster.run(2 * TICK + DETACH + ATTACH + LAST_RETRY)
    assert (stage.attached_to(), stage.ready("new")) == (["node-2"], True)


def test_a_disk_that_may_be_shared_is_on_both_nodes() -> None:
    stage = Stage("ReadWriteMany")
    for pod, place in zip(("one", "two"), NODES, strict=True):
        stage.use(pod, on=place)
    stage.cluster.run(40)
    assert sorted(stage.attached_to()) == list(NODES)
    assert stage.ready("one")
    assert stage.ready("two")


def test_a_file_system_needs_no_attachment() -> None:
    stage = Stage("ReadWriteMany", driver="efs.csi.aws.com")
    stage.use("web", on="node-1")
    stage.cluster.run(5)
    assert (stage.attached_to(), stage.ready("web")) == ([], True)


def lost_node() -> Stage:
    """The node of a disk has died, and its pod was taken away by force."""
    stage = Stage()
    stage.use("old", on="node-1")
    stage.cluster.run(30)
    stage.kubelets.crash("node-1")
    stage.cluster.run(60)
    stage.use("new", on="node-2")
    stage.cluster.api.delete(("Pod", "default", "old"), grace=0)
    stage.cluster.run(5)
    return stage


def test_a_disk_is_taken_from_a_dead_node_after_six_minutes() -> None:
    stage = lost_node()
    stage.cluster.run(FORCE_AFTER - 20)
    assert stage.attached_to() == ["node-1"]
    assert stage.told("new")[0].endswith(
        "Volume is already exclusively attached to one node and can't be attached to another"
    )
    stage.cluster.run(20 + DETACH + ATTACH)
    assert stage.attached_to() == ["node-2"]


def test_a_node_that_is_said_to_be_out_of_service_loses_its_disks_at_once() -> None:
    stage = lost_node()
    dead = stage.cluster.api.present(("Node", "", "node-1"))
    taints = [*(dead.spec.get("taints") or ()), {"key": OUT_OF_SERVICE, "value": "nodeshutdown", "effect": "NoExecute"}]
    stage.cluster.api.update(evolve(dead, spec={**dead.spec, "taints": taints}))
    stage.cluster.run(DETACH + ATTACH + 1)
    assert stage.attached_to() == ["node-2"]


def test_as_long_as_the_pod_of_a_dead_node_is_there_its_disk_stays() -> None:
    stage = Stage()
    stage.use("old", on="node-1")
    stage.cluster.run(30)
    stage.kubelets.crash("node-1")
    stage.use("new", on="node-2")
    stage.cluster.run(900)
    assert (stage.attached_to(), stage.ready("new")) == (["node-1"], False)


def persistent(**spec: Any) -> Object:
    return Object(apiVersion="v1", kind="PersistentVolume", metadata={"name": "disk"}, spec=spec)


@pytest.mark.parametrize(
    ("spec", "attachable", "name"),
    [
        ({"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}, True, "ebs.csi.aws.com^vol-1"),
        ({"gcePersistentDisk": {"pdName": "pd-1"}}, True, "pd.csi.storage.gke.io^pd-1"),
        ({"awsElasticBlockStore": {"volumeID": "vol-2"}}, True, "ebs.csi.aws.com^vol-2"),
        ({"csi": {"driver": "file.csi.azure.com", "volumeHandle": "share"}}, False, "file.csi.azure.com^share"),
        ({"nfs": {"server": "nas", "path": "/"}}, False, "^disk"),
        ({"hostPath": {"path": "/data"}}, False, "^disk"),
    ],
)
def test_which_volumes_are_attached(spec: dict[str, Any], attachable: bool, name: str) -> None:
    assert is_attachable(persistent(**spec)) is attachable
    assert unique_name(persistent(**spec)) == f"kubernetes.io/csi/{name}"


@pytest.mark.parametrize(
    ("modes", "shared"),
    [
        ([], True), (["ReadWriteOnce"], False), (["ReadWriteOncePod"], False), (["ReadWriteMany"], True),
        (["ReadOnlyMany"], True), (["ReadWriteOnce", "ReadOnlyMany"], True),
    ],
)  # fmt: skip
def test_which_volumes_may_be_on_several_nodes(modes: list[str], shared: bool) -> None:
    """TestIsMultiAttachAllowed in pkg/volume/util/util_test.go."""
    assert may_be_shared(persistent(accessModes=modes)) is shared


def test_ephemeral_volumes_have_claims_of_their_own() -> None:
    volumes = [
        {"name": "a", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "b", "emptyDir": {}},
        {"name": "c", "ephemeral": {}},
    ]  # fmt: skip
    pod = Object(kind="Pod", metadata={"name": "web", "namespace": "shop"}, spec={"volumes": volumes})
    assert claims_of(pod) == ["shop/data", "shop/web-c"]
