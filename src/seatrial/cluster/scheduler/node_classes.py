"""Nodes that a scorer cannot tell apart, kept as classes: part of what `evaluation.py` keeps.

Topology spread sees of a node only how many pods of the kind are on it and which domains it lies in. Thousands of nodes
then fall into a few classes, and a score is worked out once for each class. Which class a node is in is mended node by
node, as everything else is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import ClassScorer, Ints, Mask

MOST = 64
"""With more classes it is quicker to look at the nodes."""


class NodeClasses:
    """The classes of one scorer: by the pods on the node, and by a number that stands for the node's domains."""

    def __init__(self, scorer: ClassScorer, feasible: Mask) -> None:
        self._scorer = scorer
        self._column, self._columns, self._width = scorer.columns()
        self._reset(feasible)

    def _reset(self, feasible: Mask) -> None:
        pods = self._scorer.pods_on_nodes()
        self._pods = np.zeros(len(feasible), dtype=np.int64) if pods is None else pods
        rows = 2 * int(self._pods.max(initial=0)) + 2
        self._table: Ints = np.zeros(rows * self._width, dtype=np.int64)
        self._code: NDArray[np.intp] = (self._pods * self._width + self._column).astype(np.intp)
        self._scores: Ints = np.zeros(len(feasible), dtype=np.int64)
        self._counted: list[bool] = feasible.tolist()
        codes, sizes = np.unique(self._code[feasible], return_counts=True)
        self._sizes: dict[int, int] = dict(zip(codes.tolist(), sizes.tolist(), strict=True))

    def mend(self, slots: Sequence[int], feasible: Mask) -> None:
        """Nodes at these slots have other pods, or are feasible where they were not, or no longer."""
        for slot in slots:
            if self._counted[slot]:
                self._count(int(self._code[slot]), -1)
            code = int(self._pods[slot]) * self._width + self._columns[slot]
            if code >= len(self._table):
                self._reset(feasible)
                return
            self._code[slot] = code
            self._counted[slot] = bool(feasible[slot])
            if self._counted[slot]:
                self._count(code, 1)

    def _count(self, code: int, delta: int) -> None:
        size = self._sizes.get(code, 0) + delta
        if size:
            self._sizes[code] = size
        else:
            del self._sizes[code]

    def scores(self, weight: int, among: Mask | None = None) -> Ints | None:
        """The weighted score of every feasible node, or of those `among` them; None with too many classes.

        The array is good until the next call.
        """
        sizes = self._sizes
        if among is not None:
            found = np.bincount(self._code[among])
            occupied = np.flatnonzero(found)
            sizes = dict(zip(occupied.tolist(), found[occupied].tolist(), strict=True))
        if len(sizes) > MOST:
            return None
        width, table = self._width, self._table
        codes = list(sizes)
        pods, columns = [code // width for code in codes], [code % width for code in codes]
        for code, score in zip(codes, self._scorer.by_class(pods, columns, list(sizes.values())), strict=True):
            table[code] = score * weight
        return table.take(self._code, out=self._scores, mode="clip")
