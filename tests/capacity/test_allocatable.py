"""What nodes keep for themselves, against figures that the providers publish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.capacity import allocatable
from seatrial.capacity.allocatable import Provider, Reservation

PUBLISHED: list[tuple[Provider, int, int, int, Reservation]] = [
    ("gke", 1, 3_840, 110, Reservation(60, 960, 100)),
    ("gke", 2, 8_192, 110, Reservation(70, 1_843, 100)),
    ("gke", 4, 16_384, 110, Reservation(80, 2_662, 100)),
    ("gke", 8, 32_768, 110, Reservation(90, 3_645, 100)),
    ("gke", 16, 65_536, 110, Reservation(110, 5_611, 100)),
    ("gke", 96, 393_216, 110, Reservation(310, 14_786, 100)),
    ("gke", 2, 512, 110, Reservation(70, 255, 100)),
    ("eks", 2, 8_192, 29, Reservation(70, 574, 100)),
    ("eks", 4, 16_384, 58, Reservation(80, 893, 100)),
    ("aks", 1, 3_584, 30, Reservation(60, 650, 100)),
    ("aks", 2, 8_192, 30, Reservation(100, 650, 100)),
    ("aks", 4, 16_384, 250, Reservation(140, 4_096, 100)),
    ("aks", 8, 32_768, 250, Reservation(180, 5_050, 100)),
    ("aks", 16, 65_536, 250, Reservation(260, 5_050, 100)),
    ("aks", 32, 131_072, 250, Reservation(420, 5_050, 100)),
    ("aks", 64, 262_144, 250, Reservation(740, 5_050, 100)),
    ("generic", 4, 16_384, 110, Reservation(0, 0, 100)),
]


@pytest.mark.parametrize(("provider", "cpus", "memory", "pods", "kept"), PUBLISHED)
def test_reservations_are_the_providers(
    provider: Provider, cpus: int, memory: int, pods: int, kept: Reservation
) -> None:
    assert allocatable.reservation(provider, cpus, memory, pods) == kept


def test_shared_cores_lose_more_than_a_core() -> None:
    assert allocatable.reservation("gke", 2, 4_096, 110, shared_core=True) == Reservation(1_060, 1_024, 100)


def test_before_1_29_aks_reserved_memory_as_gke_does_and_evicted_at_750_mib() -> None:
    assert allocatable.reservation("aks", 2, 8_192, 30, minor=28) == Reservation(100, 1_843, 750)


@pytest.mark.parametrize(
    ("interfaces", "addresses", "cpus", "prefixes", "pods"),
    [
        (3, 10, 2, False, 29),  # m5.large
        (4, 15, 4, False, 58),  # m5.xlarge
        (8, 30, 16, False, 234),  # m5.4xlarge
        (15, 50, 96, False, 737),  # m5.24xlarge
        (2, 2, 2, False, 4),  # t3.micro
        (3, 10, 2, True, 110),
        (2, 2, 2, True, 34),
        (15, 50, 96, True, 250),
    ],
)
def test_pods_of_an_eks_node_follow_from_its_addresses(
    interfaces: int, addresses: int, cpus: int, prefixes: bool, pods: int
) -> None:
    assert allocatable.eks_max_pods(interfaces, addresses, cpus, prefixes=prefixes) == pods


@given(
    provider=st.sampled_from(["gke", "eks", "aks", "generic"]),
    cpus=st.integers(1, 400),
    memory=st.integers(1, 2**22),
    more=st.integers(0, 2**12),
)
def test_a_larger_machine_never_leaves_less(provider: Provider, cpus: int, memory: int, more: int) -> None:
    small = allocatable.reservation(provider, cpus, memory, 110)
    large = allocatable.reservation(provider, cpus + 1, memory + more, 110)
    assert cpus * 1000 - small.cpu <= (cpus + 1) * 1000 - large.cpu
    if memory >= 1024:  # GKE's flat 255 MiB below
        assert memory - small.memory_mib <= memory + more - large.memory_mib + 1  # each is cut to whole MiB
