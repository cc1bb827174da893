"""Indexes of the store: objects filed under values, so that they are found without looking at all of them.

An index goes by a part of the object; a write that leaves the part as it was costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from seatrial.model.objects import Object

IndexFunction = Callable[[Object], Collection[str]]
"""Gives the values under which an object is filed in an index. A module-level function, so that forks share it."""
Part = Callable[[Object], Any]
"""Gives the part of an object that an index goes by: while that stays the same, so does the object's place there."""
Place = tuple[str, str]
"""Namespace and name."""


def whole(obj: Object) -> Any:
    """An index that may go by anything."""
    return obj


def nothing(obj: Object) -> Any:
    """An index that goes by what never changes."""
    return None


def labels(obj: Object) -> Any:
    """An index that goes by labels."""
    return obj["metadata"].get("labels")


def owners(obj: Object) -> Any:
    """An index that goes by owners."""
    return obj["metadata"].get("ownerReferences")


def phase(obj: Object) -> Any:
    """An index that goes by the phase."""
    return obj.status.get("phase")


def spec(obj: Object) -> Any:
    """An index that goes by the spec."""
    return obj.get("spec")


class Index:
    """Places of objects by the values under which a function files them."""

    __slots__ = ("filed", "function", "part")

    def __init__(self, function: IndexFunction, part: Part) -> None:
        self.function = function
        self.part = part
        self.filed: dict[str, dict[Place, None]] = {}

    def copy(self) -> Index:
        """For a fork."""
        twin = Index(self.function, self.part)
        twin.filed = {value: dict(places) for value, places in self.filed.items()}
        return twin

    def add(self, place: Place, obj: Object) -> None:
        """File a new object."""
        for value in self.function(obj):
            self.filed.setdefault(value, {})[place] = None

    def remove(self, place: Place, obj: Object) -> None:
        """Take out an object that is gone."""
        for value in self.function(obj):
            self._take(place, value)

    def move(self, place: Place, old: Object, new: Object) -> None:
        """File an object that was written anew."""
        before, after = self.part(old), self.part(new)
        if before is after or before == after:
            return
        values = self.function(new)
        for value in self.function(old):
            if value not in values:
                self._take(place, value)
        for value in values:
            self.filed.setdefault(value, {})[place] = None

    def _take(self, place: Place, value: str) -> None:
        places = self.filed[value]
        places.pop(place, None)
        if not places:
            del self.filed[value]


def by_namespace(obj: Object) -> Collection[str]:
    """Files an object under its namespace."""
    return (obj.namespace,)


def by_owner(obj: Object) -> Collection[str]:
    """Files an object under the uid of each owner."""
    return [reference.get("uid", "") for reference in obj.metadata.get("ownerReferences") or ()]


def by_node(obj: Object) -> Collection[str]:
    """Files a pod under its node; unscheduled pods under ""."""
    return (obj.spec.get("nodeName") or "",)


STANDARD_INDEXES: dict[str, tuple[IndexFunction, Part]] = {
    "namespace": (by_namespace, nothing),
    "owner": (by_owner, owners),
    "node": (by_node, spec),
}
