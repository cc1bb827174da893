"""Variants: a folder may hold the same object several times, for several environments or as alternatives.

Such objects never run side by side. What belongs together is then told by nearness: the Service in an overlay's folder
goes with the Deployment of that folder, not with the one of the overlay beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePath

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource


class Variants:
    """Knows which objects of an inventory occur more than once."""

    def __init__(self, inventory: Inventory) -> None:
        counts = Counter(resource.key for resource in inventory)
        self._repeated = {key for key, count in counts.items() if count > 1}

    @property
    def there_are(self) -> bool:
        """Whether any object occurs more than once: then the folder is more than one system."""
        return bool(self._repeated)

    def nearest(self, to: Resource, candidates: Sequence[Resource]) -> list[Resource]:
        """The candidates, only the nearest to `to` of objects that occur more than once."""
        if not self._repeated:
            return list(candidates)
        best: dict[tuple[str, str, str], Resource] = {}
        for candidate in candidates:
            other = best.get(candidate.key)
            if other is None or nearness(to, candidate) > nearness(to, other):
                best[candidate.key] = candidate
        return list(best.values())

    def may_be_apart(self, one: Resource, other: Resource) -> bool:
        """Whether two objects may be alternatives: in different folders, of a tree that holds variants."""
        return self.there_are and PurePath(one.place.file).parent != PurePath(other.place.file).parent


def nearness(one: Resource, other: Resource) -> int:
    """How many steps of their files' paths two objects share, from the top."""
    steps, others = PurePath(one.place.file).parts, PurePath(other.place.file).parts
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(steps, others, strict=False))
    return sum(1 for _ in shared)
