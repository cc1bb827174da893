"""A quick reader for the block style that most manifests are written in; it declines whatever it is not sure of.

`yaml_reader` asks it first where `block_scanner` is not compiled, and reads what it declines from libyaml's events,
some ten times more slowly. It knows lines of five forms (`key:`, `key: scalar`, `- scalar`, `- key: ...`, comments),
scalars without escapes in every style, and short flow collections. Anything else declines the whole document: anchors,
tags, escapes, keys that are words or numbers, keys that come twice, and every error. So nearly each line can be
understood on its own; what it says is remembered, as manifests say the same again and again. A test compares both
readers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from seatrial.manifests.quick_readers import DECLINED
from seatrial.manifests.yaml_scalars import WORDS, value_of

_SURE_IN_ASCII = b"\t\n" + bytes(range(0x20, 0x7F))
_UNSURE = "[^\t\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_KEY = re.compile(r"""(?:([A-Za-z_][A-Za-z0-9_./-]{0,127})|"([^"\\]{1,127})"|'([^']{1,127})') *:(?= |\Z)""")
_END = r"(?: +#.*| *)"
_QUOTED = re.compile(rf"""(?:"([^"\\]*)"|'((?:[^']|'')*)'){_END}""")
_QUOTE_OPENED = re.compile(r"'((?:[^']|'')*)")
_QUOTE_CLOSED = re.compile(rf"((?:[^']|'')*)'{_END}")
_BLOCK_HEADER = re.compile(rf"([|>][+-]?){_END}")
_WORD = r"""(?:"[^"\\]*"|'[^']*'|[A-Za-z0-9_./$+][A-Za-z0-9_./$+@=-]*|-[A-Za-z0-9_./=-]+)"""
_NAME = r"[A-Za-z_][A-Za-z0-9_./-]*"
_FLOW_LIST = re.compile(rf"(\[ *(?:{_WORD} *(?:, *{_WORD} *)*)?\]){_END}")
_FLOW_MAPPING = re.compile(rf"(\{{ *(?:{_NAME}: +{_WORD} *(?:, *{_NAME}: +{_WORD} *)*)?\}}){_END}")
_FLOW_WORDS = re.compile(_WORD)
_FLOW_FIELDS = re.compile(rf"({_NAME}): +({_WORD})")
_BREAKS = re.compile(r"\n+")
_PLAIN_START = re.compile(r"[A-Za-z0-9_./+~$(\\^;<=]|-[^ ]")

_NOTHING, _SCALAR, _PLAIN, _QUOTE, _OPEN, _BLOCK, _FLOW, _UNKNOWN = range(8)
_REMEMBERED = 30_000
_LONGEST_REMEMBERED = 160


class _Line(NamedTuple):
    """What a line says. `dash` is how far behind its dash the rest begins, 0 without one; a bare item has no `key`."""

    form: int
    indent: int = 0
    dash: int = 0
    key: str | None = None
    value: Any = None


_BLANK = _Line(_NOTHING)


def read(document: str, depth: int) -> Any:
    """The value of a document whose text ends with a line break, or `DECLINED`; `depth` bounds the levels."""
    if document.isascii():
        if document.encode("ascii").translate(None, _SURE_IN_ASCII):
            return DECLINED
    elif _unsure().search(document):
        return DECLINED
    lines = document.split("\n")
    count = len(lines) - 1
    at = 1 if lines[0] == "---" else 0
    root: dict[str, Any] = {}
    top: Any = root
    level = 0
    above: list[tuple[int, Any]] = []
    pending: str | None = None
    plain = -1
    remembered, understand = _memory.young.get, _memory.understand
    while at < count:
        line = lines[at]
        at += 1
        form, indent, dash, key, value = remembered(line) or understand(line)
        if form == _NOTHING:
            continue
        if plain >= 0 and indent > level:
            text, at = _continued(lines, plain, count, level)
            if text is None:
                return DECLINED
            top[next(reversed(top)) if type(top) is dict else -1] = text
            plain = -1
            continue
        if form == _UNKNOWN:
            return DECLINED
        plain = at - 1 if form == _PLAIN else -1
        opens = pending is not None and (indent > level or (dash and indent == level))
        if opens:
            inner: Any = [] if dash else {}
            top[pending] = inner
            above.append((level, top))
            top, level = inner, indent
        else:
            while level > indent or (not dash and level == indent and type(top) is list):
                if not above:
                    return DECLINED
                level, top = above.pop()
            if level != indent or (type(top) is list) != bool(dash):
                return DECLINED
        pending = None
        if dash and key is not None:
            item: dict[str, Any] = {}
            top.append(item)
            above.append((level, top))
            top, level = item, indent + dash
        if len(above) >= depth:
            return DECLINED
        if form == _BLOCK:
            value, at = _block(lines, at, count, level, value)
            if value is None:
                return DECLINED
        elif form == _QUOTE:
            value, at = _quoted(lines, at, count, value)
            if value is None:
                return DECLINED
        elif form == _FLOW:
            value = value.copy()
        if key is None:
            top.append(value)
        elif key in top:
            return DECLINED
        else:
            top[key] = value
            if form == _OPEN:
                pending = key
    return root or DECLINED


@cache
def _unsure() -> re.Pattern[str]:
    return re.compile(_UNSURE)  # takes some milliseconds, and most manifests are ASCII


class _Memory:
    """Lines that came lately: two generations, the older dropped when the younger is full; long lines rarely recur."""

    def __init__(self) -> None:
        self.young: dict[str, _Line] = {}
        self._old: dict[str, _Line] = {}

    def understand(self, line: str) -> _Line:
        """What a line says that is not among the young."""
        said = self._old.get(line) or _parse(line)
        if len(line) <= _LONGEST_REMEMBERED:
            if len(self.young) >= _REMEMBERED:
                self.young, self._old = {}, self.young
            self.young[line] = said
        return said


