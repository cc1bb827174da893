"""Events are the same whether somebody reads them as they are told or at the end."""

from __future__ import annotations

from seatrial.cluster import events
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object
from tests.cluster.controllers.stage import Stage, workload


class Reader:
    def __init__(self) -> None:
        self.heard = 0

    def hear(self, event: EventType, obj: Object, old: Object | None) -> None:
        self.heard += 1


def life(*, read: bool) -> tuple[list[Object], int]:
    stage, reader = Stage(), Reader()
    if read:
        stage.store.watch("Event", reader.hear)
    stage.apply(workload("Deployment", "web", replicas=3))
    stage.run(60)
    stage.change("Deployment", "web", replicas=1)
    stage.run(60)
    assert bool(reader.heard) == read
    return stage.store.list("Event"), stage.store.revision


def test_reading_makes_no_difference() -> None:
    assert life(read=True) == life(read=False)


def told(cluster: Cluster, message: str) -> None:
    about = Object(apiVersion="v1", kind="Node", metadata={"name": "n", "uid": "n"})
    events.record(cluster, about, "Reason", message, source="kubelet")


def test_equal_events_are_counted_read_or_not() -> None:
    cluster = Cluster()
    for _ in range(2):
        told(cluster, "again")
    assert [e["count"] for e in cluster.store.list("Event")] == [2]
    told(cluster, "again")
    assert [e["count"] for e in cluster.store.list("Event")] == [3]


def test_unread_events_go_after_an_hour_and_may_come_again() -> None:
    cluster = Cluster()
    told(cluster, "old")
    cluster.run(1800)
    told(cluster, "young")
    cluster.run(2000)
    assert [e["message"] for e in cluster.store.list("Event")] == ["young"]
    told(cluster, "old")
    assert [(e["message"], e["count"]) for e in cluster.store.list("Event")] == [("young", 1), ("old", 1)]
    cluster.run(8000)
    assert cluster.store.count("Event") == 0
