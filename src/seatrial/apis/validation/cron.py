"""Whether a schedule is one to the CronJob controller (robfig/cron ParseStandard)."""

from __future__ import annotations

from seatrial.model import cron


def problem(schedule: str) -> str:
    """What is wrong with a schedule in the parser's words, "" where nothing is."""
    try:
        cron.parse(cron.without_zone(schedule)[0])
    except cron.BadExpression as flaw:
        return str(flaw)
    return ""
