"""`--fleet fleet.yaml`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from seatrial.capacity import FleetError, read_fleet_file
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object


def resource(**fields: Any) -> Resource:
    return Resource(Object(fields), Place("fleet.yaml", 7, 1))


def cluster(*machines: Any) -> Resource:
    return resource(apiVersion="seatrial.dev/v1alpha1", kind="Cluster", machines=list(machines))


def real(name: str, **status: Any) -> Resource:
    return resource(
        apiVersion="v1", kind="Node", metadata={"name": name, "uid": "u", "resourceVersion": "5"}, status=status
    )


def test_machines_become_nodes() -> None:
    taint = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}
    nodes = read_fleet_file(
        [
            cluster(
                {"shape": "e2-standard-4", "count": 2},
                {
                    "shape": "m5.large",
                    "zones": ["eu-1"],
                    "labels": {"disktype": "ssd"},
                    "taints": [taint],
                    "spot": True,
                },
            )
        ]
    )
    assert [n.name for n in nodes] == ["node-1", "node-2", "node-3"]
    assert [n.labels["topology.kubernetes.io/zone"] for n in nodes] == ["zone-a", "zone-b", "eu-1"]
    assert nodes[2].labels["disktype"] == "ssd"
    assert nodes[2].labels["eks.amazonaws.com/capacityType"] == "SPOT"
    assert nodes[2].spec["taints"] == [taint]


def test_spot_nodes_of_aks_are_tainted() -> None:
    (node,) = read_fleet_file([cluster({"shape": "Standard_D4s_v5", "spot": True})])
    assert node.spec["taints"][0]["key"] == "kubernetes.azure.com/scalesetpriority"


def test_real_nodes_keep_what_they_are_and_lose_the_servers_marks() -> None:
    (node,) = read_fleet_file([real("n1", capacity={"cpu": "4"}, allocatable={"cpu": "3900m", "memory": "12Gi"})])
    assert node.metadata == {
        "name": "n1",
        "labels": {"kubernetes.io/hostname": "n1", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
    }
    assert node.status["allocatable"] == {"cpu": "3900m", "memory": "12Gi", "pods": "110"}
    assert [c["type"] for c in node.status["conditions"]] == ["Ready"]


def test_a_node_with_capacity_alone_can_use_all_of_it() -> None:
    (node,) = read_fleet_file([real("n1", capacity={"cpu": "4", "memory": "8Gi", "pods": "20"})])
    assert node.status["allocatable"] == {"cpu": "4", "memory": "8Gi", "pods": "20"}


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([], "no Node and no Cluster"),
        ([resource(apiVersion="v1", kind="Pod")], "fleet.yaml:7: no Node and no Cluster"),
        ([cluster()], "fleet.yaml:7: machines: list at least one"),
        ([cluster("e2-standard-4")], "machines[0]: name a shape"),
        ([cluster({"shape": "e2-standard-4", "cuont": 3})], "machines[0].cuont: unknown field"),
        ([cluster({"shape": "e2-standard-4", "count": "3"})], "machines[0].count: '3' is not of type int"),
        ([cluster({"shape": "e2-standard-4", "count": True})], "machines[0].count: True is not of type int"),
        ([cluster({"shape": "e2-standard-4", "count": -1})], "machines[0].count: -1 is not"),
        ([cluster({"shape": "e2-standard-3"})], "machines[0].shape: unknown machine shape"),
        ([cluster({"shape": "e2-standard-4", "zones": [1]})], "no list of zone names"),
        ([cluster({"shape": "e2-standard-4", "labels": {"a": True}})], "values are texts"),
        ([cluster({"shape": "e2-standard-4", "taints": [{"key": "a"}]})], "needs a key and one of NoSchedule"),
        ([real("n1")], "has no status.allocatable"),
        ([real("n1", capacity={"cpu": "much"})], "'much' is no quantity"),
        ([real("n1", capacity={"cpu": "1"}), real("n1", capacity={"cpu": "1"})], "two nodes are called 'n1'"),
        ([cluster({"shape": "e2-standard-4", "count": 0})], "no Node and no Cluster"),
    ],
)
def test_mistakes_are_told_with_their_place(resources: list[Resource], message: str) -> None:
    with pytest.raises(FleetError, match=re.escape(message)):
        read_fleet_file(resources)
