"""The lines of an event log as plain data (docs/event-log.md, docs/schema/event-log-v1.json)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

from seatrial.trial.profiles import API_VERSION

KIND = "EventLog"
SCHEMA_VERSION = 1
TYPES = ("header", "input", "run", "change", "step", "requests", "end")

Line = dict[str, Any]
Sink = Callable[[bytes], object]
"""Takes one encoded line, with its line feed."""


def encoded(line: Line) -> bytes:
    """A line as it stands in the file."""
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except (TypeError, ValueError):  # deeper than orjson goes, integers beyond 64 bits, lone surrogates
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def canonical(obj: object) -> bytes:
    """The same bytes for equal values, however their fields are ordered."""
    try:
        return orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        return json.dumps(obj, separators=(",", ":"), sort_keys=True).encode()


def is_header(line: object) -> bool:
    """Whether a file that begins with this value is an event log, of whatever version."""
    return isinstance(line, dict) and line.get("apiVersion") == API_VERSION and line.get("kind") == KIND
