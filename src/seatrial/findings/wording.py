"""How times, durations and counts are said, the same in every message and report."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """A point of scenario time: `01:12`, minutes and seconds."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def lasting(seconds: float) -> str:
    """A duration in whole seconds: `41 s`, `6 min 10 s`; `below 1 s` where it is shorter."""
    if 0 < seconds < 0.5:
        return "below 1 s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def brief(seconds: float) -> str:
    """A duration in a table, one unit only: `41 s`, `6 min`, `2 h`."""
    if seconds < 120:
        return lasting(seconds)
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{round(seconds / 3600)} h"


def counted(number: float, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 request`, `2,460 requests`."""
    whole = round(number)
    return f"{whole:,} {noun if whole == 1 else plural or noun + 's'}"
