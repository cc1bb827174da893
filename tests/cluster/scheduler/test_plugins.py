"""Plugins one by one, where the recordings say little: strategies, taints, selectors, requests, volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cluster.scheduler import node_selector, requests, tolerations
from seatrial.cluster.scheduler.node_facts import NodeFacts
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.placing import schedule
from seatrial.cluster.scheduler.resource_allocation import (
    Amounts,
    LeastAllocated,
    MostAllocated,
    RequestedToCapacityRatio,
)
from seatrial.model.objects import Object
from tests.cluster.scheduler.making import node, other, pod

TOLERATIONS = [
    ({"operator": "Exists"}, True),
    ({"key": "k", "operator": "Exists"}, True),
    ({"key": "other", "operator": "Exists"}, False),
    ({"key": "k", "value": "v"}, True),
    ({"key": "k", "operator": "Equal", "value": "w"}, False),
    ({"key": "k", "value": "v", "effect": "NoExecute"}, False),
    ({"key": "k", "value": "v", "effect": "NoSchedule"}, True),
]


@pytest.mark.parametrize(("toleration", "tolerated"), TOLERATIONS)
def test_which_tolerations_tolerate_a_taint(toleration: dict[str, str], tolerated: bool) -> None:
    taint = {"key": "k", "value": "v", "effect": "NoSchedule"}
    assert tolerations.tolerates(toleration, taint) is tolerated


SELECTORS: list[tuple[dict[str, Any], list[str]]] = [
    ({"key": "disk", "operator": "In", "values": ["ssd", "nvme"]}, ["n1"]),
    ({"key": "disk", "operator": "NotIn", "values": ["ssd"]}, ["n2", "n3"]),
    ({"key": "disk", "operator": "Exists"}, ["n1", "n2"]),
    ({"key": "disk", "operator": "DoesNotExist"}, ["n3"]),
    ({"key": "cores", "operator": "Gt", "values": ["4"]}, ["n2"]),
    ({"key": "cores", "operator": "Lt", "values": ["5"]}, ["n1"]),
    ({"key": "disk", "operator": "Gt", "values": ["1"]}, []),
    ({"key": "disk", "operator": "Sometimes"}, []),
]


@pytest.mark.parametrize(("expression", "matching"), SELECTORS)
def test_node_selector_expressions(expression: dict[str, Any], matching: list[str]) -> None:
    labels = [{"disk": "ssd", "cores": "4"}, {"disk": "hdd", "cores": "8"}, {}]
    nodes = [NodeInfo(node(f"n{i + 1}", labels=found), i) for i, found in enumerate(labels)]
    mask = node_selector.match_term({"matchExpressions": [expression]}, NodeFacts(nodes))
    assert [n.name for n, there in zip(nodes, mask, strict=True) if there] == matching


def test_a_term_without_requirements_matches_no_node() -> None:
    facts = NodeFacts([NodeInfo(node("n1"), 0)])
    assert not node_selector.match_term({}, facts).any()
    assert not node_selector.match_term(
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a", "b"]}]}, facts
    ).any()


def one_by_one(kind: str, has: Sequence[int], used: Sequence[int], weights: Sequence[int]) -> int:
    """LeastAllocated and MostAllocated on one node, as upstream writes them."""
    total = weight_sum = 0
    for h, u, weight in zip(has, used, weights, strict=True):
        if h == 0:
            continue
        left = 0 if u > h else h - u
        score = (left if kind == "least" else min(u, h)) * 100 // h
        total += score * weight
        weight_sum += weight
    return total // weight_sum if weight_sum else 0


amount = st.integers(min_value=0, max_value=2**40)


@given(
    st.lists(st.tuples(amount, amount, amount, amount), min_size=1, max_size=8), st.integers(1, 5), st.integers(1, 5)
)
def test_allocation_strategies_are_upstreams_integers(
    rows: list[tuple[int, int, int, int]], one: int, two: int
) -> None:
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    amounts = [Amounts(columns[0], columns[1]), Amounts(columns[2], columns[3])]
    for kind, strategy in (("least", LeastAllocated()), ("most", MostAllocated())):
        wanted = [one_by_one(kind, (a, c), (b, d), (one, two)) for a, b, c, d in rows]
        assert strategy.score(amounts, [one, two]).tolist() == wanted


RATIOS = [(0, 0), (25, 25), (50, 50), (60, 60), (100, 100), (150, 100)]


@pytest.mark.parametrize(("used", "score"), RATIOS)
def test_requested_to_capacity_ratio_follows_its_line(used: int, score: int) -> None:
    line = RequestedToCapacityRatio([{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}])
    has = np.array([100], dtype=np.int64)
    assert line.score([Amounts(has, np.array([used], dtype=np.int64))], [1]).tolist() == [score]


REQUESTS: list[tuple[dict[str, Any], dict[str, int], tuple[int, int]]] = [
    ({"containers": [{}]}, {}, (100, 200 << 20)),
    ({"containers": [{"resources": {"requests": {"cpu": "0"}}}]}, {"cpu": 0}, (0, 200 << 20)),
    (
        {"containers": [{}, {}], "resources": {"requests": {"memory": "700Mi"}}},
        {"memory": 700 << 20},
        (200, 700 << 20),
    ),
    (
        {"containers": [{"resources": {"requests": {"cpu": "1"}}}], "overhead": {"cpu": "250m"}},
        {"cpu": 1250},
        (1250, 200 << 20),
    ),
]


@pytest.mark.parametrize(("spec", "effective", "nonzero"), REQUESTS)
def test_requests_in_the_ways_they_are_counted(
    spec: dict[str, Any], effective: dict[str, int], nonzero: tuple[int, int]
) -> None:
    assert requests.effective(spec) == effective
    assert requests.nonzero(spec, effective) == nonzero


def placed(nodes: Sequence[Object], pods: list[Object], *others: Object) -> list[str | None]:
    return list(schedule(nodes, pods, others).values())


def with_claim(name: str, claim: str) -> Object:
    return pod(name, volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": claim}}])


def storage_class(mode: str, provisioner: str = "disk.example.com", **more: Any) -> Object:
    return other(
        "StorageClass", "c", api="storage.k8s.io/v1", namespace=None,
        provisioner=provisioner, volumeBindingMode=mode, **more,
    )  # fmt: skip


def claim(name: str, **spec: Any) -> Object:
    wanted = {"storageClassName": "c", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return other("PersistentVolumeClaim", name, spec={**wanted, **spec})


def volume(name: str, zone: str, size: str = "1Gi") -> Object:
    terms = [{"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}]
    spec = {
        "storageClassName": "c", "capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"],
        "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
    }  # fmt: skip
    return other("PersistentVolume", name, namespace=None, spec=spec, status={"phase": "Available"})


class TestVolumes:
    nodes = (node("a", zone="a"), node("b", zone="b"))

    def test_a_claim_that_binds_at_once_has_to_be_bound(self) -> None:
        assert placed(self.nodes, [with_claim("p", "d")], storage_class("Immediate"), claim("d")) == [None]

    def test_a_claim_without_provisioner_goes_where_a_volume_is(self) -> None:
        manual = storage_class("WaitForFirstConsumer", "kubernetes.io/no-provisioner")
        assert placed(self.nodes, [with_claim("p", "d")], manual, claim("d"), volume("v", "b")) == ["b"]

    def test_a_volume_is_set_aside_for_one_claim_only(self) -> None:
        manual = storage_class("WaitForFirstConsumer", "kubernetes.io/no-provisioner")
        pods = [with_claim("p", "d"), with_claim("q", "e")]
        assert placed(self.nodes, pods, manual, claim("d"), claim("e"), volume("v", "b")) == ["b", None]

    def test_the_topologies_of_a_class_count(self) -> None:
        zone = {"key": "topology.kubernetes.io/zone", "values": ["b"]}
        late = storage_class("WaitForFirstConsumer", allowedTopologies=[{"matchLabelExpressions": [zone]}])
        assert placed(self.nodes, [with_claim("p", "d")], late, claim("d")) == ["b"]

    def test_two_pods_of_one_claim_go_to_one_node(self) -> None:
        pods = [with_claim("p", "d"), with_claim("q", "d")]
        assert placed(self.nodes, pods, storage_class("WaitForFirstConsumer"), claim("d")) == ["a", "a"]

    def test_a_claim_for_one_pod_is_not_shared(self) -> None:
        single = claim("d", accessModes=["ReadWriteOncePod"])
        pods = [with_claim("p", "d"), with_claim("q", "d")]
        assert placed(self.nodes, pods, storage_class("WaitForFirstConsumer"), single) == ["a", None]

    def test_a_driver_attaches_so_many_volumes(self) -> None:
        drivers = [{"name": "disk.example.com", "nodeID": "a", "allocatable": {"count": 1}}]
        csi = other("CSINode", "a", api="storage.k8s.io/v1", namespace=None, spec={"drivers": drivers})
        pods = [with_claim("p", "d"), with_claim("q", "e")]
        late = storage_class("WaitForFirstConsumer")
        assert placed(self.nodes[:1], pods, late, csi, claim("d"), claim("e")) == ["a", None]

    def test_capacity_that_is_published_counts(self) -> None:
        driver = other(
            "CSIDriver", "disk.example.com", api="storage.k8s.io/v1", namespace=None, spec={"storageCapacity": True}
        )
        here = other(
            "CSIStorageCapacity", "x", api="storage.k8s.io/v1", storageClassName="c", capacity="10Gi",
            nodeTopology={"matchLabels": {"topology.kubernetes.io/zone": "b"}},
        )  # fmt: skip
        late = storage_class("WaitForFirstConsumer")
        assert placed(self.nodes, [with_claim("p", "d")], late, driver, here, claim("d")) == ["b"]

    def test_a_disk_is_mounted_once(self) -> None:
        disk = {"name": "v", "awsElasticBlockStore": {"volumeID": "vol-1"}}
        pods = [pod("p", volumes=[disk], nodeName="a"), pod("q", volumes=[disk])]
        assert placed(self.nodes, pods) == ["a", "b"]


def test_host_ports_differ_by_address_and_protocol() -> None:
    def web(name: str, **port: Any) -> Object:
        return pod(name, ports=[{"containerPort": 80, "hostPort": 80, **port}])

    pods = [web("a", hostIP="10.0.0.1"), web("b", hostIP="10.0.0.2"), web("c", protocol="UDP"), web("d")]
    assert placed([node("n")], pods) == ["n", "n", "n", None]


def test_images_that_are_there_draw_pods() -> None:
    there = node("b", status={"images": [{"names": ["big:1"], "sizeBytes": 900 << 20}]})
    assert placed([node("a"), there], [pod("p", image="big:1")]) == ["b"]
