r"""Where the scanner of go-yaml 2.4.2 differs from the libyaml of today, and how libyaml is made to read as it does.

go-yaml is a port of libyaml 0.1.6; libyaml has changed since. To go-yaml

- `"\/"` is an unknown escape, and `"\'"` is an apostrophe;
- a bare `!` stays a tag, which makes a plain scalar text;
- a `?` ends a plain scalar in a flow collection, so `[what?]` and `[http://a/?b=c]` are errors and `[?a]` is a key;
- a `:` before a flow indicator is part of a plain scalar: `{a:}` is the key `a:`;
- `,`, `[` and `]` are part of a tag: `!!str,`;
- a byte order mark within the text is a character like any other.

All that is looked for only where the text holds such signs. What libyaml would not take is written otherwise (a
character in its place that the text does not hold, put back in the scalars), and the document is read again.
"""

from __future__ import annotations

import re
from typing import Any

from yaml import YAMLError

from seatrial.manifests.yaml_scalars import STR

_SIGNS = re.compile(r"""\\[/']|!(?:[\s,\]}]|<!>|$)|![^\s]*[,\[\]]|\?|:[,\[\]{}]|.\ufeff""", re.DOTALL)
_SLASH_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_BARE_TAG = re.compile(r"(?:&\S+\s+)?!(?:<!>)?(?:\s|$)")
_MOST_REWRITES = 100
"""A text with more places to mend is refused with libyaml's own error: each of them costs another reading."""


class ReadAgain(Exception):
    """The text was changed in a place that libyaml has read already."""


class NotGoYaml(Exception):
    """go-yaml would not have accepted the scalar; the text says why."""


class GoScanner:
    """The text of one document, as libyaml is to see it. `careful` tells whether each scalar has to be asked about."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.careful = _SIGNS.search(text) is not None
        self._stand_ins: dict[str, str] = {}
        self._rewrites = 0
        if self.careful and "\ufeff" in text[1:]:
            self.text = text[0] + text[1:].replace("\ufeff", self._stand_in("\ufeff"))

    def scalar(self, event: Any, *, in_flow: bool) -> tuple[str, str | None]:
        """The text and the tag of a scalar as go-yaml has them.

        Raises:
            NotGoYaml: where go-yaml would not have accepted the scalar.
            ReadAgain: where the text has to be read again.
        """
        value, tag = str(event.value), event.tag
        start, end = event.start_mark.index, event.end_mark.index
        if event.style == '"':
            if _SLASH_ESCAPE.search(self.text, start, end):
                raise NotGoYaml("found unknown escape character")
        elif not event.style:
            if in_flow:
                self._check_flow_scalar(value, start, end, tagged=tag is not None)
            if tag is None and self.text.startswith(("!", "&"), start) and _BARE_TAG.match(self.text[start:end]):
                tag = STR
        for stand_in, original in self._stand_ins.items():
            value = value.replace(stand_in, original)
        return value, tag

    def _check_flow_scalar(self, value: str, start: int, end: int, *, tagged: bool) -> None:
        if tagged and value == "" and self.text.startswith(",", end):
            self._rewrite(end, end + 1, "%2C")
            raise ReadAgain
        if value.startswith("?") and self.text.startswith("?", start):
            self._rewrite(start, start + 1, "? ")
            raise ReadAgain
        if "?" in value:
            raise NotGoYaml("did not find expected ',' or the end of the flow collection before '?'")

    def mend(self, error: YAMLError) -> bool:
        """Write otherwise what libyaml stumbled over; tells whether there is anything that go-yaml would take."""
        mark, problem = getattr(error, "problem_mark", None), str(getattr(error, "problem", ""))
        if mark is None or self._rewrites >= _MOST_REWRITES:
            return False
        at, sign = mark.index, self.text[mark.index : mark.index + 1]
        if problem == "found unexpected ':'":
            self._rewrite(at, at + 1, self._stand_in(":"))
        elif problem == "found unknown escape character" and self.text.startswith("\\'", at):
            self._rewrite(at, at + 2, "'")
        elif sign in (",", "[", "]") and problem in (
            "did not find expected whitespace or line break",
            "did not find expected tag URI",
        ):
            self._rewrite(at, at + 1, f"%{ord(sign):02X}")
        else:
            return False
        return True

    def _rewrite(self, start: int, end: int, new: str) -> None:
        if self._rewrites >= _MOST_REWRITES:
            raise NotGoYaml("too many places that only some YAML readers take; quote the text there")
        self._rewrites += 1
        self.text = self.text[:start] + new + self.text[end:]

    def _stand_in(self, original: str) -> str:
        for stand_in, known in self._stand_ins.items():
            if known == original:
                return stand_in
        stand_in = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in self.text)
        self._stand_ins[stand_in] = original
        return stand_in
