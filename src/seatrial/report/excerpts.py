"""Pieces of the user's files and of diffs, line by line, as the HTML report shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.findings.finding import Finding
from seatrial.manifests.places import Place

AROUND = 3
"""Lines shown before and after the one that matters."""
LONGEST_LINE = 400
MOST = 3
"""Excerpts of one finding: a cause may stand in more places than help to understand it."""
HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Line:
    """One line shown. `mark`: `hit`, `add`, `remove`, `skip` or empty; a number is 0 where it is in no such file."""

    text: str
    old: int = 0
    new: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file, the one that matters marked `hit`."""

    place: Place
    path: str
    lines: tuple[Line, ...]


def excerpts(finding: Finding, sources: Mapping[str, str]) -> list[Excerpt]:
    """The lines that bring the finding about: those of its causes, or those of its location."""
    locations = [cause.location for cause in finding.cause if cause.location] or [finding.location]
    found: dict[tuple[str, int], Excerpt] = {}
    for location in locations[:MOST]:
        place = location.place
        text = sources.get(place.file)
        if text is not None and place.line:
            found.setdefault((place.file, place.line), Excerpt(place, location.path, _around(text, place.line)))
    return list(found.values())


def diff_lines(diff: str) -> tuple[Line, ...]:
    """A unified diff without its headers; between hunks stands a `skip`."""
    lines: list[Line] = []
    old = new = 0
    for text in diff.splitlines():
        hunk = HUNK.match(text)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            if lines:
                lines.append(Line("", mark="skip"))
        elif not old and not new:
            continue
        elif text.startswith("-"):
            lines.append(Line(_cut(text[1:]), old, 0, "remove"))
            old += 1
        elif text.startswith("+"):
            lines.append(Line(_cut(text[1:]), 0, new, "add"))
            new += 1
        elif not text.startswith("\\"):
            lines.append(Line(_cut(text[1:]), old, new))
            old, new = old + 1, new + 1
    return tuple(lines)


def diff_file(diff: str) -> str:
    """The file that a unified diff changes, "" where it does not say."""
    header = next((line for line in diff.splitlines() if line.startswith("+++ ")), "")
    return header[4:].split("\t")[0].removeprefix("b/")


def _around(text: str, line: int) -> tuple[Line, ...]:
    lines = text.splitlines()
    begin, end = max(1, line - AROUND), min(len(lines), line + AROUND)
    return tuple(
        Line(_cut(lines[number - 1]), number, number, "hit" if number == line else "")
        for number in range(begin, end + 1)
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
