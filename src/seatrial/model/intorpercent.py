"""Counts that may be a percentage: maxSurge, maxUnavailable, minAvailable (apimachinery pkg/util/intstr, 1.36)."""

from __future__ import annotations


def scaled(value: int | str, total: int, *, round_up: bool) -> int:
    """The count that `value` means of `total`: a number as it is, `25%` of the total, rounded as asked.

    Raises:
        ValueError: where a text is no percentage.
    """
    if isinstance(value, int):
        return value
    if not value.endswith("%"):
        raise ValueError(f"invalid value for IntOrString: {value!r} is neither a number nor a percentage")
    percent = int(value[:-1])
    return -(-percent * total // 100) if round_up else percent * total // 100
