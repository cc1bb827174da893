"""The values of CEL in Python, what is equal and which is less (cel-go 0.26 common/types; Kubernetes 1.36).

null, bool, double, string and bytes are None, bool, float, str and bytes; int is int, and uint is `Uint`. Lists are
sequences (list here, `SchemaList` for what a resource holds), maps are `Mapping`s of this module (`Map`,
`SchemaObject`). The rest are the classes below and those of `functions/`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

INT_MIN, INT_MAX, UINT_MAX = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
SECOND = 1_000_000_000
"""Nanoseconds."""


class CelError(Exception):
    """An expression cannot be evaluated. The text is cel-go's."""


class NoSuchOverload(CelError):
    """A function or an operator does not take values of these types."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"no such overload: {detail}" if detail else "no such overload")


class Uint(int):
    """An unsigned number."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds since 1970, and how many minutes from UTC it was written in."""

    nanoseconds: int
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time, in nanoseconds."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Type:
    """A type, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """An optional value: `value` counts where `there`."""

    there: bool
    value: Any = None


NOTHING = Maybe(False)


class Opaque:
    """A type that a library brings. `cel_type` is its name; subclasses say what is equal."""

    cel_type = ""


class Sequence(ABC):
    """A list. Equality and `+` may depend on what kind of list it is."""

    @abstractmethod
    def __len__(self) -> int:
        """How many items there are."""

    @abstractmethod
    def __iter__(self) -> Iterator[Any]:
        """The items in order."""

    @abstractmethod
    def __getitem__(self, index: int) -> Any:
        """The item at an index that there is."""

    @abstractmethod
    def equals(self, other: Any) -> bool:
        """Whether another value is the same list."""

    def plus(self, other: Iterable[Any]) -> list[Any]:
        """The items of both lists."""
        return [*self, *other]


class Mapping(ABC):
    """A map, or an object with fields."""

    @abstractmethod
    def __len__(self) -> int:
        """How many items there are."""

    @abstractmethod
    def keys(self) -> Iterable[Any]:
        """The keys; of objects the fields that are there, as CEL names them."""

    @abstractmethod
    def find(self, key: Any) -> Maybe:
        """The value of a key."""

    @abstractmethod
    def equals(self, other: Any) -> bool:
        """Whether another value is the same map."""


class Map(Mapping):
    """A map that an expression makes. Equal numbers are one key, and `true` is not `1`."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[tuple[Any, Any]] = ()) -> None:
        self._entries = {_key(key): (key, value) for key, value in entries}

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> Iterable[Any]:
        """The keys, as they were written first."""
        return [key for key, _ in self._entries.values()]

    def find(self, key: Any) -> Maybe:
        """The value of a key."""
        entry = self._entries.get(_key(key))
        return NOTHING if entry is None else Maybe(True, entry[1])

    def equals(self, other: Any) -> bool:
        """Whether the other map has the same keys with equal values."""
        if not isinstance(other, Mapping) or len(self) != len(other):
            return False
        for key in self.keys():
            mine, theirs = self.find(key), other.find(key)
            if not theirs.there or not equal(mine.value, theirs.value):
                return False
        return True

    def insert(self, key: Any, value: Any) -> None:
        """Add an entry, while nobody else has the map.

        Raises:
            CelError: where the key is there already.
        """
        if self.find(key).there:
            raise CelError(f"insert failed: key {shown(key)} already exists")
        self._entries[_key(key)] = (key, value)


def _key(key: Any) -> Any:
    if isinstance(key, bool):
        return (key,)
    if isinstance(key, int | float | str):
        return key
    raise CelError(f"unsupported key type: {type_name(key)}")


_NAMES: dict[type, str] = {
    type(None): "null_type",
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Type: "type",
    Maybe: "optional_type",
}


def type_name(value: Any) -> str:
    """The name of a value's type."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    if isinstance(value, Opaque):
        return value.cel_type
    return "list" if isinstance(value, Sequence) else "map"


def is_list(value: Any) -> bool:
    """Whether a value is a list."""
    return isinstance(value, list | Sequence)


def is_number(value: Any) -> bool:
    """Whether a value is an int, a uint or a double."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """`left == right`: numbers of different types compare, other values of different types are unequal.

    Raises:
        NoSuchOverload: where a resource's list or object is compared with something else.
    """
    if isinstance(left, Sequence | Mapping):
        return left.equals(right)
    if isinstance(left, list):
        return is_list(right) and len(left) == len(right) and all(map(equal, left, right))
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, Maybe) and isinstance(right, Maybe):
        return left.there == right.there and (not left.there or equal(left.value, right.value))
    return type(left) is type(right) and bool(left == right)


def compare(left: Any, right: Any) -> int:
    """Below, at or above 0, as `left` is less than, equal to or more than `right`; NaN is none of them and gives 2.

    Raises:
        NoSuchOverload: where the values have no order.
    """
    same = type(left) is type(right) and isinstance(left, bool | str | bytes | Timestamp | Duration)
    if not same and not (is_number(left) and is_number(right)):
        raise NoSuchOverload()
    if left != left or right != right:
        return 2
    return int(left > right) - int(left < right)


def checked_int(number: int) -> int:
    """A number that an int can hold.

    Raises:
        CelError: where it cannot.
    """
    if not INT_MIN <= number <= INT_MAX:
        raise CelError("integer overflow")
    return number


def checked_uint(number: int) -> Uint:
    """A number that a uint can hold.

    Raises:
        CelError: where it cannot.
    """
    if not 0 <= number <= UINT_MAX:
        raise CelError("unsigned integer overflow")
    return Uint(number)


def size_of(value: Any) -> int:
    """What `size()` says, and what costs are reckoned by: 1 for what has no size."""
    if isinstance(value, str | bytes | list | Sequence | Mapping):
        return len(value)
    return 1


def shown(value: Any) -> str:
    """A value as cel-go prints it in errors."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def number_text(number: float) -> str:
    """A double as Go prints it (strconv.FormatFloat 'g', shortest)."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    mantissa, _, exponent = f"{number!r}".partition("e")
    if exponent or abs(number) >= 1e21 or 0 < abs(number) < 1e-4:
        digits = f"{number:.17e}" if not exponent else f"{mantissa}e{exponent}"
        mantissa, _, exponent = digits.partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent):+03d}"
    return mantissa.removesuffix(".0")