_memory = _Memory()


def _parse(line: str) -> _Line:
    body = line.lstrip(" ")
    if not body or body[0] == "#":
        return _BLANK
    indent, dash = len(line) - len(body), 0
    strange = _Line(_UNKNOWN, indent)
    if "\t" in body:
        return strange
    if body.startswith("- "):
        rest = body[2:].lstrip(" ")
        dash = len(body) - len(rest)
        body = rest
    key: str | None = None
    if match := _KEY.match(body):
        key = match[1] or match[2] or match[3]
        if match[1] in WORDS:
            return strange
        body = body[match.end() :].lstrip(" ")
    elif not dash or not body or body[0] == "#":
        return strange
    form, value = _value(body)
    return _Line(form, indent, dash, key, value)


def _value(text: str) -> tuple[int, Any]:
    """Form and value of what stands behind a key or a dash."""
    if not text or text[0] == "#":
        return _OPEN, None
    if match := _QUOTED.fullmatch(text):
        return _SCALAR, match[1] if match[1] is not None else match[2].replace("''", "'")
    if match := _QUOTE_OPENED.fullmatch(text):
        return _QUOTE, match[1].rstrip(" ")
    if match := _BLOCK_HEADER.fullmatch(text):
        return _BLOCK, match[1]
    if match := _FLOW_LIST.fullmatch(text):
        return _flow([_word(word) for word in _FLOW_WORDS.findall(match[1])])
    if match := _FLOW_MAPPING.fullmatch(text):
        fields = _FLOW_FIELDS.findall(match[1])
        names = {name for name, _ in fields}
        if len(names) < len(fields) or not names.isdisjoint(WORDS):
            return _UNKNOWN, None
        return _flow({name: _word(word) for name, word in fields})
    if not _PLAIN_START.match(text):
        return _UNKNOWN, None
    plain, comment, _ = text.partition(" #")
    plain = plain.rstrip(" ")
    if ": " in plain or plain.endswith(":"):
        return _UNKNOWN, None
    return _checked(_SCALAR if comment else _PLAIN, value_of(plain, None))


def _word(text: str) -> Any:
    return text[1:-1] if text[0] in "\"'" else value_of(text, None)


def _flow(value: Any) -> tuple[int, Any]:
    for part in value.values() if isinstance(value, dict) else value:
        if _checked(_FLOW, part)[0] == _UNKNOWN:
            return _UNKNOWN, None
    return _FLOW, value


def _checked(form: int, value: Any) -> tuple[int, Any]:
    """NaN and the infinities are for the other reader, which says what is wrong with them."""
    return (_UNKNOWN, None) if isinstance(value, float) and value - value != 0 else (form, value)


def _continued(lines: list[str], at: int, count: int, level: int) -> tuple[str | None, int]:
    """The text of a plain scalar that begins on line `at` and goes on, None where it is odd, and the line behind it."""
    body = lines[at].lstrip(" ").removeprefix("- ").lstrip(" ")
    key = _KEY.match(body)
    text = (body[key.end() :] if key else body).strip(" ")
    at += 1
    blank = 0
    while at < count:
        line = lines[at].strip(" ")
        if line == "":
            blank += 1
        elif len(lines[at]) - len(lines[at].lstrip(" ")) <= level or line[0] == "#":
            break
        elif ": " in line or " #" in line or line[-1] == ":" or "\t" in line:
            return None, at
        else:
            text += ("\n" * blank or " ") + line
            blank = 0
        at += 1
    return text, at


def _quoted(lines: list[str], at: int, count: int, text: str) -> tuple[str | None, int]:
    """The text of a single-quoted scalar that goes on at line `at`, None where it is odd, and the line behind it."""
    blank = 0
    while at < count:
        line = lines[at].lstrip(" ")
        if line == "":
            blank += 1
        elif lines[at].startswith(("---", "...")) or "\t" in line:
            return None, at
        else:
            gap = "\n" * blank or " "
            blank = 0
            if match := _QUOTE_CLOSED.fullmatch(line):
                return (text + gap + match[1]).replace("''", "'"), at + 1
            if not _QUOTE_OPENED.fullmatch("'" + line):
                return None, at
            text += gap + line.rstrip(" ")
        at += 1
    return None, at


def _block(lines: list[str], at: int, count: int, level: int, header: str) -> tuple[str | None, int]:
    """The text of a block scalar that begins at line `at`, None where it is empty or odd, and the line behind it."""
    first = at
    while first < count and lines[first] == "":
        first += 1
    if first == count:
        return None, at
    indent = len(lines[first]) - len(lines[first].lstrip(" "))
    if indent <= level or lines[first][indent : indent + 1] in ("", "\t"):
        return None, at
    prefix = " " * indent
    content: list[str] = []
    while at < count:
        line = lines[at]
        if line.startswith(prefix):
            content.append(line[indent:])
        elif line.strip(" ") == "":
            content.append("")
        else:
            break
        at += 1
    kept = len(content)
    while content[kept - 1] == "":
        kept -= 1
    text = "\n".join(content[:kept])
    if header[0] == ">":
        if text[0] == "\n" or any(line.startswith((" ", "\t")) for line in content):
            return None, at
        text = _BREAKS.sub(lambda breaks: breaks[0][1:] or " ", text)
    if header[1:] == "-":
        return text, at
    return text + "\n" * (1 if header[1:] == "" else len(content) - kept + 1), at
