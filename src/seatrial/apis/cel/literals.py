"""What Kubernetes asks of literals beyond their types (cel-go 0.26 AST validators, since Kubernetes 1.29).

Texts that are read as durations, moments or regular expressions must be such, and lists and maps of literals must not
mix types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from seatrial.apis.cel import syntax, times, values
from seatrial.apis.cel.functions.standard import regex
from seatrial.apis.cel.values import CelError

_READERS: dict[str, tuple[int, Callable[[str], Any]]] = {
    "duration": (0, times.go_duration), "timestamp": (0, times.timestamp),
    "matches": (1, regex), "find": (1, regex), "findAll": (1, regex),
}  # fmt: skip
"""Which argument of a function has to be readable, and by whom."""


def problems(expression: syntax.Expr) -> Iterator[str]:
    """What is wrong with the literals of an expression, the outermost first."""
    match expression:
        case syntax.Call("format", (template, syntax.ListOf(elements))):  # may mix what it formats
            for below in (template, *elements):
                yield from problems(below)
            return
        case syntax.Call(name, arguments) if name in _READERS:
            place, reader = _READERS[name]
            text = arguments[place]
            if isinstance(text, syntax.Literal) and isinstance(text.value, str):
                yield from _unreadable(name, reader, text.value)
        case syntax.ListOf(elements):
            yield from _mixed("list", elements)
        case syntax.MapOf(entries):
            yield from _mixed("map", tuple(entry.key for entry in entries))
            yield from _mixed("map", tuple(entry.value for entry in entries))
    for below in syntax.parts(expression):
        yield from problems(below)


def _unreadable(name: str, reader: Callable[[str], Any], text: str) -> Iterator[str]:
    try:
        reader(text)
    except CelError as error:
        yield f"ERROR: invalid {name} argument: {error}"


def _mixed(what: str, elements: tuple[syntax.Expr, ...]) -> Iterator[str]:
    kinds = {values.type_name(element.value) for element in elements if isinstance(element, syntax.Literal)}
    if len(kinds) > 1:
        first, second = sorted(kinds)[:2]
        yield f"ERROR: expected type '{first}' but found '{second}': the {what} mixes types"
