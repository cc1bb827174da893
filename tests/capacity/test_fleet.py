"""The fleet that is taken where nobody names one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from seatrial.capacity import Fleet, smallest_fleet
from seatrial.model.objects import Object

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def owner(name: str) -> dict[str, Any]:
    return {"kind": name.split("-")[1], "name": name.split("-")[0], "controller": True}


def pods(count: int, cpu: str = "", memory: str = "", *, name: str = "web-deployment", **spec: Any) -> list[Object]:
    requests = {resource: value for resource, value in (("cpu", cpu), ("memory", memory)) if value}
    container = {"name": "c", "image": "i", "resources": {"requests": requests}}
    return [
        Object(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": f"{name}-{i}",
                    "namespace": "shop",
                    "labels": {"app": name},
                    "ownerReferences": [owner(name)],
                },
                "spec": {"containers": [container], **spec},
            }
        )
        for i in range(count)
    ]


def apart(key: str, *, name: str = "web-deployment") -> dict[str, Any]:
    term = {"topologyKey": key, "labelSelector": {"matchLabels": {"app": name}}}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def shape_of(fleet: Fleet) -> tuple[int, str]:
    ((machine, count),) = Counter(n.labels["node.kubernetes.io/instance-type"] for n in fleet.nodes).items()
    return count, machine


@pytest.mark.parametrize(
    ("wanted", "daemons", "count", "machine"),
    [
        ([], [], 3, "e2-standard-2"),
        (pods(3, "100m", "128Mi"), [], 3, "e2-standard-2"),  # small: three zones all the same
        (pods(20, "250m", "256Mi"), [], 4, "e2-standard-2"),  # 5 of 5.79 CPU on three, one to spare
        (pods(20, "500m", "1Gi"), [], 4, "e2-standard-4"),  # a small node would hold only three typical pods
        (pods(100, "500m", "1Gi"), [], 8, "e2-standard-8"),
        (pods(5, "1", "6Gi"), [], 3, "e2-standard-16"),  # memory decides
        (pods(1, "20"), [], 3, "e2-standard-32"),
        (pods(300), [], 9, "e2-standard-4"),  # nothing requested: counted as 100m and 200Mi
        (pods(20, "250m", "256Mi"), pods(1, "700m", name="agent-daemonset"), 3, "e2-standard-4"),
    ],
)
def test_the_fleet_holds_everything_with_one_node_to_spare(
    wanted: list[Object], daemons: list[Object], count: int, machine: str
) -> None:
    assert shape_of(smallest_fleet(wanted, daemons)) == (count, machine)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (pods(5, "100m", affinity=apart(HOST)), 6),  # one a node, and one node to spare
        (pods(3, "100m", affinity=apart(ZONE)), 4),  # three zones take three nodes
        (pods(2, "100m", hostNetwork=True), 3),
    ],
)
def test_rules_of_placement_count_as_much_as_sums(wanted: list[Object], count: int) -> None:
    assert len(smallest_fleet(wanted).nodes) == count


@pytest.mark.parametrize(
    ("hopeless", "named"),
    [
        (pods(2, "200", name="big-deployment"), "2 more (shop/big)"),
        (pods(1, "100m", name="picky-job", nodeSelector={"disktype": "ssd"}), "1 more (shop/picky)"),
        (
            pods(5, "100m", name="zoned-statefulset", affinity=apart(ZONE, name="zoned-statefulset")),
            "2 more (shop/zoned)",
        ),
        ([p for n in "abcde" for p in pods(1, "200", name=f"{n}-job")], "5 more (shop/a, shop/b, shop/c and 2 more)"),
    ],
)
def test_what_no_fleet_holds_is_named_and_does_not_enlarge_it(hopeless: list[Object], named: str) -> None:
    fleet = smallest_fleet([*pods(3, "100m", "128Mi"), *hopeless])
    assert shape_of(fleet)[1] == "e2-standard-2"
    assert len(fleet.nodes) <= 4
    assert f"no number of nodes would hold {named}" in fleet.description


def test_pods_that_follow_others_find_them() -> None:
    term = {"topologyKey": HOST, "labelSelector": {"matchLabels": {"app": "cache-statefulset"}}}
    near = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    wanted = [*pods(2, "100m", affinity=near), *pods(1, "100m", name="cache-statefulset")]
    assert "more (" not in smallest_fleet(wanted).description


def test_volumes_are_provisioned_where_their_pods_go() -> None:
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    assert "more (" not in smallest_fleet(pods(1, "100m", volumes=[claim])).description


def test_nodes_are_in_three_zones() -> None:
    zones = Counter(n.labels[ZONE] for n in smallest_fleet(pods(20, "500m", "1Gi")).nodes)
    assert zones == {"zone-a": 2, "zone-b": 1, "zone-c": 1}


def test_the_sentence_says_which_and_why() -> None:
    assert smallest_fleet(pods(20, "500m", "1Gi")).description == (
        "no nodes were given: 4 × e2-standard-4 (4 vCPU, 16 GiB) in zone-a, zone-b, zone-c; "
        "3 can hold the 20 pods, one is to spare"
    )
