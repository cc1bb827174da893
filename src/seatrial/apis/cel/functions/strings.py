"""The string library (cel-go 0.26 ext/strings.go, version 2 as Kubernetes has it) and Kubernetes' regular expressions.

Indices count characters.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from seatrial.apis.cel import times, values
from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.functions.standard import regex
from seatrial.apis.cel.values import CelError, Duration, Mapping, Timestamp, Uint

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)
"""What Go takes for white space."""
_RAISED = {ord(plain): raised for plain, raised in zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True)}
_LONGEST = 1 << 22
"""Characters of a text that a function may make; resources themselves are smaller."""
_MOST_PRECISE = 1000


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise CelError(f"index out of range: {index}")
    return text[index : index + 1]


def _index_of(text: str, part: str, offset: int = 0) -> int:
    if part == "":
        return offset
    if not 0 <= offset <= len(text):
        raise CelError(f"index out of range: {offset}")
    return text.find(part, offset)


def _last_index_of(text: str, part: str, offset: int | None = None) -> int:
    if offset is None:
        return text.rfind(part)
    if part == "":
        return offset
    if not 0 <= offset <= len(text):
        raise CelError(f"index out of range: {offset}")
    return text.rfind(part, 0, offset + len(part))


def _join(parts: Any, separator: str = "") -> str:
    texts = list(parts)
    if not all(isinstance(text, str) for text in texts):
        raise CelError("no such overload")
    _check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _check_length(length: int) -> None:
    if length > _LONGEST:
        raise CelError(f"the text would be longer than {_LONGEST} characters")


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    times = text.count(old) if count < 0 else min(count, text.count(old))
    _check_length(len(text) + times * (len(new) - len(old)))
    return text.replace(old, new, max(count, -1))


def _split(text: str, separator: str, count: int = -1) -> list[str]:
    if count == 0:
        return []
    if separator == "":
        pieces = list(text)
        return pieces if count < 0 or len(pieces) <= count else [*pieces[: count - 1], "".join(pieces[count - 1 :])]
    return text.split(separator, count - 1 if count > 0 else -1)


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    if end < start:
        raise CelError(f"invalid substring range. start: {start}, end: {end}")
    for index in (start, end):
        if not 0 <= index <= len(text):
            raise CelError(f"index out of range: {index}")
    return text[start:end]


def _quote(text: str) -> str:
    escapes = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
               "\\": "\\\\", '"': '\\"'}  # fmt: skip
    return '"' + "".join(escapes.get(char, char) for char in text) + '"'


def _format(template: str, arguments: Any) -> str:
    """`"%s has %d".format([self.name, 3])`."""
    given = list(arguments)
    parts: list[str] = []
    at = used = 0
    while at < len(template):
        if template[at] != "%":
            end = template.find("%", at)
            end = len(template) if end < 0 else end
            parts.append(template[at:end])
            at = end
            continue
        at += 1
        if template[at : at + 1] == "%":
            parts.append("%")
            at += 1
            continue
        precision: int | None = None
        if template[at : at + 1] == ".":
            digits = at + 1
            while digits < len(template) and template[digits] in "0123456789":
                digits += 1
            precision = int(template[at + 1 : digits] or 0) if digits - at < 6 else _MOST_PRECISE + 1
            at = digits
        verb = template[at : at + 1]
        at += 1
        if used >= len(given):
            raise CelError(f"index {used} out of range")
        parts.append(_formatted(verb, precision, given[used]))
        used += 1
        _check_length(sum(map(len, parts)))
    return "".join(parts)


def _formatted(verb: str, precision: int | None, value: Any) -> str:
    if precision is not None and precision > _MOST_PRECISE:
        raise CelError(f"precision {precision} is too large")
    whole = isinstance(value, int) and not isinstance(value, bool)
    match verb:
        case "s":
            return _as_text(value)
        case "d" if whole:
            return str(int(value))
        case "d" if isinstance(value, float) and not math.isfinite(value):
            return _infinite(value)
        case "f" | "e" if whole or isinstance(value, float):
            return _fixed(verb, 6 if precision is None else precision, float(value))
        case "b" if isinstance(value, bool | int):
            return f"{int(value):b}"
        case "x" | "X" if whole or isinstance(value, str | bytes):
            text = f"{value:x}" if whole else (value.encode() if isinstance(value, str) else value).hex()
            return text.upper() if verb == "X" else text
        case "o" if whole:
            return f"{int(value):o}"
    name = values.type_name(value)
    if verb not in ("d", "f", "e", "b", "x", "X", "o"):
        raise CelError(f'could not parse formatting clause: unrecognized formatting clause "{verb}"')
    raise CelError(f"error during formatting: %{verb} does not take {name}")


def _fixed(verb: str, precision: int, number: float) -> str:
    if not math.isfinite(number):
        return _infinite(number)
    if verb == "f":
        return f"{Decimal(number):.{precision}f}"
    mantissa, _, exponent = f"{number:.{precision}e}".partition("e")
    return f"{mantissa}×10{exponent.removeprefix('+').translate(_RAISED)}"  # as cel-go writes it


def _infinite(number: float) -> str:
    if number != number:
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if values.is_list(value):
        return "[" + ", ".join(map(_as_text, value)) + "]"
    if isinstance(value, Mapping):
        entries = sorted((_as_text(key), _as_text(value.find(key).value)) for key in iter(value.keys()))
        return "{" + ", ".join(f"{key}: {item}" for key, item in entries) + "}"
    match value:
        case bytes():
            return value.decode("utf-8", "replace")
        case Timestamp():
            return times.shown(value)
        case Duration():
            return times.duration_text(value)
        case values.Type():
            return value.name
        case float() if not math.isfinite(value):
            return _infinite(value)
        case None | bool() | Uint() | int() | float():
            return values.shown(value)
    raise CelError(f"error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, "
                   f"maps, lists, types, durations, and timestamps, was given {values.type_name(value)}")  # fmt: skip


def _find(text: str, pattern: str) -> str:
    found = regex(pattern).search(text)
    return found.group(0) if found else ""


def _find_all(text: str, pattern: str, count: int = -1) -> list[str]:
    found: list[str] = []
    for match in regex(pattern).finditer(text):
        if len(found) == count:
            break
        found.append(match.group(0))
    return found


LIBRARY: tuple[Overload, ...] = (
    method("string.charAt(int): string", _char_at),
    method("string.indexOf(string): int", _index_of),
    method("string.indexOf(string, int): int", _index_of),
    method("string.lastIndexOf(string): int", _last_index_of),
    method("string.lastIndexOf(string, int): int", _last_index_of),
    method("list<string>.join(): string", _join),
    method("list<string>.join(string): string", _join),
    method("string.lowerAscii(): string", lambda text: text.translate(_LOWER)),
    method("string.upperAscii(): string", lambda text: text.translate(_UPPER)),
    method("string.replace(string, string): string", _replace),
    method("string.replace(string, string, int): string", _replace),
    method("string.split(string): list<string>", _split),
    method("string.split(string, int): list<string>", _split),
    method("string.substring(int): string", _substring),
    method("string.substring(int, int): string", _substring),
    method("string.trim(): string", lambda text: text.strip(_SPACE)),
    method("string.format(list<dyn>): string", _format),
    function("strings.quote(string): string", _quote),
)

REGEX: tuple[Overload, ...] = (
    method("string.find(string): string", _find),
    method("string.findAll(string): list<string>", _find_all),
    method("string.findAll(string, int): list<string>", _find_all),
)
