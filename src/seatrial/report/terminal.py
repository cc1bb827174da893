"""Colour, marks and wrapping for a terminal. Nothing is told by colour alone."""

from __future__ import annotations

import textwrap

from seatrial.findings.finding import Severity
from seatrial.findings.verdict import Verdict

MARKS: dict[str, str] = {"pass": "✓", "warn": "!", "fail": "✗", "error": "✗", "warning": "!", "note": "·"}
"""What stands before a line of each verdict and severity."""
HUES: dict[str, str] = {
    "pass": "green",
    "warn": "yellow",
    "fail": "red",
    "error": "red",
    "warning": "yellow",
    "note": "cyan",
}
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
NARROWEST = 60


class Terminal:
    """A terminal of a width, with colours or without."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = max(NARROWEST, width)

    def paint(self, text: str, *styles: str) -> str:
        """The text in the styles named in `CODES`; as it is where there is no colour."""
        if not self.colour or not text or not styles:
            return text
        return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"

    def mark(self, kind: Verdict | Severity) -> str:
        """The mark of a verdict or severity."""
        return self.paint(MARKS[kind], "bold", HUES[kind])

    def heading(self, text: str) -> str:
        """The title of a part."""
        return self.paint(text, "bold")

    def wrapped(self, text: str, indent: str, first: str = "") -> list[str]:
        """The text in lines that fit; a longer word, mostly a path, stays whole, to be copied. `first` begins the
        first line, as wide as `indent` when printed.
        """
        text, width = plain(" ".join(text.split())), max(20, self.width - len(indent))
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        return [(first if number == 0 and first else indent) + line for number, line in enumerate(lines)]


def plain(text: str) -> str:
    """One line of text without characters by which a manifest could command the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text.expandtabs())


def shortened(text: str, width: int) -> str:
    """The text with an ellipsis in its middle where it is too wide: ends of names tell more than their middles."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"
