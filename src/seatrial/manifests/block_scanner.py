"""Reads what `block_style` reads and more, sign by sign: the reader that is compiled where there is a compiler.

Interpreted it is slow, and nobody uses it so but the tests: `quick_readers` gives the compiled one, whose C types
stand in `block_scanner.pxd` beside this file. It knows block collections, scalars of all styles, flow collections over
several lines, and the common escapes. It declines anchors, aliases, tags, tabs between tokens, keys that are words or
numbers, keys that come twice, whatever is rare, and every error. A test compares it with libyaml's events.

The text ends with a line break, so it is safe to look one sign ahead of any other sign.
"""

from __future__ import annotations

import re
from typing import Any

from seatrial.manifests.quick_readers import DECLINED
from seatrial.manifests.yaml_scalars import NUMERIC_START, WORDS, value_of

_DEEPEST = 200
"""Levels that are read here, whatever the limit is: each takes room on the machine's stack."""
_LONGEST_KEY = 127
_SHORT = 18
"""Digits fewer than these are an integer of 64 bits."""
_BREAKS = re.compile(r"\n+")
_FLOW_KEY = re.compile(r"[^,\[\]{}?:#]+")
"""A key of a flow mapping: what `_key` finds may hold signs that mean something there."""


class _Declined(Exception):
    """The document has to be read by other means."""


def read(document: str, depth: int) -> Any:
    """The value of a document whose text ends with a line break, or `DECLINED`; `depth` bounds the levels."""
    try:
        return _Scanner(document, min(depth - 1, _DEEPEST)).document()
    except _Declined:
        return DECLINED


