"""Recorded scenarios: reading their files, and finding who can play them by their shape."""

from __future__ import annotations

import gzip
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seatrial.manifests.sources import InputError

Row = dict[str, Any]
GZIP = b"\x1f\x8b"
PLAYERS = (
    (frozenset({"seconds", "objects", "steps", "upstream"}), "kubelet"),
    (frozenset({"seconds", "objects", "steps"}), "controllers"),
)
"""The fields that a scenario of each kind has, the most telling first, and the module that plays it: recordings of the
kubelet name the upstream source that decides what they show."""


def play(path: str, *, seed: int = 0) -> list[Row]:
    """Play the scenario of a recording; gives its rows.

    Raises:
        InputError: where the file cannot be read, or holds no scenario that can be played.
    """
    scenario = _scenario(path)
    for fields, name in PLAYERS:
        if fields <= scenario.keys():
            module = importlib.import_module(f"seatrial.trial.replay.{name}")
            rows: list[Row] = module.play(scenario, seed=seed)
            return rows
    raise InputError(f"{path}:1: no scenario that can be played; it needs the fields seconds, objects and steps")


def _scenario(path: str) -> Mapping[str, Any]:
    try:
        data = Path(path).read_bytes()
        text = gzip.decompress(data) if data.startswith(GZIP) else data
        case = json.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; name a readable file") from None
    except (ValueError, EOFError) as error:
        line = getattr(error, "lineno", 1)
        raise InputError(f"{path}:{line}: not JSON; name a recording (.json or .json.gz)") from None
    scenario = case.get("scenario") if isinstance(case, dict) else None
    if not isinstance(scenario, dict):
        raise InputError(f"{path}:1: no scenario in it; name a recording with the field scenario")
    return scenario
