"""The cluster's memory: objects by key, resource versions, indexes and watches (etcd and the watch cache in one).

Reading and watching is for everybody; writing goes through `api_server`, which knows what Kubernetes does to an object
on its way in. Watchers are told synchronously and in order, right after the write; they note keys and update indexes
but never write themselves: they enqueue work and do it in a timer of their own.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal, Protocol

from seatrial.cluster.indexes import STANDARD_INDEXES, Index, IndexFunction, Part, Place, whole
from seatrial.model.objects import Key, Object, evolve

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
Watcher = Callable[[EventType, Object, Object | None], None]
"""Called with (type, object, object before): DELETED carries the last state as object and None before."""
Objects = list[Object]


class Sketch(Protocol):
    """An object that is written down in short and made when somebody reads it: most Events nobody ever does."""

    def made(self) -> Object:
        """The object itself, but for its resourceVersion."""


class Store:
    """Objects of one cluster. All objects are immutable; a write replaces the object under its key."""

    def __init__(self) -> None:
        self.revision = 0
        self._objects: defaultdict[str, dict[Place, Object]] = defaultdict(dict)
        self._watchers: defaultdict[str, list[Watcher]] = defaultdict(list)
        self._all_watchers: list[tuple[Watcher, frozenset[str]]] = []
        """Those who watch all kinds, but for some."""
        self._sketches: dict[str, dict[int, tuple[int, Sketch]]] = {}
        """By kind and number: the revision and the sketch, in order of creation. All are later than those made."""
        self._indexes: defaultdict[str, dict[str, Index]] = defaultdict(dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Store:
        """A fork's store: keys and objects are immutable and shared, only the dicts around them are new."""
        fork = Store.__new__(Store)
        memo[id(self)] = fork
        fork.revision = self.revision
        fork._objects = defaultdict(dict, {kind: dict(found) for kind, found in self._objects.items()})
        fork._indexes = defaultdict(
            dict,
            {kind: {name: index.copy() for name, index in found.items()} for kind, found in self._indexes.items()},
        )
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
        return (kind for kind in dict.fromkeys((*self._objects, *self._sketches)) if self.count(kind))

    def count(self, kind: str) -> int:
        """How many objects of a kind there are."""
        return len(self._objects[kind]) + len(self._sketches.get(kind, ()))

    def add_index(self, kind: str, name: str, function: IndexFunction, part: Part = whole) -> None:
        """File objects of `kind` under the values that `function` gives, which goes by a `part` of them.

        Asking twice for the same index is fine.
        """
        if name in self._indexes[kind]:
            return
        self._make(kind)
        index = self._indexes[kind][name] = Index(function, part)
        for place, obj in self._objects[kind].items():
            index.add(place, obj)

    def by_index(self, kind: str, index: str, value: str) -> Objects:
        """Objects filed under `value`, in the order in which they were filed there. `namespace`, `owner` always exist.

        Raises:
            KeyError: where nobody added that index.
        """
        places = self._index(kind, index).filed.get(value)
        if not places:
            return []
        objects = self._objects[kind]
        return [objects[place] for place in places]

    def index_values(self, kind: str, index: str) -> tuple[str, ...]:
        """The values under which objects are filed in an index, sorted."""
        return tuple(sorted(self._index(kind, index).filed))

    def _index(self, kind: str, name: str) -> Index:
        if kind in self._sketches:
            self._make(kind)
        found = self._indexes[kind].get(name)
        if found is None:
            self.add_index(kind, name, *STANDARD_INDEXES[name])
            found = self._indexes[kind][name]
        return found

    def watch(self, kind: str | None, watcher: Watcher, *, but: Collection[str] = ()) -> None:
        """Tell `watcher` of every later write to objects of `kind` (None: of every kind `but` some)."""
        if kind is not None:
            self._make(kind)
            self._watchers[kind].append(watcher)
            return
        for sketched in list(self._sketches):
            self._make(sketched)
        self._all_watchers.append((watcher, frozenset(but)))

    def put(self, obj: Object, *, metadata: Mapping[str, Any] | None = None, **changes: Any) -> Object:
        """Store `obj`, evolved by the changes, with the next resourceVersion and tell the watchers. For `api_server`
        only.
        """
        self.revision += 1
        obj = evolve(obj, metadata={**(metadata or {}), "resourceVersion": str(self.revision)}, **changes)
        kind, namespace, name = obj.key
        place = (namespace, name)
        known = self._objects[kind]
        old = known.get(place)
        known[place] = obj
        for index in self._indexes[kind].values():
            if old is None:
                index.add(place, obj)
            else:
                index.move(place, old, obj)
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
            for index in self._indexes[kind].values():
                index.add(place, obj)

    def remove(self, key: Key) -> Object:
        """Forget an object and tell the watchers. For `api_server` only."""
        kind, namespace, name = key
        self.revision += 1
        last = self._objects[kind].pop((namespace, name))
        for index in self._indexes[kind].values():
            index.remove((namespace, name), last)
        self._tell("DELETED", kind, evolve(last, metadata={"resourceVersion": str(self.revision)}), None)
        return last

    def _tell(self, event: EventType, kind: str, obj: Object, old: Object | None) -> None:
        for watcher in self._watchers[kind]:
            watcher(event, obj, old)
        for watcher, but in self._all_watchers:
            if kind not in but:
                watcher(event, obj, old)
