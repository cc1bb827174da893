"""The fleet that is taken where nobody names one."""

from __future__ import annotations

from collections import Counter

import pytest

from seatrial.capacity import Fleet, smallest_fleet
from seatrial.model.objects import Object


def pods(count: int, cpu: str = "", memory: str = "") -> list[Object]:
    requests = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return [
        Object(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": f"p-{i}", "namespace": "default"},
                "spec": {"containers": [{"name": "c", "image": "i", "resources": {"requests": requests}}]},
            }
        )
        for i in range(count)
    ]


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
        (pods(4, "500m", "6Gi"), [], 3, "e2-standard-16"),  # memory decides
        (pods(3, "3"), [], 3, "e2-standard-16"),
        (pods(1, "20"), [], 3, "e2-standard-32"),
        (pods(300), [], 9, "e2-standard-4"),  # nothing requested: counted as 100m and 200Mi
        (pods(20, "250m", "256Mi"), pods(1, "700m"), 3, "e2-standard-4"),
    ],
)
def test_the_fleet_holds_everything_with_one_node_to_spare(
    wanted: list[Object], daemons: list[Object], count: int, machine: str
) -> None:
    assert shape_of(smallest_fleet(wanted, daemons)) == (count, machine)


def test_nodes_are_in_three_zones() -> None:
    zones = Counter(n.labels["topology.kubernetes.io/zone"] for n in smallest_fleet(pods(20, "500m", "1Gi")).nodes)
    assert zones == {"zone-a": 2, "zone-b": 1, "zone-c": 1}


def test_what_fits_nowhere_does_not_blow_up_the_fleet() -> None:
    fleet = smallest_fleet([*pods(3, "100m", "128Mi"), *pods(2, "200")])
    assert shape_of(fleet) == (3, "e2-standard-2")
    assert "2 ask for more than any machine up to e2-standard-32 has" in fleet.description


def test_the_sentence_says_which_and_why() -> None:
    assert smallest_fleet(pods(20, "500m", "1Gi")).description == (
        "no nodes were given: 4 × e2-standard-4 (4 vCPU, 16 GiB) in zone-a, zone-b, zone-c; "
        "3 can hold the 20 pods, one is to spare"
    )
