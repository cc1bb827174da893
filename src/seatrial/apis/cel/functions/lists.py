"""Lists and sets: Kubernetes' own library (apiserver pkg/cel/library/lists.go, 1.36), and cel-go's (0.26 ext)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key, reduce
from itertools import pairwise
from typing import Any

from seatrial.apis.cel import values
from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.functions.standard import LIBRARY as STANDARD
from seatrial.apis.cel.values import NOTHING, CelError, Duration, Maybe, Uint, compare, equal

_COMPARABLE = ("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes")
_ZERO: dict[str, Any] = {"int": 0, "uint": Uint(0), "double": 0.0, "duration": Duration(0)}
_plus = next(overload.run for overload in STANDARD if overload.function == "_+_")
_MOST = 1_000_000
"""Items of a list that `lists.range` makes."""


def _is_sorted(items: Any) -> bool:
    found = list(items)
    return all(compare(left, right) in (-1, 0) for left, right in pairwise(found))


def _extreme(name: str, sign: int) -> Callable[[Any], Any]:
    def extreme(items: Any) -> Any:
        found = list(items)
        if not found:
            raise CelError(f"{name} called on empty list")
        best = found[0]
        for item in found[1:]:
            if compare(item, best) == sign:
                best = item
        return best

    return extreme


def _sum(zero: Any) -> Callable[[Any], Any]:
    """The sum of a list; of an empty one whose type the checker knows, the zero of its items."""

    def total(items: Any) -> Any:
        found = list(items)
        return reduce(_plus, found) if found else zero

    return total


def _index_of(items: Any, item: Any) -> int:
    return next((at for at, each in enumerate(items) if equal(each, item)), -1)


def _last_index_of(items: Any, item: Any) -> int:
    return max((at for at, each in enumerate(items) if equal(each, item)), default=-1)


def _includes(holder: Any, item: Any) -> bool:
    return _index_of(holder, item) >= 0 if values.is_list(holder) else equal(holder, item)


def _slice(items: Any, start: int, end: int) -> list[Any]:
    if start < 0 or end < 0:
        raise CelError(f"cannot slice({start}, {end}), negative indexes not supported")
    if start > end:
        raise CelError(f"cannot slice({start}, {end}), start index must be less than or equal to end index")
    if end > len(items):
        raise CelError(f"cannot slice({start}, {end}), list is length {len(items)}")
    return list(items)[start:end]


def _flatten(items: Any, depth: int = 1) -> list[Any]:
    if depth < 0:
        raise CelError("level must be non-negative")
    flat: list[Any] = []
    for item in items:
        flat += _flatten(item, depth - 1) if values.is_list(item) and depth > 0 else [item]
    return flat


def _range(count: int) -> list[int]:
    if count > _MOST:
        raise CelError(f"lists.range({count}) is longer than {_MOST}")
    return list(range(count))


def _distinct(items: Any) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(equal(item, other) for other in kept):
            kept.append(item)
    return kept


def _sort(items: Any) -> list[Any]:
    return _sort_by_keys(items, items)


def _sort_by_keys(items: Any, keys: Any) -> list[Any]:
    if len({values.type_name(key) for key in keys}) > 1:
        raise CelError("list elements must have the same type")
    order = cmp_to_key(compare)
    pairs = sorted(zip(keys, items, strict=True), key=lambda pair: order(pair[0]))
    return [item for _, item in pairs]


def _first(items: Any) -> Maybe:
    return Maybe(True, items[0]) if len(items) else NOTHING


def _last(items: Any) -> Maybe:
    return Maybe(True, items[len(items) - 1]) if len(items) else NOTHING


def _contains_all(items: Any, others: Any) -> bool:
    return all(_index_of(items, other) >= 0 for other in others)


def _equivalent(items: Any, others: Any) -> bool:
    return _contains_all(items, others) and _contains_all(others, items)


def _intersects(items: Any, others: Any) -> bool:
    return any(_index_of(items, other) >= 0 for other in others)


LIBRARY: tuple[Overload, ...] = (
    *(method(f"list<{name}>.isSorted(): bool", _is_sorted) for name in _COMPARABLE),
    *(method(f"list<{name}>.min(): {name}", _extreme("min", -1)) for name in _COMPARABLE),
    *(method(f"list<{name}>.max(): {name}", _extreme("max", 1)) for name in _COMPARABLE),
    *(method(f"list<{name}>.sum(): {name}", _sum(zero)) for name, zero in _ZERO.items()),
    method("list<~T>.indexOf(~T): int", _index_of),
    method("list<~T>.lastIndexOf(~T): int", _last_index_of),
)

INCLUDES: tuple[Overload, ...] = (method("dyn.includes(dyn): bool", _includes),)

EXTENDED: tuple[Overload, ...] = (
    method("list<~T>.slice(int, int): list<~T>", _slice, declared=False),
    method("list<~T>.flatten(): list<~T>", _flatten, declared=False),
    method("list<~T>.flatten(int): list<~T>", _flatten, declared=False),
    method("list<~T>.distinct(): list<~T>", _distinct, declared=False),
    method("list<~T>.reverse(): list<~T>", lambda items: list(items)[::-1], declared=False),
    method("list<~T>.sort(): list<~T>", _sort, declared=False),
    method("list<~T>.@sortByAssociatedKeys(list<~U>): list<~T>", _sort_by_keys, declared=False),
    method("list<~T>.first(): optional_type<~T>", _first, declared=False),
    method("list<~T>.last(): optional_type<~T>", _last, declared=False),
    function("lists.range(int): list<int>", _range, declared=False),
)

SETS: tuple[Overload, ...] = (
    function("sets.contains(list<~T>, list<~T>): bool", _contains_all, declared=False),
    function("sets.equivalent(list<~T>, list<~T>): bool", _equivalent, declared=False),
    function("sets.intersects(list<~T>, list<~T>): bool", _intersects, declared=False),
)
