"""Cron expressions as robfig/cron's ParseStandard reads them (v3, as vendored in Kubernetes 1.36)."""

from __future__ import annotations

import re
from dataclasses import dataclass

FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    (
        "month", 1, 12,
        {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
         "dec": 12},
    ),
    ("day of week", 0, 6, {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}),
)  # fmt: skip
DESCRIPTORS = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)"


class BadExpression(ValueError):
    """The text is no schedule; the message is the parser's."""


@dataclass(frozen=True, slots=True)
class Times:
    """The minutes, hours, days of the month, months and days of the week (0 is Sunday) at which something is due."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    both_days: bool
    """Whether a day has to suit both ways: where one of the two fields is a star. Otherwise one of them suffices."""

    def suits_day(self, month: int, day: int, weekday: int) -> bool:
        """Whether something is due on a day."""
        if month not in self.months:
            return False
        suits = (day in self.days, weekday in self.weekdays)
        return all(suits) if self.both_days else any(suits)


def without_zone(expression: str) -> tuple[str, str | None]:
    """The expression, and the time zone that it begins with, if any."""
    found = re.match(r"(?:CRON_)?TZ=(\S*)\s*(.*)", expression, re.DOTALL)
    return (found.group(2).strip(), found.group(1)) if found else (expression.strip(), None)


def parse(expression: str) -> Times | float:
    """The times of an expression without time zone; of `@every DURATION` the seconds.

    Raises:
        BadExpression: where it is none.
    """
    if expression.startswith("@every "):
        return _every(expression)
    if expression.startswith("@"):
        if expression not in DESCRIPTORS:
            raise BadExpression(f"unrecognized descriptor: {expression}")
        expression = DESCRIPTORS[expression]
    fields = expression.split()
    if len(fields) != len(FIELDS):
        raise BadExpression(f"expected exactly {len(FIELDS)} fields, found {len(fields)}: [{' '.join(fields)}]")
    values, stars = [], []
    for text, (_, low, high, names) in zip(fields, FIELDS, strict=True):
        parts = [_range(part, low, high, names) for part in filter(None, text.split(","))]
        values.append(frozenset(number for numbers, _ in parts for number in numbers))
        stars.append(any(star for _, star in parts))
    minutes, hours, days, months, weekdays = values
    return Times(minutes, hours, days, months, weekdays, both_days=stars[2] or stars[4])


def _every(expression: str) -> float:
    """`@every 1h30m`: a Go duration, in whole seconds and at least one."""
    if not re.fullmatch(rf"@every [+-]?({_DURATION})+", expression):
        raise BadExpression(f"unrecognized descriptor: {expression}")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_DURATION, expression))
    return float(max(1, int(seconds)))


def _range(expression: str, low: int, high: int, names: dict[str, int]) -> tuple[range, bool]:
    """getRange: `*`, `5`, `mon-fri`, each with a step; and whether it was a star that leaves nothing out."""
    span, slash, step_text = expression.partition("/")
    if "/" in step_text:
        raise BadExpression(f"too many slashes: {expression}")
    first, dash, last = span.partition("-")
    start, end = low, high
    star = first in ("*", "?")
    if not star:
        start = end = _number(first, names)
        if "-" in last:
            raise BadExpression(f"too many hyphens: {expression}")
        if dash:
            end = _number(last, names)
        elif slash:
            end = high
    step = _number(step_text, {}) if slash else 1
    if start < low:
        raise BadExpression(f"beginning of range ({start}) below minimum ({low}): {expression}")
    if end > high:
        raise BadExpression(f"end of range ({end}) above maximum ({high}): {expression}")
    if start > end:
        raise BadExpression(f"beginning of range ({start}) beyond end of range ({end}): {expression}")
    if step == 0:
        raise BadExpression(f"step of range should be a positive number: {expression}")
    return range(start, end + 1, step), star and step == 1


def _number(text: str, names: dict[str, int]) -> int:
    named = names.get(text.lower())
    if named is not None:
        return named
    if not (text.isascii() and text.isdigit()):
        raise BadExpression(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)
