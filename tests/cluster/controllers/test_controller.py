"""The work queue: a sync that can find nothing is left out, and changes no other's time."""

from __future__ import annotations

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers.controller import Controller


class Noting(Controller):
    latency = 1.0

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.synced: list[tuple[float, str]] = []

    def sync(self, key: str) -> None:
        self.synced.append((self.clock.now, key))


def test_a_needless_sync_is_left_out() -> None:
    noting = Noting(Cluster())
    noting.add_needless("a")
    noting.cluster.run(10)
    assert noting.synced == []


def test_what_is_needed_before_a_needless_sync_would_have_run_joins_it() -> None:
    noting = Noting(Cluster())
    noting.add_needless("a")
    noting.clock.at(0.5, noting.add, "a")
    noting.cluster.run(10)
    assert noting.synced == [(1.0, "a")]


def test_what_is_needed_later_takes_its_own_time() -> None:
    noting = Noting(Cluster())
    noting.add_needless("a")
    noting.clock.at(1.5, noting.add, "a")
    noting.cluster.run(10)
    assert noting.synced == [(2.5, "a")]


def test_a_needless_sync_keeps_its_turn_among_those_of_one_moment() -> None:
    noting = Noting(Cluster())
    noting.add_needless("a")
    noting.add("b")
    noting.clock.at(0.5, noting.add, "a")
    noting.cluster.run(10)
    assert noting.synced == [(1.0, "a"), (1.0, "b")]
