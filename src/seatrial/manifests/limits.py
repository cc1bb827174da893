"""Bounds on hostile input, ours and those of Go's readers; the errors name the one that was passed."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How large input may be. What goes beyond is refused with an error that names the limit, and costs no memory."""

    file_size: int = 64 * MEBIBYTE
    """Bytes of one file; rendered output and standard input count as files."""
    documents: int = 200_000
    """Documents of one file."""
    depth: int = 1_000
    """Levels of lists and mappings inside each other. Go's reader stops at 10,000; nothing real comes near either."""
    alias_text: int = 64 * MEBIBYTE
    """Characters that aliases may add to a document. go-yaml bounds their nodes (`AliasBudget`), not their text."""


DEFAULT = Limits()


class AliasBudget:
    """go-yaml's guard against alias bombs (decode.go, go-yaml v2.4.2): the part of all nodes that aliases bring.

    Up to 99 % of a small document may come from aliases, falling to 10 % for one of four million nodes.
    """

    __slots__ = ("aliased", "nodes")

    _SMALL, _LARGE = 400_000, 4_000_000

    def __init__(self) -> None:
        self.nodes = 0
        self.aliased = 0

    def exceeded(self) -> bool:
        """Whether too large a part of what was decoded so far came from aliases."""
        if self.aliased <= 100 or self.nodes <= 1_000:
            return False
        scale = min(max((self.nodes - self._SMALL) / (self._LARGE - self._SMALL), 0.0), 1.0)
        return self.aliased / self.nodes > 0.99 - 0.89 * scale
