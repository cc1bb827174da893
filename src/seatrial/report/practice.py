"""The part of an explanation that kubectl has not: what a field does in production."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 76
MARGIN = "    "
NAMED = 12
"""Rules that are named; of a field that more look at, the rest is counted."""


def render(in_a_trial: str, rules: Sequence[str], example: str) -> str:
    """What happens in a trial by a field, which rules of `check` look at it, and how it is written; "" for nothing."""
    parts = []
    if in_a_trial:
        parts.append("\n".join(_wrapped(in_a_trial)))
    if rules:
        more = f" and {len(rules) - NAMED} more" if len(rules) > NAMED else ""
        parts.append("\n".join(_wrapped(f"Looked at by: {', '.join(rules[:NAMED])}{more} (docs/checks).")))
    if example:
        parts.append(f"{MARGIN}Example:\n" + textwrap.indent(example.rstrip("\n"), MARGIN + "  "))
    return "IN PRODUCTION:\n" + "\n\n".join(parts) + "\n" if parts else ""


def _wrapped(text: str) -> list[str]:
    return [MARGIN + line for line in textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)]
