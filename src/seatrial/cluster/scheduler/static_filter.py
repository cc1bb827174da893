"""A filter whose answers follow from the node objects alone: worked out once, with one code for each refusal."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.cluster.scheduler.framework import Ints, NodeFilter, Reach, Status, Where


class StaticFilter(NodeFilter):
    """Codes by node, and what each code from 1 on means."""

    reach = Reach.NODE

    def __init__(self, codes: Ints, statuses: Sequence[Status], node_names: frozenset[str] | None = None) -> None:
        self._codes = codes
        self._statuses = statuses
        self.node_names = node_names

    def codes(self, where: Where) -> Ints:
        """0 where the pod may go."""
        return self._codes[where]

    def status(self, slot: int, code: int) -> Status:
        """What the code stands for."""
        return self._statuses[code - 1]
