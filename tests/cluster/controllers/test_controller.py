"""What all controllers share: the work queue, syncs that can find nothing, writes that take time, batches."""

from __future__ import annotations

import pytest

from seatrial.cluster import errors
from seatrial.cluster.clock import Clock
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers import pod_control
from seatrial.cluster.controllers.controller import Controller
from seatrial.model.objects import Object


class Slow(Controller):
    """Each sync writes two objects, three seconds a write."""

    latency = 0.5
    writes = (3.0, 3.0)

    def start(self) -> None:
        self.began: list[float] = []

    def sync(self, key: str) -> None:
        self.began.append(self.clock.now)
        for i in range(2):
            metadata = {"name": f"made-{len(self.began)}-{i}", "namespace": "default"}
            self.api.create(Object(apiVersion="v1", kind="ConfigMap", metadata=metadata))


def test_a_key_is_not_looked_at_again_before_its_sync_is_over() -> None:
    cluster = Cluster()
    controller = Slow(cluster)
    controller.start()
    controller.add("default/x")
    cluster.clock.at(1.5, controller.add, "default/x")
    cluster.run(60.0)
    assert controller.began == [0.5, 6.5]
    stamps = [m.metadata["creationTimestamp"][-3:-1] for m in cluster.store.list("ConfigMap")]
    assert stamps == ["03", "06", "09", "12"]
    assert cluster.api.takes is None


@pytest.mark.parametrize(
    ("count", "refused_from", "succeeded", "called", "seconds"),
    [(0, 99, 0, 0, 0), (1, 99, 1, 1, 1), (10, 99, 10, 10, 4), (10, 3, 3, 7, 3), (7, 0, 0, 1, 1)],
)
def test_pods_are_made_in_growing_batches(
    count: int, refused_from: int, succeeded: int, called: int, seconds: int
) -> None:
    """TestSlowStartBatch; a batch begins when the one before it is done."""
    clock, calls = Clock(), []

    def act(i: int) -> None:
        calls.append(i)
        clock.spend(1.0)
        if i >= refused_from:
            raise errors.Forbidden("quota")

    done, refusal = pod_control.slow_start(clock, count, act)
    assert (done, len(calls), clock.now) == (succeeded, called, seconds)
    assert (refusal is None) == (done == count)


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
