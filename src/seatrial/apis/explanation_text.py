"""An explanation as `kubectl explain` prints it (k8s.io/kubectl pkg/explain/v2, its plaintext template; 1.36).

Schemas carry no enumerations, so kubectl's ENUM part is left out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from seatrial.apis.explanation import Explanation, Field

WIDTH = 76
"""Columns of a description, without its margin."""
MARGIN = "    "


def render(found: Explanation) -> str:
    """Kind and field, what it means, and the fields below it: with their meaning, or all levels of names."""
    return "\n".join(_lines(found))


def _lines(found: Explanation) -> Iterator[str]:
    group, slash, version = found.api_version.partition("/")
    if slash:
        yield f"GROUP:      {group}"
    yield f"KIND:       {found.kind}"
    yield f"VERSION:    {version or group}"
    yield ""
    if found.path:
        yield f"FIELD: {found.path.rpartition('.')[2]} <{found.type}>"
        yield from ("", "")
    yield "DESCRIPTION:"
    yield from _wrapped(found.description or "<empty>")
    yield MARGIN
    if not found.fields:
        yield from ("", "")
        return
    yield "FIELDS:"
    if any(field.fields is not None for field in found.fields):
        yield from _names(found.fields, 1)
    else:
        for field in found.fields:
            yield _name(field, 1)
            yield from _wrapped(field.description or "<no description>")
            yield ""
    yield from ("", "")


def _names(fields: tuple[Field, ...], level: int) -> Iterator[str]:
    for field in fields:
        yield _name(field, level)
        yield from _names(field.fields or (), level + 1)


def _name(field: Field, level: int) -> str:
    return f"{'  ' * level}{field.name}\t<{field.type}>{' -required-' if field.required else ''}"


def _wrapped(text: str) -> Iterator[str]:
    for part in text.split("\n"):
        for line in textwrap.wrap(part, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]:
            yield MARGIN + line
