"""Events: client-go tools/record events_cache_test.go, Kubernetes 1.36, restated."""

from __future__ import annotations

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.events import record
from seatrial.model.objects import Object

CART = Object({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart", "namespace": "shop", "uid": "u"}})


def tell(cluster: Cluster, message: str, *, type: str = "Normal", reason: str = "Told") -> None:
    record(cluster, CART, reason, message, type=type, source="kubelet")


def noted(cluster: Cluster) -> list[tuple[str, int]]:
    return [(event["message"], event["count"]) for event in cluster.store.list("Event")]


def test_equal_events_are_counted() -> None:
    cluster = Cluster()
    for message in ("a", "b", "a"):
        tell(cluster, message)
    assert sorted(noted(cluster)) == [("a", 2), ("b", 1)]


def test_many_that_differ_in_their_message_alone_are_combined() -> None:
    cluster = Cluster()
    for number in range(12):
        tell(cluster, f"number {number:02}")
    assert noted(cluster)[-1] == ("(combined from similar events): number 11", 3)


@pytest.mark.parametrize(
    ("types", "passed"),
    [
        pytest.param(("Normal",), 25, id="25 pass"),
        pytest.param(("Normal", "Warning"), 50, id="of each type"),
    ],
)
def test_who_tells_too_much_is_not_heard(types: tuple[str, ...], passed: int) -> None:
    cluster = Cluster()
    for _ in range(40):
        for type in types:
            tell(cluster, "again", type=type, reason=type)
    assert sum(count for _, count in noted(cluster)) == passed
