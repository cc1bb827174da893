"""Optional values: `self.?size.orValue(1)` (cel-go 0.26 cel/library.go)."""

from __future__ import annotations

from typing import Any

from seatrial.apis.cel import times
from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import (
    NOTHING,
    SECOND,
    CelError,
    Duration,
    Mapping,
    Maybe,
    Sequence,
    Timestamp,
    is_list,
)


def _non_zero(value: Any) -> Maybe:
    if value is None or ((is_list(value) or isinstance(value, Mapping | Sequence)) and not len(value)):
        return NOTHING
    zero = value in (Duration(0), Timestamp(times.EARLIEST * SECOND))
    return NOTHING if zero or value in (False, 0, "", b"") else Maybe(True, value)


def _value(maybe: Maybe) -> Any:
    if not maybe.there:
        raise CelError("optional.none() dereference")
    return maybe.value


def _unwrap(items: Any) -> list[Any]:
    return [item.value for item in items if item.there]


LIBRARY: tuple[Overload, ...] = (
    function("optional.of(dyn): dyn", lambda value: Maybe(True, value), declared=False),
    function("optional.ofNonZeroValue(dyn): dyn", _non_zero, declared=False),
    function("optional.none(): dyn", lambda: NOTHING, declared=False),
    function("optional.unwrap(list<dyn>): dyn", _unwrap, declared=False),
    method("optional_type<~T>.hasValue(): bool", lambda maybe: maybe.there, declared=False),
    method("optional_type<~T>.value(): ~T", _value, declared=False),
    method("list<dyn>.unwrapOpt(): dyn", _unwrap, declared=False),
)
