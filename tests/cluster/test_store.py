"""The store's indexes and its sketches: what is found is what a look at all objects would find."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cluster import indexes
from seatrial.cluster.store import EventType, Store
from seatrial.model.objects import Object


def pod(name: str, node: str = "", **labels: str) -> Object:
    meta = {"name": name, "namespace": "default", "labels": labels}
    return Object(apiVersion="v1", kind="Pod", metadata=meta, spec={"nodeName": node} if node else {})


def names(found: list[Object]) -> list[str]:
    return [obj.name for obj in found]


@dataclass(frozen=True)
class Note:
    """A sketch of an Event."""

    name: str
    count: int = 1

    def made(self) -> Object:
        return Object(apiVersion="v1", kind="Event", metadata={"name": self.name, "namespace": "a"}, count=self.count)


class Watching:
    def __init__(self) -> None:
        self.seen: list[tuple[EventType, str]] = []

    def hear(self, event: EventType, obj: Object, old: Object | None) -> None:
        self.seen.append((event, obj.name))


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "n1", "n2"]), st.booleans()), max_size=30))
def test_an_index_finds_what_a_look_at_all_objects_finds(writes: list[tuple[str, str, bool]]) -> None:
    store = Store()
    assert store.by_index("Pod", "node", "n1") == []
    for name, node, gone in writes:
        if gone and store.get("Pod", "default", name) is not None:
            store.remove(("Pod", "default", name))
        elif not gone:
            store.put(pod(name, node))
    for node in ("", "n1", "n2"):
        found = [p.name for p in store.list("Pod") if (p.spec.get("nodeName") or "") == node]
        assert sorted(names(store.by_index("Pod", "node", node))) == sorted(found)
    assert set(store.index_values("Pod", "node")) == {p.spec.get("nodeName") or "" for p in store.list("Pod")}


def test_an_index_goes_by_its_part_alone() -> None:
    store = Store()
    asked: list[str] = []

    def by_app(obj: Object) -> list[str]:
        asked.append(obj.name)
        return [obj.labels.get("app", "")]

    store.add_index("Pod", "app", by_app, indexes.labels)
    first = store.put(pod("p", app="web"))
    store.put(first, status={"phase": "Running"})
    assert asked == ["p"]
    store.put(first, metadata={"labels": {"app": "api"}})
    assert (names(store.by_index("Pod", "app", "web")), names(store.by_index("Pod", "app", "api"))) == ([], ["p"])


def test_a_sketch_is_made_when_its_kind_is_read() -> None:
    store = Store()
    store.sketch("Event", 1, Note("one"))
    store.sketch("Event", 2, Note("two"))
    store.sketch("Event", 1, Note("one", count=2))
    assert (store.count("Event"), store.peek_all("Event"), list(store.kinds())) == (2, [], ["Event"])
    found = store.list("Event")
    assert [(e.name, e["count"], e.metadata["resourceVersion"]) for e in found] == [("one", 2, "3"), ("two", 1, "2")]
    assert store.sketched("Event", 1) is None
    store.sketch("Event", 3, Note("three"))
    assert names(store.by_index("Event", "namespace", "a")) == ["one", "two", "three"]


READERS: dict[str, Any] = {
    "get": lambda store: store.get("Event", "a", "one"),
    "by_index": lambda store: store.by_index("Event", "namespace", "a")[0],
    "list": lambda store: store.list("Event", "a")[0],
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_finds_sketches(reader: str) -> None:
    store = Store()
    store.sketch("Event", 1, Note("one"))
    assert READERS[reader](store).name == "one"


def test_who_watches_is_told_at_once() -> None:
    store, all_but, every, own = Store(), Watching(), Watching(), Watching()
    store.watch(None, all_but.hear, but={"Event"})
    store.sketch("Event", 1, Note("before"))
    assert store.peek_all("Event") == []
    store.watch(None, every.hear)
    store.watch("Event", own.hear)
    store.sketch("Event", 2, Note("after"))
    assert all_but.seen == []
    assert every.seen == own.seen == [("ADDED", "after")]
    assert names(store.peek_all("Event")) == ["before", "after"]


def test_a_fork_makes_its_own() -> None:
    store = Store()
    store.sketch("Event", 1, Note("one"))
    fork = copy.deepcopy(store)
    fork.drop_sketch("Event", 1)
    assert (fork.count("Event"), names(store.list("Event"))) == (0, ["one"])
