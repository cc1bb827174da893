"""What running an expression costs, and the budget that ends it (cel-go 0.26 interpreter/runtimecost.go; apiserver
pkg/cel/library/cost.go and pkg/apis/cel/config.go, Kubernetes 1.36).

Names, fields and indices cost 1, calls what the size of their arguments suggests. Beside the cost, the values that
comparisons look at are counted: a server has no such bound, but it is quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

from seatrial.apis.cel import values
from seatrial.apis.cel.functions.formats import NamedFormat
from seatrial.apis.cel.functions.networks import CIDR
from seatrial.apis.cel.values import Mapping, Sequence

CALL_LIMIT = 1_000_000
"""What one expression may cost (PerCallLimit)."""
RESOURCE_LIMIT = 10_000_000
"""What all expressions of a resource may cost together (RuntimeCELCostBudget)."""
EFFORT_LIMIT = 1_000_000
"""Values that the comparisons of one expression may look at."""

LIST, MAP = 10, 30
"""What making a list or a map costs."""
_TRAVERSAL, _REGEX = 0.1, 0.25
"""What a character of a text costs, and one of a regular expression."""


_MADE_LISTS = ("slice", "flatten", "reverse", "lists.range")
"""Functions that cost as much as the list has items that they give."""


class OverBudget(Exception):
    """An expression costs more than it may."""


class Meter:
    """Counts what one expression costs."""

    __slots__ = ("effort", "limit", "spent")

    def __init__(self, limit: int = CALL_LIMIT) -> None:
        self.limit = limit
        self.spent = 0
        self.effort = 0

    def spend(self, cost: int) -> None:
        """Count a cost.

        Raises:
            OverBudget: where the limit is passed.
        """
        self.spent += cost
        if self.spent > self.limit:
            raise OverBudget("operation cancelled: actual cost limit exceeded")

    def toil(self, value: Any) -> None:
        """Count what a comparison has to look at.

        Raises:
            OverBudget: where the limit is passed.
        """
        todo = [value]
        while todo:
            self.effort += 1
            if self.effort > EFFORT_LIMIT:
                raise OverBudget("comparing takes more steps than seatrial allows")
            held = todo.pop()
            held = getattr(held, "data", held)
            if isinstance(held, dict):
                todo += held.values()
            elif isinstance(held, list):
                todo += held


def of_call(name: str, arguments: list[Any]) -> int:
    """What a call costs beside its arguments."""
    cost = _COSTS.get(name)
    return 1 if cost is None else cost(arguments)


def of_result(name: str, result: Any) -> int:
    """What a call costs that is reckoned by its result."""
    if name == "join":
        return ceil(values.size_of(result) * 2 * _TRAVERSAL)
    return values.size_of(result) if name in _MADE_LISTS else 0


def _traversals(count: int) -> Callable[[list[Any]], int]:
    """So many walks over the first argument's characters."""
    return lambda arguments: ceil(values.size_of(arguments[0]) * count * _TRAVERSAL)


def _items(arguments: list[Any]) -> int:
    return _walk(arguments[0])


def _walk(value: Any) -> int:
    """What it costs to see all of a value."""
    if isinstance(value, str | bytes):
        return int(len(value) * _TRAVERSAL)
    if values.is_list(value):
        return sum(map(_walk, value))
    if isinstance(value, Mapping):
        return sum(_walk(key) + _walk(value.find(key).value) for key in iter(value.keys()))
    return 1


def _pairs(arguments: list[Any]) -> int:
    return values.size_of(arguments[0]) * values.size_of(arguments[-1]) + 1


def _squares(arguments: list[Any]) -> int:
    return 2 * values.size_of(arguments[0]) ** 2 + LIST + 1


def _comparison(arguments: list[Any]) -> int:
    left = arguments[0]
    if isinstance(left, str | bytes | list | Sequence | Mapping):
        return ceil(min(values.size_of(left), values.size_of(arguments[1])) * _TRAVERSAL)
    return 1


def _addition(arguments: list[Any]) -> int:
    if isinstance(arguments[0], str | bytes):
        return ceil((values.size_of(arguments[0]) + values.size_of(arguments[1])) * _TRAVERSAL)
    return 1


def _affix(arguments: list[Any]) -> int:
    return ceil(values.size_of(arguments[0]) * _TRAVERSAL)


def _contains(arguments: list[Any]) -> int:
    return ceil(values.size_of(arguments[0]) * _TRAVERSAL) * ceil(values.size_of(arguments[1]) * _TRAVERSAL)


def _matching(arguments: list[Any]) -> int:
    return ceil((1 + values.size_of(arguments[0])) * _TRAVERSAL) * ceil(values.size_of(arguments[1]) * _REGEX)


def _validate(arguments: list[Any]) -> int:
    form: NamedFormat = arguments[0]
    return ceil((1 + values.size_of(arguments[1])) * _TRAVERSAL) * ceil(form.pattern_size * _REGEX)


def _membership(arguments: list[Any]) -> int:
    return values.size_of(arguments[1]) if values.is_list(arguments[1]) else 1


def _ip(arguments: list[Any]) -> int:
    return 1 if isinstance(arguments[0], CIDR) else _traversals(1)(arguments)


def _address_size(address: Any) -> int:
    return len(address) if isinstance(address, str) else len(address.address.packed)


def _contains_ip(arguments: list[Any]) -> int:
    size, other = _address_size(arguments[0]), arguments[1]
    return ceil(2 * size * _TRAVERSAL) + (ceil(len(other) * _TRAVERSAL) if isinstance(other, str) else 0)


def _contains_cidr(arguments: list[Any]) -> int:
    return _contains_ip(arguments) + ceil(_address_size(arguments[0]) * _TRAVERSAL) + 1


def _text(arguments: list[Any]) -> int:
    return _traversals(1)(arguments) if isinstance(arguments[0], str | bytes) else 1


_COSTS: dict[str, Callable[[list[Any]], int]] = {
    **dict.fromkeys(("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf", "includes"), _items),
    **dict.fromkeys(("url", "lowerAscii", "upperAscii", "substring", "trim"), _traversals(1)),
    **dict.fromkeys(("cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver"), _traversals(1)),
    **dict.fromkeys(("replace", "split", "ip.isCanonical"), _traversals(2)),
    **dict.fromkeys(("find", "findAll", "matches"), _matching),
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"), _comparison),
    **dict.fromkeys(("startsWith", "endsWith"), _affix),
    **dict.fromkeys(("string", "bytes"), _text),
    **dict.fromkeys(("sets.contains", "sets.intersects"), _pairs),
    **dict.fromkeys(("distinct", "sort", "@sortByAssociatedKeys"), _squares),
    **dict.fromkeys(_MADE_LISTS, lambda arguments: LIST + 1),
    "sets.equivalent": lambda arguments: 2 * _pairs(arguments) - 1,
    "join": lambda arguments: 0,
    "format": _traversals(1),
    "ip": _ip,
    "containsIP": _contains_ip,
    "containsCIDR": _contains_cidr,
    "validate": _validate,
    "contains": _contains,
    "@in": _membership,
    "_+_": _addition,
}
