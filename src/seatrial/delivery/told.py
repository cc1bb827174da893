"""What a user is to know about the read of a live cluster, gathered on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

DELETED = "being deleted"


@dataclass(slots=True)
class Told:
    """`forbidden` and `silent` were not read, `left_out` counts by maker and kind, `redacted` counts Secrets."""

    forbidden: list[str] = field(default_factory=list)
    silent: tuple[str, ...] = ()
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    redacted: int = 0

    def lines(self) -> list[str]:
        """A line for each thing to know."""
        lines = []
        if self.forbidden:
            lines.append(f"you may not list {', '.join(self.forbidden)}; the rest was read")
        if self.silent:
            lines.append(f"no answer from the servers of {', '.join(self.silent)}; the rest was read")
        for maker in sorted({maker for maker, _ in self.left_out}):
            kinds = sorted((kind, count) for (by, kind), count in self.left_out.items() if by == maker)
            listed = ", ".join(f"{count} {kind}" for kind, count in kinds)
            lines.append(f"left out, {maker if maker == DELETED else f'made by {maker}'}: {listed}")
        if self.redacted:
            lines.append(f'Secrets: {self.redacted}; their values were not read and stand as "redacted"')
        return lines
