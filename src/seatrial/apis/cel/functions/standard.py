"""The standard functions and operators (cel-go 0.26 common/stdlib), but for `&&`, `||`, `?:` and the macros."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from seatrial.apis import regexes
from seatrial.apis.cel import times, values
from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import (
    INT_MAX,
    INT_MIN,
    SECOND,
    CelError,
    Duration,
    Mapping,
    Maybe,
    NoSuchOverload,
    Sequence,
    Timestamp,
    Type,
    Uint,
    checked_int,
    checked_uint,
    compare,
    equal,
    size_of,
)


def regex(pattern: str) -> Any:
    """A compiled regular expression.

    Raises:
        CelError: where the text is none.
    """
    try:
        return regexes.compiled(pattern)
    except regexes.BadRegex as error:
        raise CelError(str(error)) from None


def _matches(text: str, pattern: str) -> bool:
    return regex(pattern).search(text) is not None


def _add(left: Any, right: Any) -> Any:
    match left, right:
        case Uint(), Uint():
            return checked_uint(int(left) + int(right))
        case bool(), _:
            raise NoSuchOverload("_+_")
        case int(), int() if type(left) is type(right):
            return checked_int(left + right)
        case (float(), float()) | (str(), str()) | (bytes(), bytes()):
            return left + right
        case Sequence(), list() | Sequence():
            return left.plus(right)
        case list(), list() | Sequence():
            return [*left, *right]
        case (Timestamp(), Duration()) | (Duration(), Timestamp()):
            return _moment(left.nanoseconds + right.nanoseconds)
        case Duration(), Duration():
            return _span(left.nanoseconds + right.nanoseconds)
    raise NoSuchOverload("_+_")


def _subtract(left: Any, right: Any) -> Any:
    match left, right:
        case Uint(), Uint():
            return checked_uint(int(left) - int(right))
        case Timestamp(), Duration():
            return _moment(left.nanoseconds - right.nanoseconds)
        case (Timestamp(), Timestamp()) | (Duration(), Duration()):
            return _span(left.nanoseconds - right.nanoseconds)
    return _arithmetic("_-_", left, right, lambda: left - right)


def _multiply(left: Any, right: Any) -> Any:
    return _arithmetic("_*_", left, right, lambda: left * right)


def _divide(left: Any, right: Any) -> Any:
    if type(left) is float and type(right) is float:
        if right == 0:
            return math.nan if left == 0 or left != left else math.copysign(math.inf, left) * math.copysign(1, right)
        return left / right
    return _arithmetic("_/_", left, right, lambda: _quotient(left, right))


def _quotient(left: int, right: int) -> int:
    if right == 0:
        raise CelError("division by zero")
    return int(left) // right if (left < 0) == (right < 0) else -(-int(left) // right)


def _modulo(left: Any, right: Any) -> Any:
    if type(left) is float:
        raise NoSuchOverload("_%_")
    if type(left) is type(right) and right == 0:
        raise CelError("modulus by zero")
    return _arithmetic("_%_", left, right, lambda: int(left) - int(right) * _quotient(left, right))


def _arithmetic(operator: str, left: Any, right: Any, result: Callable[[], Any]) -> Any:
    if type(left) is not type(right):
        raise NoSuchOverload(operator)
    if type(left) is float:
        return result()
    if type(left) is Uint:
        return checked_uint(int(result()))
    if type(left) is int:
        return checked_int(result())
    raise NoSuchOverload(operator)


def _negate(number: Any) -> Any:
    if type(number) is float:
        return -number
    if type(number) is int:
        return checked_int(-number)
    raise NoSuchOverload("-_")


def _moment(nanoseconds: int) -> Timestamp:
    return times.of_seconds(*divmod(nanoseconds, SECOND))


def _span(nanoseconds: int) -> Duration:
    if not INT_MIN <= nanoseconds <= INT_MAX:
        raise CelError("duration overflow")
    return Duration(nanoseconds)


def contains(item: Any, holder: Any) -> bool:
    """`item in holder`: an item of a list, or a key of a map."""
    if isinstance(holder, Mapping):
        return holder.find(item).there
    if values.is_list(holder):
        return any(equal(each, item) for each in holder)
    raise NoSuchOverload("@in")


def index(holder: Any, key: Any) -> Any:
    """`holder[key]`."""
    found = find(holder, key)
    if found.there:
        return found.value
    if values.is_list(holder):
        raise CelError(f"index out of bounds: {values.shown(key)}")
    raise CelError(f"no such key: {values.shown(key)}")


def find(holder: Any, key: Any) -> Maybe:
    """What `holder[?key]` gives: nothing where there is no such index or key."""
    if isinstance(holder, Maybe):
        return find(holder.value, key) if holder.there else holder
    if isinstance(holder, Mapping):
        return holder.find(key)
    if values.is_list(holder):
        if isinstance(key, float) and key.is_integer():
            key = int(key)
        if not isinstance(key, int) or isinstance(key, bool):
            raise CelError(f"unsupported index type '{values.type_name(key)}' in list")
        return Maybe(True, holder[key]) if 0 <= key < len(holder) else values.NOTHING
    raise NoSuchOverload("_[_]")


def _int(value: Any) -> int:
    match value:
        case Timestamp():
            return value.nanoseconds // SECOND
        case Duration():
            return value.nanoseconds
        case bool():
            raise NoSuchOverload("int")
        case int():
            return checked_int(int(value))
        case float():
            if not -(2.0**63) < value < 2.0**63:
                raise CelError("integer overflow")
            return int(value)
        case str():
            if not re.fullmatch(r"[+-]?\d+", value, re.ASCII) or len(value) > 30:
                raise CelError(f'strconv.ParseInt: parsing "{value}": invalid syntax')
            if not INT_MIN <= int(value) <= INT_MAX:
                raise CelError(f'strconv.ParseInt: parsing "{value}": value out of range')
            return int(value)
    raise NoSuchOverload("int")


def _uint(value: Any) -> Uint:
    match value:
        case bool():
            raise NoSuchOverload("uint")
        case int():
            return checked_uint(value)
        case float():
            if not 0 <= value < 2.0**64:
                raise CelError("unsigned integer overflow")
            return Uint(int(value))
        case str():
            if not re.fullmatch(r"\d+", value, re.ASCII) or len(value) > 30:
                raise CelError(f'strconv.ParseUint: parsing "{value}": invalid syntax')
            return checked_uint(int(value))
    raise NoSuchOverload("uint")


_DOUBLE = re.compile(r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)", re.A | re.I)


def _double(value: Any) -> float:
    match value:
        case bool():
            raise NoSuchOverload("double")
        case int() | float():
            return float(value)
        case str():
            if not _DOUBLE.fullmatch(value):
                raise CelError(f'strconv.ParseFloat: parsing "{value}": invalid syntax')
            return float(value)
    raise NoSuchOverload("double")


def text_of(value: Any) -> str:
    """`string(value)`."""
    match value:
        case str():
            return value
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise CelError("invalid UTF-8 in bytes, cannot convert to string") from None
        case bool() | int() | float():
            return values.shown(value)
        case Timestamp():
            return times.shown(value)
        case Duration():
            return times.duration_text(value)
    raise NoSuchOverload("string")


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        if value in ("1", "t", "T", "true", "TRUE", "True"):
            return True
        if value in ("0", "f", "F", "false", "FALSE", "False"):
            return False
        raise CelError(f'strconv.ParseBool: parsing "{value}": invalid syntax')
    if isinstance(value, bool):
        return value
    raise NoSuchOverload("bool")


def _timestamp(value: Any) -> Timestamp:
    if isinstance(value, Timestamp):
        return value
    if type(value) is int:
        return times.of_seconds(value)
    if isinstance(value, str):
        return times.timestamp(value)
    raise NoSuchOverload("timestamp")


def _duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        return times.go_duration(value)
    raise NoSuchOverload("duration")


def _bytes(value: Any) -> bytes:
    if isinstance(value, str | bytes):
        return value.encode() if isinstance(value, str) else value
    raise NoSuchOverload("bytes")


def _size(value: Any) -> int:
    if isinstance(value, str | bytes | list | Sequence | Mapping):
        return size_of(value)
    raise NoSuchOverload("size")


def _not(value: Any) -> bool:
    if not isinstance(value, bool):
        raise NoSuchOverload("!_")
    return not value


def _type(value: Any) -> Type:
    return Type(values.type_name(value))


def _operator(name: str, run: Callable[..., Any], count: int = 2) -> Overload:
    return Overload(name, ("dyn",) * count, "dyn", run, declared=False)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "_<_": lambda left, right: compare(left, right) == -1,
    "_<=_": lambda left, right: compare(left, right) in (-1, 0),
    "_>_": lambda left, right: compare(left, right) == 1,
    "_>=_": lambda left, right: compare(left, right) in (0, 1),
}
_NUMBERS = ("int", "uint", "double")
_COMPARABLE = [(name, name) for name in ("bool", "string", "bytes", "timestamp", "duration")] + [
    (left, right) for left in _NUMBERS for right in _NUMBERS
]
REDECLARED = ("string", *_ORDER)
"""Functions of the compiler's that have more overloads here: Kubernetes compares numbers of different types."""