class _Scanner:
    """Walks through a text. `_at` is the next sign; `_column` is where the line's content begins, -1 behind the end.

    What reads a value leaves the scanner at the content of the next line that has some.
    """

    def __init__(self, text: str, room: int) -> None:
        self._text = text
        self._end = len(text)
        self._at = 0
        self._column = 0
        self._room = room  # levels that may still be opened
        self._blank = 0  # empty lines that `_fold` went over

    def document(self) -> Any:
        """The whole document; None where it has no content."""
        self._check_signs()
        if self._text.startswith("---\n"):
            self._at = 4
        if self._next_line() < 0:
            return None
        if self._column:
            raise _Declined
        key = self._key()
        if key is None:
            raise _Declined
        found = self._mapping(0, key)
        if self._column >= 0:
            raise _Declined
        return found

    def _check_signs(self) -> None:
        """Decline what YAML does not allow, and what it takes for line breaks beside LF."""
        for sign in self._text:
            if sign < " ":
                if sign != "\n" and sign != "\t":
                    raise _Declined
            elif sign > "~" and (
                sign < "\xa0"
                or "\u2028" <= sign <= "\u2029"
                or "\ud800" <= sign <= "\udfff"
                or sign == "\ufeff"
                or "\ufffe" <= sign <= "\uffff"
            ):
                raise _Declined

    def _next_line(self) -> int:
        """From the start of a line, go to the next content: blank lines and comments have none. Gives its column."""
        text, at = self._text, self._at
        while at < self._end:
            start = at
            while text[at] == " ":
                at += 1
            sign = text[at]
            if sign == "\n":
                at += 1
            elif sign == "#":
                at = text.find("\n", at) + 1
            elif sign == "\t" or (at == start and self._is_marker(at)):
                raise _Declined
            else:
                self._at = at
                self._column = at - start
                return self._column
        self._at = self._end
        self._column = -1
        return -1

    def _is_marker(self, at: int) -> bool:
        """Whether the line that begins here begins or ends a document."""
        sign = self._text[at]
        return (sign == "-" or sign == ".") and self._text[at + 1] == sign and self._text[at + 2] == sign

    def _rest_is_blank(self) -> None:
        """Behind a value only blanks and a comment may follow; go to the next line."""
        text, at = self._text, self._at
        while text[at] == " ":
            at += 1
        if text[at] != "\n" and not (text[at] == "#" and text[at - 1] == " "):
            raise _Declined
        self._at = text.find("\n", at) + 1
        self._next_line()

    def _is_dash(self) -> bool:
        at = self._at
        return self._text[at] == "-" and (self._text[at + 1] == " " or self._text[at + 1] == "\n")

    def _descend(self) -> None:
        self._room -= 1
        if self._room < 0:
            raise _Declined

    def _mapping(self, column: int, key: str) -> dict[str, Any]:
        """A block mapping whose keys begin in a column; its first key is read already."""
        self._descend()
        found: dict[str, Any] = {}
        while True:
            found[key] = self._behind_key(column)
            if self._column != column:
                break
            next_key = self._key()
            if next_key is None or next_key in found:
                raise _Declined
            key = next_key
        if self._column > column:
            raise _Declined
        self._room += 1
        return found

    def _sequence(self, column: int) -> list[Any]:
        """A block sequence whose dashes stand in a column."""
        self._descend()
        found: list[Any] = []
        while True:
            found.append(self._item(column))
            if self._column != column or not self._is_dash():
                break
        if self._column > column:
            raise _Declined
        self._room += 1
        return found

    def _key(self) -> str | None:
        """The key that begins here, and go behind its colon; None where there is none."""
        text, start = self._text, self._at
        at = start
        sign = text[at]
        if sign == '"' or sign == "'":
            at += 1
            while text[at] != sign:
                if text[at] == "\n" or text[at] == "\\" or text[at] == "\t":
                    return None
                at += 1
            key = text[start + 1 : at]
            at += 1
            while text[at] == " ":
                at += 1
            if text[at] != ":" or (text[at + 1] != " " and text[at + 1] != "\n"):
                return None
        elif "a" <= sign <= "z" or "A" <= sign <= "Z" or sign in "_/.$(":
            while not (text[at] == ":" and (text[at + 1] == " " or text[at + 1] == "\n")):
                if text[at] == "\n" or text[at] == "\t" or (text[at] == "#" and text[at - 1] == " "):
                    return None
                at += 1
            stop = at
            while text[stop - 1] == " ":
                stop -= 1
            key = text[start:stop]
            if key in WORDS or (sign == "." and "0" <= text[start + 1] <= "9"):
                raise _Declined
        else:
            return None
        if not 0 < len(key) <= _LONGEST_KEY:
            raise _Declined
        self._at = at + 1
        return key

    def _behind_key(self, column: int) -> Any:
        """What stands behind the colon of a key in a mapping at a column, or on the lines below it."""
        text, at = self._text, self._at
        while text[at] == " ":
            at += 1
        self._at = at
        if text[at] != "\n" and text[at] != "#":
            return self._inline(column)
        self._at = text.find("\n", at) + 1
        self._next_line()
        if self._column > column:
            return self._nested(column)
        return self._sequence(column) if self._column == column and self._is_dash() else None

    def _item(self, column: int) -> Any:
        """What stands behind the dash of a sequence at a column, or on the lines below it."""
        text, at = self._text, self._at + 1
        while text[at] == " ":
            at += 1
        if text[at] == "\n" or text[at] == "#":
            self._at = text.find("\n", at) + 1
            self._next_line()
            return self._nested(column) if self._column > column else None
        self._column = column + at - self._at
        self._at = at
        if self._is_dash():
            return self._sequence(self._column)
        key = self._key()
        return self._inline(column) if key is None else self._mapping(self._column, key)

    def _nested(self, column: int) -> Any:
        """What begins a line of its own, further in than the collection at `column` that holds it."""
        if self._is_dash():
            return self._sequence(self._column)
        key = self._key()
        if key is not None:
            return self._mapping(self._column, key)
        if self._text[self._at] in "|>":
            raise _Declined
        return self._inline(column)

    def _inline(self, column: int) -> Any:
        """A scalar or flow collection inside a collection at a column."""
        sign = self._text[self._at]
        if sign == "|" or sign == ">":
            return self._block(column)
        value: Any
        if sign == '"' or sign == "'":
            value = self._quoted()
        elif sign == "[":
            value = self._flow_sequence()
        elif sign == "{":
            value = self._flow_mapping()
        else:
            return self._plain(column)
        self._rest_is_blank()
        return value

    def _quoted(self) -> str:
        """A scalar in quotes, and go behind it."""
        text = self._text
        quote = text[self._at]
        start = at = self._at + 1
        done = ""
        while True:
            sign = text[at]
            if sign == quote:
                if quote == '"' or text[at + 1] != "'":
                    break
                done += text[start : at + 1]
                at += 2
                start = at
            elif sign == "\n":
                done += text[start:at].rstrip(" ")
                at = self._fold(at)
                done += "\n" * self._blank or " "
                start = at
            elif sign == "\\" and quote == '"':
                done += text[start:at]
                done += _escaped(text[at + 1])
                at += 2
                start = at
            elif sign == "\t":
                raise _Declined
            else:
                at += 1
        self._at = at + 1
        return done + text[start:at] if done else text[start:at]

    def _fold(self, at: int) -> int:
        """From a line break in a scalar to where its text goes on; `_blank` counts the empty lines between."""
        text = self._text
        self._blank = -1
        while text[at] == "\n":
            self._blank += 1
            at += 1
            if at >= self._end or self._is_marker(at):
                raise _Declined
            while text[at] == " ":
                at += 1
        return at

    def _plain(self, column: int) -> Any:
        """A plain scalar, over several lines where the next ones are further in than the collection around it."""
        text, start = self._text, self._at
        sign = text[start]
        following = text[start + 1]
        if sign == "-" or sign == ":":
            if following == " " or following == "\n" or following == "\t":
                raise _Declined
        elif not (_is_alphanumeric(sign) or sign in "_./+~$(\\^;<="):
            raise _Declined
        stop = self._plain_stop(start)
        value = _word(text[start:stop])
        at = stop
        while text[at] == " ":
            at += 1
        if text[at] == "#":
            self._at = text.find("\n", at) + 1
            self._next_line()
            return value
        at += 1
        if at < self._end and (text[at] == " " or text[at] == "\n"):
            return self._continued(value, text[start:stop], at, column)
        self._at = at
        self._next_line()
        return value

    def _continued(self, value: Any, begun: str, at: int, column: int) -> Any:
        """A plain scalar whose first line is read, with those that follow: they begin at `at`."""
        text = self._text
        blank = 0
        start = at
        while at < self._end:
            start = at
            while text[at] == " ":
                at += 1
            if text[at] == "\n":
                blank += 1
                at += 1
                continue
            if text[at] == "#" or at - start <= column:
                break
            stop = self._plain_stop(at)
            line = text[at:stop]
            at = text.find("\n", stop)
            if text[stop:at].strip(" "):
                raise _Declined  # a comment behind a line that is not the first
            at += 1
            start = at
            begun += ("\n" * blank or " ") + line
            value = begun
            blank = 0
        self._at = start
        self._next_line()
        return value

    def _plain_stop(self, at: int) -> int:
        """Where the plain text of a line ends, before blanks and a comment."""
        text = self._text
        while text[at] != "\n":
            if text[at] == ":" and (text[at + 1] == " " or text[at + 1] == "\n"):
                raise _Declined
            if text[at] == "\t":
                raise _Declined
            if text[at] == "#" and text[at - 1] == " ":
                break
            at += 1
        while text[at - 1] == " ":
            at -= 1
        return at

    def _block(self, column: int) -> str:
        """A block scalar inside a collection at a column."""
        text = self._text
        folded = text[self._at] == ">"
        chomp = text[self._at + 1]
        at = self._at + 1
        if chomp == "+" or chomp == "-":
            at += 1
        while text[at] == " ":
            at += 1
        if text[at] != "\n" and not (text[at] == "#" and text[at - 1] == " "):
            raise _Declined
        at = text.find("\n", at) + 1
        indent = self._block_indent(at, column)
        lines: list[str] = []
        kept = 0
        while at < self._end:
            start = at
            while at < start + indent and text[at] == " ":
                at += 1
            if at < start + indent and text[at] != "\n":
                at = start
                break
            stop = text.find("\n", at)
            lines.append(text[at:stop])
            if stop > at:
                kept = len(lines)
            at = stop + 1
        self._at = at
        self._next_line()
        found = "\n".join(lines[:kept])
        if folded:
            if found.startswith("\n") or any(line.startswith((" ", "\t")) for line in lines):
                raise _Declined
            found = _BREAKS.sub(lambda breaks: breaks[0][1:] or " ", found)
        if chomp == "-":
            return found
        return found + ("\n" * (len(lines) - kept + 1) if chomp == "+" else "\n")

    def _block_indent(self, at: int, column: int) -> int:
        """How far in the text of a block scalar stands whose lines begin at `at`."""
        text = self._text
        while at < self._end and text[at] == "\n":
            at += 1
        start = at
        while at < self._end and text[at] == " ":
            at += 1
        if at >= self._end or at - start <= column or text[at] == "\n" or text[at] == "\t":
            raise _Declined
        return at - start

    def _flow_sequence(self) -> list[Any]:
        """A flow sequence, and go behind its bracket."""
        self._descend()
        found: list[Any] = []
        self._at += 1
        self._flow_space()
        while self._text[self._at] != "]":
            found.append(self._flow_value())
            self._flow_space()
            if self._text[self._at] == ",":
                self._at += 1
                self._flow_space()
            elif self._text[self._at] != "]":
                raise _Declined
        self._at += 1
        self._room += 1
        return found

    def _flow_mapping(self) -> dict[str, Any]:
        """A flow mapping, and go behind its brace."""
        self._descend()
        found: dict[str, Any] = {}
        self._at += 1
        self._flow_space()
        while self._text[self._at] != "}":
            key = self._key()
            if key is None or key in found or not _FLOW_KEY.fullmatch(key):
                raise _Declined
            self._flow_space()
            found[key] = self._flow_value()
            self._flow_space()
            if self._text[self._at] == ",":
                self._at += 1
                self._flow_space()
            elif self._text[self._at] != "}":
                raise _Declined
        self._at += 1
        self._room += 1
        return found

    def _flow_space(self) -> None:
        """Go over blanks, line breaks and comments inside a flow collection."""
        text, at = self._text, self._at
        while True:
            sign = text[at]
            if sign == " ":
                at += 1
            elif sign == "\n":
                at += 1
                if at >= self._end or self._is_marker(at):
                    raise _Declined
            elif sign == "#" and (text[at - 1] == " " or text[at - 1] == "\n"):
                at = text.find("\n", at)
            else:
                break
        self._at = at

    def _flow_value(self) -> Any:
        """A value inside a flow collection, and go behind it."""
        text, start = self._text, self._at
        sign = text[start]
        if sign == '"' or sign == "'":
            return self._quoted()
        if sign == "[":
            return self._flow_sequence()
        if sign == "{":
            return self._flow_mapping()
        if sign == "-":
            if text[start + 1] == " " or not _is_flow_sign(text[start + 1]):
                raise _Declined
        elif not (_is_alphanumeric(sign) or sign in "_./$+("):
            raise _Declined
        at = start
        while _is_flow_sign(text[at]):
            at += 1
        if text[at] not in ",]}\n":
            raise _Declined
        while text[at - 1] == " ":
            at -= 1
        self._at = at
        return _word(text[start:at])


def _is_alphanumeric(sign: str) -> bool:
    return "a" <= sign <= "z" or "A" <= sign <= "Z" or "0" <= sign <= "9"


def _is_flow_sign(sign: str) -> bool:
    """Whether a plain scalar inside a flow collection may hold a sign without any doubt."""
    return _is_alphanumeric(sign) or sign in "_./$+@=- ();<>%!~|*^&\\"


def _escaped(sign: str) -> str:
    """What a backslash and a sign stand for in double quotes."""
    if sign == '"' or sign == "\\":
        return sign
    if sign == "n":
        return "\n"
    if sign == "t":
        return "\t"
    raise _Declined


def _word(text: str) -> Any:
    """What a plain scalar on one line means."""
    if text[0] not in NUMERIC_START:
        return WORDS.get(text, text)
    if len(text) < _SHORT and text[0] != "0" and text.isdigit() and text.isascii():
        return int(text)
    value = value_of(text, None)
    if isinstance(value, float) and value - value != 0:
        raise _Declined  # NaN and the infinities are for the other reader, which says what is wrong with them
    return value
