"""Machines by name."""

from __future__ import annotations

import re

import pytest

from seatrial.capacity import shapes

GIB = 2**30

KNOWN = [
    ("e2-standard-2", 2, 8, 110),
    ("e2-medium", 2, 4, 110),
    ("n1-standard-4", 4, 15, 110),
    ("n2-highmem-8", 8, 64, 110),
    ("n2-highcpu-16", 16, 16, 110),
    ("n2d-standard-224", 224, 896, 110),
    ("c3-standard-22", 22, 88, 110),
    ("t2d-standard-4", 4, 16, 110),
    ("m5.large", 2, 8, 29),
    ("m6i.2xlarge", 8, 32, 58),
    ("c6i.4xlarge", 16, 32, 234),
    ("r6i.32xlarge", 128, 1024, 737),
    ("m7g.medium", 1, 4, 8),
    ("t3.micro", 2, 1, 4),
    ("t3a.small", 2, 2, 8),
    ("t3.medium", 2, 4, 17),
    ("t3.large", 2, 8, 35),
    ("Standard_D4s_v5", 4, 16, 250),
    ("Standard_E20s_v5", 20, 160, 250),
    ("Standard_F8s_v2", 8, 16, 250),
    ("Standard_B2ms", 2, 8, 250),
]


@pytest.mark.parametrize(("name", "cpus", "gib", "pods"), KNOWN)
def test_a_machine_is_as_its_cloud_sells_it(name: str, cpus: int, gib: int, pods: int) -> None:
    found = shapes.shape(name)
    assert (found.name, found.cpus, found.memory, found.max_pods) == (name, cpus, gib * GIB, pods)


def test_what_is_left_for_pods_is_less_than_the_machine() -> None:
    assert shapes.shape("e2-standard-4").allocatable() == {
        "cpu": 3_920,
        "memory": (16_384 - 2_662 - 100) * 2**20,
        "ephemeral-storage": 90 * GIB,
        "pods": 110,
    }


def test_shared_cores_leave_940_millicores() -> None:
    assert [shapes.shape(f"e2-{size}").allocatable()["cpu"] for size in ("micro", "small", "medium")] == [940] * 3


def test_arm_machines_say_so() -> None:
    assert [shapes.shape(n).arch for n in ("t2a-standard-4", "m7g.large", "Standard_D4ps_v5", "m5.large")] == [
        "arm64",
        "arm64",
        "arm64",
        "amd64",
    ]


@pytest.mark.parametrize("name", ["E2-Standard-4", "standard_d4s_v5", "d4s_v5", "M5.LARGE"])
def test_case_and_azures_prefix_do_not_matter(name: str) -> None:
    assert shapes.shape(name).name.lower().endswith(name.lower())


def test_any_size_can_be_given() -> None:
    found = shapes.shape("6cpu-24Gi")
    assert (found.provider, found.cpus, found.memory) == ("generic", 6, 24 * GIB)
    assert found.allocatable()["cpu"] == 6_000


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("e2-standart-4", "did you mean e2-standard-4"),
        ("m5.larg", "m5.large"),
        ("potato", "give its size, as in 4cpu-16Gi"),
        ("0cpu-4Gi", "nothing to run pods on"),
    ],
)
def test_unknown_machines_are_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(shapes.UnknownShape, match=re.escape(hint)):
        shapes.shape(name)


def test_every_machine_leaves_something_for_pods() -> None:
    for found in shapes.shapes():
        left = found.allocatable()
        assert 0 < left["cpu"] < found.cpus * 1000, found.name
        assert 0 < left["memory"] < found.memory, found.name
