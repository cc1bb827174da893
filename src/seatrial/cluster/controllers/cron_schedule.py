"""When CronJobs are due, by the clocks of their time zone (robfig/cron v3 spec.go, as vendored in Kubernetes 1.36).

What is due in an hour that the clocks leave out is not run that day; what is due in one that they show twice runs
twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from seatrial.model import cron
from seatrial.model.objects import EPOCH

YEARS = 5
"""So far ahead a time is looked for."""
NEVER = float("inf")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class BadSchedule(ValueError):
    """The text is no schedule, or the time zone is unknown."""


class Schedule:
    """When a CronJob is due. Times are virtual seconds.

    Raises:
        BadSchedule: where the expression cannot be read or the zone is unknown.
    """

    def __init__(self, expression: str, zone: str | None = None) -> None:
        text, own_zone = cron.without_zone(expression)
        zone = own_zone or zone
        try:
            self.zone = ZoneInfo(zone or "Etc/UTC")
        except (KeyError, ValueError, OSError):
            raise BadSchedule(f"unknown time zone {zone}") from None
        try:
            self._times = cron.parse(text)
        except cron.BadExpression as flaw:
            raise BadSchedule(str(flaw)) from None

    def next(self, after: float) -> float:
        """The first moment that is due after a time; infinity where there is none within five years."""
        times = self._times
        if isinstance(times, float):
            return float(int(after) + times)
        # The next whole second, and from there the next whole minute.
        now = EPOCH + timedelta(seconds=int(after // 1) + 1)
        if now.second:
            now = now.replace(second=0) + _MINUTE
        last = now.year + YEARS
        while now.year <= last:
            local = now.astimezone(self.zone)
            if not times.suits_day(local.month, local.day, local.isoweekday() % 7):
                now = _midnight_after(local)
            elif local.hour not in times.hours:
                now += _HOUR - timedelta(minutes=local.minute)
            elif local.minute not in times.minutes:
                now += _MINUTE
            else:
                return (now - EPOCH).total_seconds()
        return NEVER


def _midnight_after(local: datetime) -> datetime:
    """The first moment of the next day there; the clocks may leave midnight out."""
    midnight = datetime.combine(local.date() + _DAY, time(), local.tzinfo)
    return midnight.astimezone(UTC)
