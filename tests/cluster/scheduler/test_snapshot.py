"""The snapshot: nodes come and go with their pods, counts follow, and what piles up is thrown out."""

from __future__ import annotations

import copy

import pytest

from seatrial.cluster.scheduler import snapshot as snapshots
from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.scheduler.queries import LivePods
from seatrial.cluster.scheduler.snapshot import CPU, USED, Snapshot
from seatrial.cluster.store import Store
from seatrial.model.objects import evolve
from tests.cluster.scheduler.making import ZONE, node, pod, spread

WEB = LivePods.of("default", {"matchLabels": {"app": "web"}})


def used(snapshot: Snapshot) -> dict[str, int]:
    return {n.name: int(snapshot.table[n.slot, USED, CPU]) for n in snapshot.nodes}


def counted(snapshot: Snapshot) -> dict[str, int]:
    return {n.name: int(snapshot.tally(WEB).per_node[n.slot]) for n in snapshot.nodes}


def three_nodes() -> Snapshot:
    snapshot = Snapshot(Store())
    for name in "abc":
        snapshot.set_node(node(name))
        snapshot.set_pod(pod(f"on-{name}"), name)
    return snapshot


def test_pods_of_a_node_that_goes_come_back_with_it() -> None:
    snapshot = three_nodes()
    assert counted(snapshot) == {"a": 1, "b": 1, "c": 1}
    snapshot.remove_node("b")
    assert (counted(snapshot), used(snapshot)) == ({"a": 1, "c": 1}, {"a": 500, "c": 500})
    snapshot.set_pod(pod("late"), "b")
    snapshot.set_node(node("b"))
    assert counted(snapshot) == {"a": 1, "c": 1, "b": 2}
    assert used(snapshot)["b"] == 1000


def test_terminating_pods_take_room_but_do_not_count_for_spreading() -> None:
    snapshot = three_nodes()
    assert counted(snapshot)["a"] == 1
    leaving = evolve(pod("on-a"), metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})
    snapshot.set_pod(leaving, "a")
    assert (counted(snapshot)["a"], used(snapshot)["a"]) == (0, 500)


def test_a_new_status_changes_nothing() -> None:
    snapshot = three_nodes()
    before = len(snapshot.changes)
    snapshot.set_pod(pod("on-a", status={"phase": "Running"}), "a")
    snapshot.set_node(evolve(node("a"), status={**node("a").status, "conditions": [{"type": "Ready"}]}))
    assert len(snapshot.changes) == before
    assert next(iter(snapshot.by_name["a"].pods.values())).pod.status["phase"] == "Running"


def test_resources_never_seen_before_make_room_for_themselves() -> None:
    snapshot = three_nodes()
    wanted = {f"example.com/{i}": "1" for i in range(9)}
    snapshot.set_pod(pod("fancy", requests=wanted), "a")
    assert used(snapshot) == {"a": 1000, "b": 500, "c": 500}
    assert int(snapshot.table[0, USED, snapshot.columns["example.com/8"]]) == 1


def test_a_copy_goes_its_own_way() -> None:
    snapshot = three_nodes()
    twin = copy.deepcopy(snapshot)
    twin.remove_pod(("Pod", "default", "on-a"))
    twin.set_pod(pod("more"), "b")
    assert (counted(snapshot), counted(twin)) == ({"a": 1, "b": 1, "c": 1}, {"a": 0, "b": 2, "c": 1})
    assert used(snapshot) == {"a": 500, "b": 500, "c": 500}


def test_decisions_stay_the_same_when_what_piled_up_is_thrown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def decisions() -> list[str | None]:
        placing = Placing(Store(), [node(name, zone=name) for name in "abc"])
        placing.snapshot._infos_allowed = snapshots.MOST_INFOS
        pods = [
            pod(f"p{i}", labels={"app": "web", "n": str(i)}, topologySpreadConstraints=[spread(ZONE)], cpu="100m")
            for i in range(12)
        ]
        return [placing.decide(made) for made in pods]

    plain = decisions()
    monkeypatch.setattr(snapshots, "MOST_INFOS", 3)
    monkeypatch.setattr(snapshots, "MOST_COUNTED", 2)
    assert decisions() == plain
