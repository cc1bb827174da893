"""Texts as moments, spans of time and bytes: RFC 3339, Go's durations, and what go-openapi's formats make of them."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from fractions import Fraction

from seatrial.apis.cel.values import INT_MAX, INT_MIN, SECOND, CelError, Duration, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:([Zz])|([+-])(\d\d):?(\d\d))", re.ASCII
)
_UNITS = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND,
}  # fmt: skip
_DAY = 24 * 3600 * SECOND
_LONG_UNITS = {
    **_UNITS,
    **dict.fromkeys(("ns", "nano", "nanosecond"), 1),
    **dict.fromkeys(("us", "micro", "microsecond"), 1_000),
    **dict.fromkeys(("ms", "milli", "millisecond"), 1_000_000),
    **dict.fromkeys(("s", "sec", "second"), SECOND),
    **dict.fromkeys(("m", "min", "minute"), 60 * SECOND),
    **dict.fromkeys(("h", "hr", "hour"), 3600 * SECOND),
    **dict.fromkeys(("d", "day"), _DAY),
    **dict.fromkeys(("w", "wk", "week"), 7 * _DAY),
}
_GO_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_OPEN_API_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-zµμ]+)")
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799
"""Seconds of the years 1 and 9999: what a timestamp may be."""


def timestamp(text: str) -> Timestamp:
    """A moment from RFC 3339.

    Raises:
        CelError: where the text is none.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise CelError(f'cannot parse "{text}" as a timestamp')
    year, month, day, hour, minute, second = (int(match[part]) for part in range(1, 7))
    away = timedelta()
    if match[9]:
        away = timedelta(hours=int(match[10]), minutes=int(match[11])) * (-1 if match[9] == "-" else 1)
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - away
    except (ValueError, OverflowError):
        raise CelError(f'cannot parse "{text}" as a timestamp') from None
    fraction = int(((match[7] or "") + "0" * 9)[:9])
    return of_seconds((whole - _EPOCH) // timedelta(seconds=1), fraction, away // timedelta(minutes=1))


def of_seconds(seconds: int, nanoseconds: int = 0, offset: int = 0) -> Timestamp:
    """A moment, and the minutes from UTC in which it is shown.

    Raises:
        CelError: before the year 1 or after 9999.
    """
    if not EARLIEST <= seconds <= LATEST:
        raise CelError("timestamp overflow")
    return Timestamp(seconds * SECOND + nanoseconds, offset)


def date(text: str) -> Timestamp:
    """The beginning of a day, from `2026-01-31`.

    Raises:
        CelError: where the text is none.
    """
    try:
        day = Date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise CelError(f"Invalid date formatted string {text}")
    return of_seconds((day - _EPOCH.date()).days * 86_400)


def shown(moment: Timestamp) -> str:
    """A moment as Go prints it (RFC3339Nano), as far from UTC as it was written."""
    seconds, nanoseconds = divmod(moment.nanoseconds, SECOND)
    whole = _EPOCH + timedelta(seconds=seconds + moment.offset * 60)
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    hours, minutes = divmod(abs(moment.offset), 60)
    zone = f"{'-' if moment.offset < 0 else '+'}{hours:02d}:{minutes:02d}" if moment.offset else "Z"
    return f"{whole.year:04d}{whole:-%m-%dT%H:%M:%S}{fraction}{zone}"


def go_duration(text: str) -> Duration:
    """A span of time as time.ParseDuration reads it: `1h30m`.

    Raises:
        CelError: where the text is none.
    """
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return Duration(0)
    total, at = Fraction(0), 0
    while rest and at < len(rest):
        part = _GO_PART.match(rest, at)
        if part is None:
            break
        number = part[1] if not part[1].endswith(".") else part[1] + "0"
        total += Fraction(number) * _UNITS[part[2]]
        at = part.end()
    if not rest or at < len(rest):
        raise CelError(f'time: invalid duration "{text}"')
    nanoseconds = sign * int(total)
    if not INT_MIN <= nanoseconds <= INT_MAX:
        raise CelError(f'time: invalid duration "{text}"')
    return Duration(nanoseconds)


def open_api_duration(text: str) -> Duration:
    """A span of time as go-openapi's `duration` format has it: Go's, or with longer words (`2 days`).

    Raises:
        CelError: where the text is none.
    """
    try:
        return go_duration(text)
    except CelError:
        parts = _OPEN_API_PART.findall(text)
    total = Fraction(0)
    for number, word in parts:
        unit = _LONG_UNITS.get(word.lower(), _LONG_UNITS.get(word.lower().removesuffix("s")))
        if unit is None:
            parts = []
            break
        total += Fraction(number) * unit
    if not parts or int(total) > INT_MAX:
        raise CelError(f"Invalid duration {text}: unable to parse {text} as duration")
    return Duration(int(total))


def base64_bytes(text: str) -> bytes:
    """Bytes from base64.

    Raises:
        CelError: where the text is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CelError(f"Invalid byte formatted string {text}: illegal base64 data") from None


def duration_text(span: Duration) -> str:
    """A span of time as CEL's `string()` gives it: seconds with a fraction."""
    sign = "-" if span.nanoseconds < 0 else ""
    seconds, nanoseconds = divmod(abs(span.nanoseconds), SECOND)
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    return f"{sign}{seconds}{fraction}s"
