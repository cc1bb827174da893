"""Counts that may be percentages (pkg/apis/apps/validation: ValidatePositiveIntOrPercent, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import non_negative
from seatrial.apis.violations import Errors


def positive_or_percent(value: Any, path: str, errors: Errors) -> None:
    """A number that is not negative, or a percentage."""
    if isinstance(value, str):
        errors.invalids(path, value, formats.percent(value))
    else:
        non_negative(value, path, errors)


def at_most_100_percent(value: Any, path: str, errors: Errors) -> None:
    """IsNotMoreThan100Percent."""
    if isinstance(value, str) and not formats.percent(value) and int(value[:-1]) > 100:
        errors.invalid(path, value, "must not be greater than 100%")


def plain(value: Any) -> int:
    """getIntOrPercentValue: the bare number of either, 0 of anything else."""
    if isinstance(value, str):
        digits = value.removesuffix("%")
        return int(digits) if digits.isascii() and digits.isdigit() else 0
    return int(value or 0)
