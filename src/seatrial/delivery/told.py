"""What a user is to know about the read of a live cluster, gathered on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from seatrial.delivery.discovery import ServedKind

DELETED = "being deleted"


@dataclass(slots=True)
class Told:
    """`forbidden` and `silent` were not read, `left_out` counts by maker and kind, `redacted` Secrets."""

    forbidden: list[ServedKind] = field(default_factory=list)
    silent: tuple[str, ...] = ()
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    redacted: int = 0
    not_ready: int = 0

    def lines(self) -> list[str]:
        """A line for each thing to know."""
        lines = []
        if self.forbidden:
            kinds = ", ".join(kind.resource for kind in self.forbidden)
            lines.append(f"you may not list {kinds}; the rest was read")
        if self.silent:
            lines.append(f"no answer from the servers of {', '.join(self.silent)}; the rest was read")
        for maker in sorted({maker for maker, _ in self.left_out}):
            made = sorted((kind, count) for (by, kind), count in self.left_out.items() if by == maker)
            listed = ", ".join(f"{count} {kind}" for kind, count in made)
            lines.append(f"left out, {maker if maker == DELETED else f'made by {maker}'}: {listed}")
        if self.redacted:
            lines.append(f'Secrets: {self.redacted}; their values were not read and stand as "redacted"')
        if self.not_ready:
            lines.append(f"nodes that are not ready and left out: {self.not_ready}")
        return lines
