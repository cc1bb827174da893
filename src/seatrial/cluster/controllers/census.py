"""How many pods each controller has, by all that counts about them: kept up with every write, never counted anew.

Upstream's controllers go through all their pods at each sync. Here what they look for in that walk is counted as pods
are written, so that a sync costs the same however many pods there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from seatrial.cluster.store import EventType, Store
from seatrial.model.objects import Object, controller_of
from seatrial.model.pods import is_ready, is_terminal


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
    """Numbers of pods by the uid of their controller and by shape."""

    def __init__(self, store: Store) -> None:
        self._numbers: dict[str, dict[Shape, int]] = {}
        for pod in store.list("Pod"):
            self._count(pod, 1)
        store.watch("Pod", self._on_pod)

    def of(self, uid: str) -> Iterator[tuple[Shape, int]]:
        """The shapes of a controller's pods, and how many there are of each."""
        yield from self._numbers.get(uid, {}).items()

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._count(pod, -1)
            return
        if old is not None:
            self._count(old, -1)
        self._count(pod, 1)

    def _count(self, pod: Object, change: int) -> None:
        owner = controller_of(pod)
        if owner is None:
            return
        shapes = self._numbers.setdefault(owner["uid"], {})
        shape = Shape(is_terminal(pod), pod.deleting, is_ready(pod), tuple(pod.labels.items()))
        number = shapes.get(shape, 0) + change
        if number:
            shapes[shape] = number
            return
        del shapes[shape]
        if not shapes:
            del self._numbers[owner["uid"]]
