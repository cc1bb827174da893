"""Runs checked expressions: each node of the tree becomes a function of a `Frame` (cel-go 0.26 interpreter).

The compiler's own evaluator is not asked: it cannot hold the values of Kubernetes' libraries, knows no lists that are
sets, and has no budget. Errors are raised; `&&`, `||` and folds hold on to them as long as the other side may decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from seatrial.apis.cel import cost, syntax, values
from seatrial.apis.cel.cost import Meter
from seatrial.apis.cel.functions.standard import contains, find
from seatrial.apis.cel.libraries import FUNCTIONS, LIBRARIES
from seatrial.apis.cel.values import CelError, Map, Mapping, Maybe, NoSuchOverload, Sequence, Type

_TYPES = {
    "bool": "bool", "int": "int", "uint": "uint", "double": "double", "string": "string", "bytes": "bytes",
    "list": "list", "map": "map", "null_type": "null_type", "type": "type", "dyn": "dyn",
    "google.protobuf.Timestamp": "google.protobuf.Timestamp", "google.protobuf.Duration": "google.protobuf.Duration",
    "optional_type": "optional_type", **{name: name for library in LIBRARIES for name in library.types},
}  # fmt: skip


_CONVERSIONS = frozenset({"bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint"})
"""Functions that cel-go has done before an expression runs, where their argument is a literal."""


class Frame:
    """The variables of one run, and its meter."""

    __slots__ = ("meter", "variables")

    def __init__(self, variables: dict[str, Any], meter: Meter) -> None:
        self.variables = variables
        self.meter = meter


Run = Callable[[Frame], Any]


def runnable(expression: syntax.Expr) -> Run:
    """The function that an expression is.

    It raises CelError where the expression fails, and OverBudget where it costs more than the frame's meter allows.
    """
    match expression:
        case syntax.Literal(value):
            return lambda frame: value
        case syntax.Name(name):
            return _name(name, 0 if name in _TYPES else 1)
        case syntax.Select():
            return _select(expression)
        case syntax.Call():
            return _call(expression)
        case syntax.ListOf(elements, optional):
            return _list(elements, optional)
        case syntax.MapOf(entries):
            return _map(entries)
        case syntax.Comprehension():
            return _Fold(expression)
        case syntax.Message(name):
            return _message(name)


def _free(expression: syntax.Expr) -> Run:
    """As `runnable`, where a name alone costs nothing: as an index, and behind `?` and `:`."""
    return _name(expression.name, 0) if isinstance(expression, syntax.Name) else runnable(expression)


def _name(name: str, price: int) -> Run:
    kind = Type(_TYPES[name]) if name in _TYPES else None

    def variable(frame: Frame) -> Any:
        frame.meter.spend(price)
        value = frame.variables.get(name, kind)
        if isinstance(value, CelError):  # an accumulator of a fold that may yet be decided
            raise value
        return value

    return variable


def _message(name: str) -> Run:
    def message(frame: Frame) -> Any:
        raise CelError(f"messages of protocol buffers are not made: {name}")

    return message


def _select(expression: syntax.Select) -> Run:
    operand, field, test = runnable(expression.operand), expression.field, expression.test

    def select(frame: Frame) -> Any:
        holder = operand(frame)
        if test:
            return _has(holder, field)
        frame.meter.spend(1)
        if isinstance(holder, Maybe):
            return find(holder, field)
        if not isinstance(holder, Mapping):
            raise NoSuchOverload()
        found = holder.find(field)
        if not found.there:
            raise CelError(f"no such key: {field}")
        return found.value

    return select


def _has(holder: Any, field: str) -> bool:
    if isinstance(holder, Maybe):
        return holder.there and _has(holder.value, field)
    if not isinstance(holder, Mapping):
        raise NoSuchOverload()
    return holder.find(field).there


def _call(expression: syntax.Call) -> Run:
    name, arguments = expression.function, [runnable(argument) for argument in expression.arguments]
    if name in ("_[_]", "_[?_]"):
        arguments[1] = _free(expression.arguments[1])
    if name == "_?_:_":
        arguments[1:] = map(_free, expression.arguments[1:])
    match name:
        case "_&&_":
            return _decided_by(False, *arguments)
        case "_||_":
            return _decided_by(True, *arguments)
        case "_?_:_":
            return _conditional(*arguments)
        case "@in" if _is_constant(expression.arguments[1]):
            return _in_constant(*arguments)
        case "@not_strictly_false" | "__not_strictly_false__":
            return _not_strictly_false(arguments[0])
        case "or":
            return _otherwise(*arguments, value=False)
        case "orValue":
            return _otherwise(*arguments, value=True)
    free = _is_constant(expression)
    expected = expression.overloads
    compares = name in ("_==_", "_!=_", "@in", "indexOf", "lastIndexOf", "includes")

    def call(frame: Frame) -> Any:
        given = [argument(frame) for argument in arguments]
        meter = frame.meter
        if not free:
            meter.spend(cost.of_call(name, given))
        if compares:
            meter.toil(given[0])
            meter.toil(given[1])
        result = FUNCTIONS.call(name, given, expected)
        meter.spend(cost.of_result(name, result))
        return result

    return call


def _in_constant(item: Run, holder: Run) -> Run:
    """`x in ["a", "b"]`: cel-go makes a set of such a list, and asks nothing for looking into it."""
    return lambda frame: contains(item(frame), holder(frame))


def _decided_by(decisive: bool, left: Run, right: Run) -> Run:
    """`&&` is decided by false, `||` by true, on either side, whatever the other side is."""

    def decided(frame: Frame) -> bool:
        try:
            if _truth(left(frame)) is decisive:
                return decisive
        except CelError as error:
            with suppress(CelError):
                if _truth(right(frame)) is decisive:
                    return decisive
            raise error from None
        return _truth(right(frame))

    return decided


def _truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise NoSuchOverload()


def _conditional(condition: Run, then: Run, otherwise: Run) -> Run:
    return lambda frame: then(frame) if _truth(condition(frame)) else otherwise(frame)


def _not_strictly_false(condition: Run) -> Run:
    def holds(frame: Frame) -> bool:
        try:
            value = condition(frame)
        except CelError:
            value = True
        frame.meter.spend(1)
        return value is not False

    return holds


def _otherwise(maybe: Run, other: Run, *, value: bool) -> Run:
    """`or` and `orValue`: they look at the other side only where they need it."""

    def otherwise(frame: Frame) -> Any:
        found = maybe(frame)
        if not isinstance(found, Maybe):
            raise NoSuchOverload("orValue" if value else "or")
        if not found.there:
            return other(frame)
        return found.value if value else found

    return otherwise


def _list(elements: tuple[syntax.Expr, ...], optional: frozenset[int]) -> Run:
    parts = [(index in optional, runnable(element)) for index, element in enumerate(elements)]
    price = 0 if all(map(_is_constant, elements)) else cost.LIST

    def made(frame: Frame) -> list[Any]:
        items: list[Any] = []
        for maybe, part in parts:
            value = part(frame)
            if not maybe:
                items.append(value)
            elif _optional(value).there:
                items.append(value.value)
        frame.meter.spend(price)
        return items

    return made


def _map(entries: tuple[syntax.Entry, ...]) -> Run:
    parts = [(entry.optional, runnable(entry.key), runnable(entry.value)) for entry in entries]
    price = 0 if all(_is_constant(entry.key) and _is_constant(entry.value) for entry in entries) else cost.MAP

    def made(frame: Frame) -> Map:
        pairs: list[tuple[Any, Any]] = []
        for maybe, key_of, value_of in parts:
            key, value = key_of(frame), value_of(frame)
            if not maybe:
                pairs.append((key, value))
            elif _optional(value).there:
                pairs.append((key, value.value))
        frame.meter.spend(price)
        return Map(pairs)

    return made


def _is_constant(expression: syntax.Expr) -> bool:
    """Whether cel-go folds an expression before it runs, so that it costs nothing."""
    match expression:
        case syntax.ListOf(elements, optional):
            return not optional and all(map(_is_constant, elements))
        case syntax.MapOf(entries):
            return all(_is_constant(entry.key) and _is_constant(entry.value) for entry in entries)
        case syntax.Call(name, (syntax.Literal(),)):
            return name in _CONVERSIONS
    return isinstance(expression, syntax.Literal)


def _optional(value: Any) -> Maybe:
    if not isinstance(value, Maybe):
        raise CelError(f"cannot initialize optional entry from non-optional value {values.shown(value)}")
    return value


class _Fold:
    """A comprehension. What it gathers is added to in place, as nothing else can see it yet."""

    def __init__(self, fold: syntax.Comprehension) -> None:
        self._variable, self._second, self._accumulator = fold.variable, fold.second, fold.accumulator
        self._over, self._start = runnable(fold.over), runnable(fold.start)
        self._condition, self._result = runnable(fold.condition), runnable(fold.result)
        self._step = self._step_of(fold.step)

    def __call__(self, frame: Frame) -> Any:
        """The result of folding."""
        names = (self._variable, self._second, self._accumulator)
        variables = frame.variables
        holder, start = self._over(frame), self._start(frame)
        outer = {name: variables[name] for name in names if name in variables}
        variables[self._accumulator] = start
        try:
            for first, second in self._pairs(holder):
                variables[self._variable] = first
                if self._second:
                    variables[self._second] = second
                if not self._condition(frame):
                    break
                try:
                    variables[self._accumulator] = self._step(frame)
                except CelError as error:
                    variables[self._accumulator] = error
            return self._result(frame)
        finally:
            for name in names:
                variables.pop(name, None)
            variables.update(outer)

    def _pairs(self, holder: Any) -> Iterator[tuple[Any, Any]]:
        if isinstance(holder, Mapping):
            for key in list(holder.keys()):
                yield key, holder.find(key).value if self._second else None
        elif isinstance(holder, list | Sequence):
            if self._second:
                yield from enumerate(holder)
            else:
                for item in holder:
                    yield item, None
        else:
            raise NoSuchOverload()

    def _step_of(self, step: syntax.Expr) -> Run:
        """The step, with `accumulator + [item]` and its like done in place, also where a filter guards them."""
        match step:
            case syntax.Call("_?_:_", (condition, then, otherwise)):
                return _conditional(runnable(condition), self._step_of(then), self._step_of(otherwise))
            case syntax.Name(name) if name == self._accumulator:
                return _name(name, 0)
            case syntax.Call("_+_", (syntax.Name(name), syntax.ListOf(elements, optional))) if (
                name == self._accumulator
            ):
                return self._append(_list(elements, optional))
            case syntax.Call("cel.@mapInsert", (syntax.Name(name), *added)) if name == self._accumulator:
                return self._insert([runnable(part) for part in added])
        return runnable(step)

    def _append(self, items: Run) -> Run:
        def append(frame: Frame) -> Any:
            gathered = frame.variables[self._accumulator]
            if isinstance(gathered, CelError):
                raise gathered
            frame.meter.spend(2)
            gathered += items(frame)
            return gathered

        return append

    def _insert(self, added: list[Run]) -> Run:
        def insert(frame: Frame) -> Any:
            gathered = frame.variables[self._accumulator]
            if isinstance(gathered, CelError):
                raise gathered
            frame.meter.spend(2)
            parts = [part(frame) for part in added]
            if len(parts) == 2:
                gathered.insert(*parts)
            else:
                for key in parts[0].keys():  # noqa: SIM118  # a map of CEL, which is no dict
                    gathered.insert(key, parts[0].find(key).value)
            return gathered

        return insert
