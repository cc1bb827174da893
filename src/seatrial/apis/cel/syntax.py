"""The tree of a checked expression, read from what the compiler serializes (cel.expr.CheckedExpr, cel-spec 0.24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seatrial.apis.cel import wire
from seatrial.apis.cel.values import Uint


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`; `test` for `has(operand.field)`."""

    operand: Expr
    field: str
    test: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function, a method (its target is the first argument) or an operator (`_+_`), with its overloads."""

    function: str
    arguments: tuple[Expr, ...]
    overloads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, ?b]`; `optional` are the indices of elements with a question mark."""

    elements: tuple[Expr, ...]
    optional: frozenset[int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a map literal, `optional` with a question mark before its key."""

    key: Expr
    value: Expr
    optional: bool


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b, ?c: d}`."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """`package.Message{...}`."""

    name: str


@dataclass(frozen=True, slots=True)
class Comprehension:
    """What the macros become: a fold over a list's items or a map's keys; with two variables, over both at once."""

    variable: str
    second: str
    over: Expr
    accumulator: str
    start: Expr
    condition: Expr
    step: Expr
    result: Expr


Expr = Literal | Name | Select | Call | ListOf | MapOf | Message | Comprehension


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked expression, and the names of variables that it uses."""

    root: Expr
    names: frozenset[str]


def parts(expression: Expr) -> tuple[Expr, ...]:
    """The expressions that an expression is made of."""
    match expression:
        case Select(operand):
            return (operand,)
        case Call(_, arguments):
            return arguments
        case ListOf(elements):
            return elements
        case MapOf(entries):
            return tuple(part for entry in entries for part in (entry.key, entry.value))
        case Comprehension(_, _, over, _, start, condition, step, result):
            return (over, start, condition, step, result)
    return ()


class TooDeep(ValueError):
    """An expression has more levels than somebody is ready to follow."""


def parse(serialized: bytes, deepest: int) -> Checked:
    """The tree of a serialized expression of at most `deepest` levels.

    Raises:
        TooDeep: where it has more.
    """
    checked = wire.read(_only(wire.read(serialized), 2))
    reader = _Reader({key: wire.read(value) for key, value in _entries(checked.get(2, []))}, deepest)
    root = reader.expr(_only(checked, 4))
    return Checked(root, frozenset(_text(reference, 1) for reference in reader.references.values()))


def _entries(found: list[int | bytes]) -> Iterator[tuple[int, bytes]]:
    for entry in found:
        fields = wire.read(_bytes(entry))
        yield _number(fields, 1), _only(fields, 2)


class _Reader:
    """Reads nodes; `references` has what the checker found each of them to be, by their ids."""

    def __init__(self, references: dict[int, wire.Fields], deepest: int) -> None:
        self.references = references
        self._left = deepest

    def expr(self, message: bytes) -> Expr:
        """One node and all below it."""
        if not self._left:
            raise TooDeep("the expression is nested too deeply")
        self._left -= 1
        try:
            return self._node(message)
        finally:
            self._left += 1

    def _node(self, message: bytes) -> Expr:
        fields = wire.read(message)
        reference = self.references.get(_number(fields, 2), {})
        if 3 in fields:
            return Literal(_constant(wire.read(_only(fields, 3))))
        if 4 in fields:
            return Name(_text(reference, 1) or _text(wire.read(_only(fields, 4)), 1))
        if 5 in fields:
            select = wire.read(_only(fields, 5))
            if 1 in reference:  # `a.b` that is a name of its own
                return Name(_text(reference, 1))
            return Select(self.expr(_only(select, 1)), _text(select, 2), bool(_number(select, 3)))
        if 6 in fields:
            call = wire.read(_only(fields, 6))
            target = [call[1][0]] if 1 in call and 1 not in self._namespaces(call, reference) else []
            arguments = tuple(self.expr(_bytes(argument)) for argument in [*target, *call.get(3, [])])
            overloads = tuple(_bytes(overload).decode() for overload in reference.get(3, []))
            return Call(_text(reference, 1) or _text(call, 2), arguments, overloads)
        if 7 in fields:
            return self._list(wire.read(_only(fields, 7)))
        if 8 in fields:
            return self._struct(wire.read(_only(fields, 8)))
        return self._comprehension(wire.read(_only(fields, 9)))

    def _namespaces(self, call: wire.Fields, reference: wire.Fields) -> set[int]:
        """Whether the target of a call is the first part of the function's name (`format.named(...)`)."""
        return {1} if _text(reference, 1) not in ("", _text(call, 2)) else set()

    def _list(self, fields: wire.Fields) -> Expr:
        optional: set[int] = set()
        for index in fields.get(2, []):
            optional.update([index] if isinstance(index, int) else wire.packed(index))
        return ListOf(tuple(self.expr(_bytes(element)) for element in fields.get(1, [])), frozenset(optional))

    def _struct(self, fields: wire.Fields) -> Expr:
        if _text(fields, 1):
            return Message(_text(fields, 1))
        entries = (wire.read(_bytes(entry)) for entry in fields.get(2, []))
        return MapOf(
            tuple(
                Entry(self.expr(_only(entry, 3)), self.expr(_only(entry, 4)), bool(_number(entry, 5)))
                for entry in entries
            )
        )

    def _comprehension(self, fields: wire.Fields) -> Expr:
        parts = [self.expr(_only(fields, number)) for number in (2, 4, 5, 6, 7)]
        over, start, condition, step, result = parts
        return Comprehension(
            _text(fields, 1), _text(fields, 8), over, _text(fields, 3), start, condition, step, result
        )  # fmt: skip


def _constant(fields: wire.Fields) -> Any:
    number, values = next(iter(fields.items()))
    value = values[0]
    if number == 1:
        return None
    if number in (6, 7):
        data = _bytes(value)
        return data.decode() if number == 6 else data
    assert isinstance(value, int)
    match number:
        case 2:
            return bool(value)
        case 3:
            return wire.signed(value)
        case 4:
            return Uint(value)
    return wire.double(value)


def _only(fields: wire.Fields, number: int) -> bytes:
    return _bytes(fields[number][0]) if number in fields else b""


def _bytes(value: int | bytes) -> bytes:
    assert isinstance(value, bytes)
    return value


def _text(fields: wire.Fields, number: int) -> str:
    return _only(fields, number).decode()


def _number(fields: wire.Fields, number: int) -> int:
    value = fields[number][0] if number in fields else 0
    assert isinstance(value, int)
    return value
