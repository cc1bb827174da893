"""The cluster's memory: objects by key, resource versions, indexes and watches (etcd and the watch cache in one).

Reading and watching is for everybody; writing goes through `api_server`, which knows what Kubernetes does to an object
on its way in. Watchers are told synchronously and in order, right after the write; they note keys and update indexes
but never write themselves: they enqueue work and do it in a timer of their own.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal, Protocol

from seatrial.model.objects import Key, Object, evolve

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
Watcher = Callable[[EventType, Object, Object | None], None]
"""Called with (type, object, object before): DELETED carries the last state as object and None before."""
Objects = list[Object]
IndexFunction = Callable[[Object], Collection[str]]
"""Gives the values under which an object is filed in an index. A module-level function, so that forks share it."""


class Sketch(Protocol):
    """An object that is written down in short and made when somebody reads it: most Events nobody ever does."""

    def made(self) -> Object:
        """The object itself, but for its resourceVersion."""


class Store:
    """Objects of one cluster. All objects are immutable; a write replaces the object under its key."""

    def __init__(self) -> None:
        self.revision = 0
        self._objects: defaultdict[str, dict[tuple[str, str], Object]] = defaultdict(dict)
        self._watchers: defaultdict[str, list[Watcher]] = defaultdict(list)
        self._all_watchers: list[tuple[Watcher, frozenset[str]]] = []
        """Those who watch all kinds, but for some."""
        self._sketches: dict[str, dict[int, tuple[int, Sketch]]] = {}
        """By kind and number: the revision and the sketch, in order of creation. All are later than those made."""
        self._index_functions: defaultdict[str, dict[str, IndexFunction]] = defaultdict(dict)
        self._indexes: dict[tuple[str, str], dict[str, dict[tuple[str, str], Object]]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Store:
        """A fork's store: keys and objects are immutable and shared, only the dicts around them are new."""
        fork = Store.__new__(Store)
        memo[id(self)] = fork
        fork.revision = self.revision
        fork._objects = defaultdict(dict, {kind: dict(found) for kind, found in self._objects.items()})
        fork._index_functions = defaultdict(dict, {kind: dict(f) for kind, f in self._index_functions.items()})
        fork._indexes = {
            index: {value: dict(filed) for value, filed in values.items()} for index, values in self._indexes.items()
        }
        fork._sketches = {kind: dict(found) for kind, found in self._sketches.items()}
        fork._watchers = copy.deepcopy(self._watchers, memo)
        fork._all_watchers = copy.deepcopy(self._all_watchers, memo)
        return fork

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object, or None."""
        if kind in self._sketches:
            self._make(kind)
        return self._objects[kind].get((namespace, name))

    def list(self, kind: str, namespace: str | None = None) -> Objects:
        """All objects of a kind in order of creation, of one namespace where one is given."""
        if kind in self._sketches:
            self._make(kind)
        found = self._objects[kind].values()
        return list(found) if namespace is None else self.by_index(kind, "namespace", namespace)

    def peek(self, kind: str, namespace: str, name: str) -> Object | None:
        """As `get`, but what is only sketched stays so and is not found."""
        return self._objects[kind].get((namespace, name))

    def peek_all(self, kind: str) -> Objects:
        """As `list`, but what is only sketched stays so and is left out."""
        return list(self._objects[kind].values())

    def kinds(self) -> Iterator[str]:
        """Kinds that have objects."""
        return (kind for kind in (*self._objects, *(k for k in self._sketches if k not in self._objects)) if self.count(kind))

    def count(self, kind: str) -> int:
        """How many objects of a kind there are."""
        return len(self._objects[kind]) + len(self._sketches.get(kind, ()))

    def add_index(self, kind: str, index: str, function: IndexFunction) -> None:
        """File objects of `kind` under the values that `function` gives; asking twice for the same index is fine."""
        if index in self._index_functions[kind]:
            return
        self._make(kind)
        self._index_functions[kind][index] = function
        filed: dict[str, dict[tuple[str, str], Object]] = {}
        for place, obj in self._objects[kind].items():
            for value in function(obj):
                filed.setdefault(value, {})[place] = obj
        self._indexes[kind, index] = filed

    def by_index(self, kind: str, index: str, value: str) -> Objects:
        """Objects filed under `value`, in the order in which they were filed there. `namespace`, `owner` always exist.

        Raises:
            KeyError: where nobody added that index.
        """
        if (kind, index) not in self._indexes:
            self.add_index(kind, index, STANDARD_INDEXES[index])
        elif kind in self._sketches:
            self._make(kind)
        return list(self._indexes[kind, index].get(value, {}).values())

    def index_values(self, kind: str, index: str) -> tuple[str, ...]:
        """The values under which objects are filed in an index, sorted."""
        if (kind, index) not in self._indexes:
            self.add_index(kind, index, STANDARD_INDEXES[index])
        elif kind in self._sketches:
            self._make(kind)
        return tuple(sorted(self._indexes[kind, index]))

    def watch(self, kind: str | None, watcher: Watcher, *, but: Collection[str] = ()) -> None:
        """Tell `watcher` of every later write to objects of `kind` (None: of every kind `but` some)."""
        if kind is not None:
            self._make(kind)
            self._watchers[kind].append(watcher)
            return
        for sketched in list(self._sketches):
            self._make(sketched)
        self._all_watchers.append((watcher, frozenset(but)))

    def put(self, obj: Object) -> Object:
        """Store `obj` with the next resourceVersion and tell the watchers. For `api_server` only."""
        self.revision += 1
        obj = evolve(obj, metadata={"resourceVersion": str(self.revision)})
        kind, namespace, name = obj.key
        place = (namespace, name)
        known = self._objects[kind]
        old = known.get(place)
        known[place] = obj
        self._file(kind, place, old, obj)
        self._tell("MODIFIED" if old else "ADDED", kind, obj, old)
        return obj

    def sketch(self, kind: str, number: int, sketch: Sketch) -> None:
        """Store, under a number of the writer's, an object that is made once somebody reads or watches its kind."""
        if self._watchers[kind] or any(kind not in but for _, but in self._all_watchers):
            self.put(sketch.made())
            return
        self.revision += 1
        self._sketches.setdefault(kind, {})[number] = (self.revision, sketch)

    def sketches(self, kind: str) -> Iterator[tuple[int, Sketch]]:
        """The objects of a kind that are not made yet, by number, in order of creation."""
        return ((number, sketch) for number, (_, sketch) in self._sketches.get(kind, {}).items())

    def sketched(self, kind: str, number: int) -> Sketch | None:
        """The sketch under a number, None where there is none or the object was made."""
        found = self._sketches.get(kind, {}).get(number)
        return found[1] if found is not None else None

    def drop_sketch(self, kind: str, number: int) -> None:
        """Forget an object that is not made yet."""
        self.revision += 1
        found = self._sketches[kind]
        del found[number]
        if not found:
            del self._sketches[kind]

    def _make(self, kind: str) -> None:
        """Make all objects of a kind that are only sketched so far."""
        for revision, sketch in self._sketches.pop(kind, {}).values():
            obj = evolve(sketch.made(), metadata={"resourceVersion": str(revision)})
            place = (obj.namespace, obj.name)
            self._objects[kind][place] = obj
            self._file(kind, place, None, obj)

    def remove(self, key: Key) -> Object:
        """Forget an object and tell the watchers. For `api_server` only."""
        kind, namespace, name = key
        self.revision += 1
        last = self._objects[kind].pop((namespace, name))
        self._file(kind, (namespace, name), last, None)
        self._tell("DELETED", kind, evolve(last, metadata={"resourceVersion": str(self.revision)}), None)
        return last

    def _file(self, kind: str, place: tuple[str, str], old: Object | None, new: Object | None) -> None:
        for index, function in self._index_functions[kind].items():
            filed = self._indexes[kind, index]
            before = function(old) if old is not None else ()
            after = function(new) if new is not None else ()
            for value in before:
                if value not in after:
                    filed[value].pop(place, None)
                    if not filed[value]:
                        del filed[value]
            for value in after:
                if new is not None:
                    filed.setdefault(value, {})[place] = new

    def _tell(self, event: EventType, kind: str, obj: Object, old: Object | None) -> None:
        for watcher in self._watchers[kind]:
            watcher(event, obj, old)
        for watcher, but in self._all_watchers:
            if kind not in but:
                watcher(event, obj, old)


def by_namespace(obj: Object) -> Collection[str]:
    """Files an object under its namespace."""
    return (obj.namespace,)


def by_owner(obj: Object) -> Collection[str]:
    """Files an object under the uid of each owner."""
    return [reference.get("uid", "") for reference in obj.metadata.get("ownerReferences") or ()]


def by_node(obj: Object) -> Collection[str]:
    """Files a pod under its node; unscheduled pods under ""."""
    return (obj.spec.get("nodeName") or "",)


STANDARD_INDEXES: dict[str, IndexFunction] = {"namespace": by_namespace, "owner": by_owner, "node": by_node}
