"""How functions are described: once, for the compiler, which checks types, and for running them.

A library is a tuple of `Overload`s. At run time the types of the values decide which of them is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from seatrial.apis.cel import values
from seatrial.apis.cel.values import NoSuchOverload


@dataclass(frozen=True, slots=True)
class Overload:
    """A function for arguments of these types, written as `list<~T>`; of a method the first is its target.

    `declared` tells whether the compiler has to be told of it: it knows the standard functions and some libraries.
    """

    function: str
    parameters: tuple[str, ...]
    result: str
    run: Callable[..., Any]
    method: bool = True
    declared: bool = True

    @property
    def identity(self) -> str:
        """What the compiler calls it where it was declared."""
        return "_".join((self.function, *self.parameters))


def method(signature: str, run: Callable[..., Any], *, declared: bool = True) -> Overload:
    """A method, described as `string.charAt(int): string`."""
    path, parameters, result = _parts(signature)
    target, _, name = path.rpartition(".")
    return Overload(name, (target, *parameters), result, run, declared=declared)


def function(signature: str, run: Callable[..., Any], *, declared: bool = True) -> Overload:
    """A function, described as `quantity(string): kubernetes.Quantity`."""
    name, parameters, result = _parts(signature)
    return Overload(name, parameters, result, run, method=False, declared=declared)


def _parts(signature: str) -> tuple[str, tuple[str, ...], str]:
    head, _, result = signature.rpartition("): ")
    name, _, parameters = head.partition("(")
    return name, tuple(parameters.split(", ")) if parameters else (), result


class Functions:
    """All functions that there are at run time, found by their name and the types of their arguments."""

    def __init__(self, libraries: Iterable[Iterable[Overload]]) -> None:
        self._by_name: dict[str, list[Overload]] = {}
        for library in libraries:
            for overload in library:
                self._by_name.setdefault(overload.function, []).append(overload)
        self._found: dict[tuple[str, tuple[str, ...], tuple[type, ...]], Callable[..., Any]] = {}

    def call(self, name: str, arguments: list[Any], expected: tuple[str, ...] = ()) -> Any:
        """What a function makes of its arguments; `expected` are the overloads that the compiler thinks possible.

        Raises:
            NoSuchOverload: where it takes none of their types.
            CelError: where it fails.
        """
        key = (name, expected, tuple(map(type, arguments)))
        run = self._found.get(key)
        if run is None:
            run = self._found[key] = self._find(name, arguments, expected)
        return run(*arguments)

    def _find(self, name: str, arguments: list[Any], expected: tuple[str, ...]) -> Callable[..., Any]:
        known = self._by_name.get(name, ())
        for overload in sorted(known, key=lambda overload: overload.identity not in expected):
            if len(overload.parameters) == len(arguments) and all(map(_fits, overload.parameters, arguments)):
                return overload.run
        raise NoSuchOverload(name)


_NAMES = {"timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration"}


def _fits(parameter: str, value: Any) -> bool:
    kind = parameter.partition("<")[0]
    return kind == "dyn" or kind.startswith("~") or _NAMES.get(kind, kind) == values.type_name(value)
