"""Quantities: `100m`, `1.5Gi`, `2e3` (k8s.io/apimachinery pkg/api/resource, Kubernetes 1.36)."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

_PATTERN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+|)")
_SUFFIXES = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9, "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30, "Ti": Decimal(2) ** 40,
    "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
_MAX = Decimal(2**63 - 1)
_NANO = Decimal("1e-9")


@lru_cache(maxsize=65536)
def parse(text: str | int | float) -> Decimal:
    """The value of a quantity in its own unit (cores, bytes, pieces), rounded up to nano as upstream does.

    Raises:
        ValueError: where the text is no quantity; the message is upstream's.
    """
    match = _PATTERN.fullmatch(str(text).strip())
    if match is None:
        raise ValueError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    number, suffix = match.groups()
    scale = _SUFFIXES.get(suffix)
    if scale is None:
        scale = Decimal(10) ** max(-30, min(30, int(suffix[1:])))
    value = Decimal(number) * scale
    if value > _MAX:
        return _MAX
    if value < -_MAX:
        return -_MAX
    if value and abs(value) < Decimal("1e9"):
        value = value.quantize(_NANO, rounding=ROUND_CEILING if value > 0 else "ROUND_FLOOR")
    return value


@lru_cache(maxsize=65536)
def millis(text: str | int | float) -> int:
    """A quantity in thousandths, rounded up: cores to millicores (Quantity.MilliValue)."""
    return int((parse(text) * 1000).to_integral_value(rounding=ROUND_CEILING))


@lru_cache(maxsize=65536)
def whole(text: str | int | float) -> int:
    """A quantity as a whole number, rounded up: bytes, pieces (Quantity.Value)."""
    return int(parse(text).to_integral_value(rounding=ROUND_CEILING))


def amount(resource: str, text: str | int | float | None) -> int:
    """What the scheduler counts a resource in: `cpu` in millicores, everything else in whole units; null is 0."""
    if text is None:
        return 0
    return millis(text) if resource == "cpu" else whole(text)


def format_cpu(millicores: int) -> str:
    """Millicores as a quantity: 1500 gives `1500m`, 2000 gives `2`."""
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"


def format_bytes(size: int) -> str:
    """Bytes as a quantity with the largest binary suffix that stays whole."""
    for suffix, unit in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if size and size % unit == 0:
            return f"{size // unit}{suffix}"
    return str(size)
