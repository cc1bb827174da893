"""Quantities in rules: `quantity(self.size).sign() > 0` (apiserver pkg/cel/library/quantity.go, Kubernetes 1.36)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import INT_MAX, CelError, Opaque
from seatrial.model import quantities

_NAME = "kubernetes.Quantity"
_LIMIT = Decimal(INT_MAX)
"""What ParseQuantity cuts larger figures to; it keeps them as decimals, which are no integers to it."""


@dataclass(frozen=True, slots=True)
class Quantity(Opaque):
    """An amount, whatever it was written as."""

    cel_type = _NAME
    amount: Decimal


def _parse(text: str) -> Quantity:
    try:
        if not text.isascii() or text != text.strip():
            raise ValueError(text)
        return Quantity(quantities.parse(text))
    except ValueError:
        problem = "unable to parse quantity's suffix" if text[:1].isdigit() else (
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )  # fmt: skip
        raise CelError(problem) from None


def _is_quantity(text: str) -> bool:
    try:
        _parse(text)
    except CelError:
        return False
    return True


def _is_integer(quantity: Quantity) -> bool:
    return quantity.amount == quantity.amount.to_integral_value() and abs(quantity.amount) < _LIMIT


def _as_integer(quantity: Quantity) -> int:
    if not _is_integer(quantity):
        raise CelError("cannot convert value to integer")
    return int(quantity.amount)


def _compare(left: Quantity, right: Quantity) -> int:
    return (left.amount > right.amount) - (left.amount < right.amount)


LIBRARY: tuple[Overload, ...] = (
    function(f"quantity(string): {_NAME}", _parse),
    function("isQuantity(string): bool", _is_quantity),
    function(f"sign({_NAME}): int", lambda quantity: _compare(quantity, Quantity(Decimal(0)))),
    method(f"{_NAME}.isGreaterThan({_NAME}): bool", lambda left, right: left.amount > right.amount),
    method(f"{_NAME}.isLessThan({_NAME}): bool", lambda left, right: left.amount < right.amount),
    method(f"{_NAME}.compareTo({_NAME}): int", _compare),
    method(f"{_NAME}.asApproximateFloat(): double", lambda quantity: float(quantity.amount)),
    method(f"{_NAME}.asInteger(): int", _as_integer),
    method(f"{_NAME}.isInteger(): bool", _is_integer),
    method(f"{_NAME}.add({_NAME}): {_NAME}", lambda left, right: Quantity(left.amount + right.amount)),
    method(f"{_NAME}.add(int): {_NAME}", lambda left, right: Quantity(left.amount + right)),
    method(f"{_NAME}.sub({_NAME}): {_NAME}", lambda left, right: Quantity(left.amount - right.amount)),
    method(f"{_NAME}.sub(int): {_NAME}", lambda left, right: Quantity(left.amount - right)),
)
