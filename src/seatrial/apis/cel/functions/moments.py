"""The parts of moments and spans of time: `self.start.getHours("Europe/Berlin")` (cel-go 0.26)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from seatrial.apis.cel.functions.overloads import Overload, method
from seatrial.apis.cel.values import SECOND, CelError, Duration, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)


def _zone(name: str) -> tzinfo:
    if match := _OFFSET.fullmatch(name):
        away = timedelta(hours=int(match[2]), minutes=int(match[3]))
        if away >= timedelta(days=1):
            raise CelError(f"unknown time zone {name}")
        return timezone(-away if match[1] == "-" else away)
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise CelError(f"unknown time zone {name}") from None


def _part(of: Callable[[datetime], int]) -> Callable[..., int]:
    def part(moment: Timestamp, zone: str = "UTC") -> int:
        try:
            return of((_EPOCH + timedelta(seconds=moment.nanoseconds // SECOND)).astimezone(_zone(zone)))
        except OverflowError:
            raise CelError("timestamp overflow") from None

    return part


_PARTS: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
}


def _milliseconds(moment: Timestamp, zone: str = "UTC") -> int:
    return moment.nanoseconds % SECOND // 1_000_000


def _whole(unit: int) -> Callable[[Duration], int]:
    def whole(span: Duration) -> int:
        units = abs(span.nanoseconds) // unit
        return -units if span.nanoseconds < 0 else units

    return whole


def _both(name: str, run: Callable[..., Any]) -> tuple[Overload, Overload]:
    return (
        method(f"timestamp.{name}(): int", run, declared=False),
        method(f"timestamp.{name}(string): int", run, declared=False),
    )


LIBRARY: tuple[Overload, ...] = (
    *(overload for name, of in _PARTS.items() for overload in _both(name, _part(of))),
    *_both("getMilliseconds", _milliseconds),
    method("duration.getHours(): int", _whole(3600 * SECOND), declared=False),
    method("duration.getMinutes(): int", _whole(60 * SECOND), declared=False),
    method("duration.getSeconds(): int", _whole(SECOND), declared=False),
    method("duration.getMilliseconds(): int", _whole(1_000_000), declared=False),
)
