"""Whether a schedule is one to robfig/cron's ParseStandard (v3, as vendored in Kubernetes 1.36)."""

from __future__ import annotations

import re

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
DESCRIPTORS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}


def problem(schedule: str) -> str:
    """What is wrong with a schedule in the parser's words, "" where nothing is."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        schedule = schedule.partition(" ")[2]
    schedule = schedule.strip()
    if schedule.startswith("@"):
        return "" if schedule in DESCRIPTORS or _every(schedule) else f"unrecognized descriptor: {schedule}"
    fields = schedule.split()
    if len(fields) != len(FIELDS):
        listed = f"[{' '.join(fields)}]"
        return f"expected exactly {len(FIELDS)} fields, found {len(fields)}: {listed}"
    for text, (_, low, high, names) in zip(fields, FIELDS, strict=True):
        for part in filter(None, text.split(",")):
            found = _range(part, low, high, names)
            if found:
                return found
    return ""


def _every(schedule: str) -> bool:
    """`@every 1h30m`: a Go duration."""
    return bool(re.fullmatch(r"@every [+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+", schedule))


def _range(expression: str, low: int, high: int, names: dict[str, int]) -> str:
    """getRange: `*`, `5`, `mon-fri`, each with a step."""
    span, slash, step_text = expression.partition("/")
    if "/" in step_text:
        return f"too many slashes: {expression}"
    first, dash, last = span.partition("-")
    start, end = low, high
    if first not in ("*", "?"):
        number = _number(first, names)
        if number is None:
            return _not_a_number(first)
        start = end = number
        if "-" in last:
            return f"too many hyphens: {expression}"
        if dash:
            number = _number(last, names)
            if number is None:
                return _not_a_number(last)
            end = number
        elif slash:
            end = high
    step = 1
    if slash:
        number = _number(step_text, {})
        if number is None:
            return _not_a_number(step_text)
        step = number
    if start < low:
        return f"beginning of range ({start}) below minimum ({low}): {expression}"
    if end > high:
        return f"end of range ({end}) above maximum ({high}): {expression}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {expression}"
    return "" if step else f"step of range should be a positive number: {expression}"


def _number(text: str, names: dict[str, int]) -> int | None:
    named = names.get(text.lower())
    if named is not None:
        return named
    return int(text) if text.isascii() and text.isdigit() else None


def _not_a_number(text: str) -> str:
    return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
