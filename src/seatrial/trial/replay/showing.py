"""The rows of a replay as text, a line each, or as JSON in the recordings' format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

Row = Mapping[str, Any]


def as_json(rows: Iterable[Row]) -> str:
    """`{"rows": [...]}`."""
    return orjson.dumps({"rows": list(rows)}, option=orjson.OPT_APPEND_NEWLINE).decode()


def as_text(rows: Iterable[Row]) -> str:
    """One line a row: the time, what happened to what, and the rest as it is in the row."""
    return "".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    about = f"{row.get('kind', '')}/{row.get('name', '')}".strip("/")
    rest = {key: value for key, value in row.items() if key not in ("t", "event", "kind", "name")}
    shown = " ".join(f"{key}={orjson.dumps(value).decode()}" for key, value in rest.items())
    return f"{row['t']:10.3f}  {row['event']:<8}  {about}  {shown}\n"
