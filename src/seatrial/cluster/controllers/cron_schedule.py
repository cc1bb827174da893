"""Cron schedules as robfig/cron reads them for CronJobs: five fields, `@daily`, `@every 1h30m`, time zones."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from seatrial.model.objects import EPOCH

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_EVERY = re.compile(r"@every\s+((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)")


class BadSchedule(ValueError):
    """The text is no schedule, or the time zone is unknown."""


class Schedule:
    """When a CronJob is due. Times are virtual seconds.

    Raises:
        BadSchedule: where the expression cannot be read or the zone is unknown.
    """

    def __init__(self, expression: str, zone: str | None = None) -> None:
        text = expression.strip()
        prefix = re.match(r"(?:CRON_)?TZ=(\S+)\s+(.*)", text)
        if prefix:
            zone, text = prefix.group(1), prefix.group(2)
        try:
            self.zone = ZoneInfo(zone or "Etc/UTC")
        except (KeyError, ValueError, OSError):
            raise BadSchedule(f"unknown time zone {zone}") from None
        every = _EVERY.fullmatch(text)
        self._step = _seconds(every.group(1)) if every else None
        self._text = text.replace("?", "*")
        if self._step is None and not croniter.is_valid(self._text):
            raise BadSchedule(f"failed to parse schedule {expression!r}")
        if self._step is None and len(self._text.split()) > 5:
            raise BadSchedule(f"expected exactly 5 fields: {expression!r}")

    def next(self, after: float) -> float:
        """The first moment that is due after a time."""
        if self._step is not None:
            return float(int(after) + self._step)
        start = (EPOCH + timedelta(seconds=after)).astimezone(self.zone)
        due = croniter(self._text, start).get_next(float)
        return float(due) - EPOCH.timestamp()


def _seconds(duration: str) -> int:
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|m|s)", duration)
    return max(1, int(sum(float(number) * _UNITS[unit] for number, unit in parts)))
