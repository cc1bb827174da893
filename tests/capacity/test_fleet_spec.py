"""`--nodes 3xe2-standard-4,1xn2-highmem-8@zone-b`."""

from __future__ import annotations

import re

import pytest

from seatrial.capacity import FleetError, parse_fleet
from seatrial.model.objects import Object, condition_of


def summary(nodes: list[Object]) -> list[tuple[str, str, str]]:
    return [
        (n.name, n.labels["node.kubernetes.io/instance-type"], n.labels["topology.kubernetes.io/zone"]) for n in nodes
    ]


def test_groups_become_nodes_round_the_zones() -> None:
    assert summary(parse_fleet("4xe2-standard-4, n2-highmem-8@zone-b")) == [
        ("node-1", "e2-standard-4", "zone-a"),
        ("node-2", "e2-standard-4", "zone-b"),
        ("node-3", "e2-standard-4", "zone-c"),
        ("node-4", "e2-standard-4", "zone-a"),
        ("node-5", "n2-highmem-8", "zone-b"),
    ]


def test_a_node_is_as_a_kubelet_registers_it() -> None:
    (node,) = parse_fleet("e2-standard-4")
    assert node.labels == {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": "node-1",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "e2-standard-4",
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": "zone-a",
    }
    assert node.status["capacity"] == {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "107374182400", "pods": "110"}
    assert node.status["allocatable"]["cpu"] == "3920m"
    ready = condition_of(node, "Ready")
    assert ready is not None
    assert ready["status"] == "True"


def test_sizes_of_ones_own() -> None:
    assert summary(parse_fleet("2x4cpu-16Gi@rack-1"))[1] == ("node-2", "4cpu-16Gi", "rack-1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read ''"),
        ("3xe2-standard-4,", "cannot read ''"),
        ("3 e2-standard-4", "write COUNTxSHAPE"),
        ("3xe2-standard-5", "did you mean"),
        ("0xe2-standard-4", "makes 0 nodes"),
        ("99999xe2-standard-4", "makes 99,999 nodes"),
        ("3xe2-standard-4@", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(FleetError, match=re.escape(message)):
        parse_fleet(text)