LIBRARY: tuple[Overload, ...] = (
    _operator("_+_", _add),
    _operator("_-_", _subtract),
    _operator("_*_", _multiply),
    _operator("_/_", _divide),
    _operator("_%_", _modulo),
    _operator("-_", _negate, 1),
    _operator("!_", _not, 1),
    _operator("_==_", equal),
    _operator("_!=_", lambda left, right: not equal(left, right)),
    *(function(f"{name}({left}, {right}): bool", run) for name, run in _ORDER.items() for left, right in _COMPARABLE),
    _operator("@in", contains),
    _operator("_[_]", index),
    _operator("_[?_]", find),
    _operator("_?._", find),
    _operator("size", _size, 1),
    _operator("type", _type, 1),
    _operator("dyn", lambda value: value, 1),
    _operator("int", _int, 1),
    _operator("uint", _uint, 1),
    _operator("double", _double, 1),
    _operator("bool", _bool, 1),
    _operator("bytes", _bytes, 1),
    _operator("timestamp", _timestamp, 1),
    _operator("duration", _duration, 1),
    method("string.contains(string): bool", lambda text, part: part in text, declared=False),
    method("string.startsWith(string): bool", str.startswith, declared=False),
    method("string.endsWith(string): bool", str.endswith, declared=False),
    method("string.matches(string): bool", _matches, declared=False),
    *(  # libraries add to `string`, and the compiler has each function from one place
        function(f"string({name}): string", text_of)
        for name in ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration")
    ),
)
