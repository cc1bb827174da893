"""How many pods each controller has, by all that counts about them: kept up with every write, never counted anew.

Whoever has a census tells it of every write to a pod (`note`).

Upstream's controllers go through all their pods at each sync. Here what they look for in that walk is counted as pods
are written, so that a sync costs the same however many pods there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from seatrial.cluster.store import EventType, Store
from seatrial.model.objects import Object, controller_of
from seatrial.model.pods import is_ready, is_terminal
from seatrial.model.remembering import remembered


class Shape(NamedTuple):
    """What pods that count alike have in common."""

    ended: bool
    deleting: bool
    ready: bool
    labels: tuple[tuple[str, str], ...]

    @property
    def active(self) -> bool:
        """Whether such pods count as replicas (IsPodActive)."""
        return not self.ended and not self.deleting


class Census:
    """Numbers of pods by the uid of their controller and by shape, and of active ones by node."""

    def __init__(self, store: Store) -> None:
        self._numbers: dict[str, dict[Shape, int]] = {}
        self._nodes: dict[str, dict[str, int]] = {}
        for pod in store.list("Pod"):
            self._count(pod, 1)

    def of(self, uid: str) -> Iterator[tuple[Shape, int]]:
        """The shapes of a controller's pods, and how many there are of each."""
        yield from self._numbers.get(uid, {}).items()

    def by_node(self, uid: str) -> Mapping[str, int]:
        """The numbers of a controller's active pods on each node; those without a node are under ""."""
        return self._nodes.get(uid, {})

    def note(self, event: EventType, pod: Object, old: Object | None) -> bool:
        """Take note of a write to a pod; whether it changes anything that is counted."""
        if event == "DELETED":
            self._count(pod, -1)
        elif old is None:
            self._count(pod, 1)
        elif _counts_alike(old, pod):
            return False
        else:
            self._count(old, -1)
            self._count(pod, 1)
        return True

    def _count(self, pod: Object, change: int) -> None:
        owner = controller_of(pod)
        if owner is None:
            return
        shape = Shape(is_terminal(pod), pod.deleting, is_ready(pod), _pairs(pod.metadata.get("labels")))
        _add(self._numbers, owner["uid"], shape, change)
        if shape.active:
            _add(self._nodes, owner["uid"], pod.spec.get("nodeName") or "", change)


@remembered
def _pairs(labels: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((labels or {}).items())


def _counts_alike(old: Object, new: Object) -> bool:
    """Whether a write to a pod changes nothing that is counted."""
    before, after = old["metadata"], new["metadata"]
    return (
        before.get("labels") == after.get("labels")
        and before.get("deletionTimestamp") == after.get("deletionTimestamp")
        and before.get("ownerReferences") == after.get("ownerReferences")
        and (old["spec"] is new["spec"] or old["spec"].get("nodeName") == new["spec"].get("nodeName"))
        and is_terminal(old) == is_terminal(new)
        and is_ready(old) == is_ready(new)
    )


def _add(numbers: dict[str, dict[Any, int]], uid: str, what: Any, change: int) -> None:
    """Change one number of a controller's; what comes to nothing is forgotten."""
    own = numbers.setdefault(uid, {})
    number = own.get(what, 0) + change
    if number:
        own[what] = number
        return
    del own[what]
    if not own:
        del numbers[uid]
