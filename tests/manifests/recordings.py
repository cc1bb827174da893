"""Recordings that the tests of this room read: golden files of this repository, and larger ones beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden"
SHARED = ROOT.parent / "shared"


def golden_rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((GOLDEN / name).read_text())
    return rows


def floor(name: str) -> int:
    """How many answers of a golden set must be right at least."""
    return int(json.loads((GOLDEN / "floors.json").read_text())[name])


def shared(name: str) -> Path:
    """A file beside the repository; the test is skipped where it is not there."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not here: nothing was compared with what Kubernetes makes of it")
    return path


def as_json(value: Any) -> str:
    """A value as text, so that 1, 1.0 and True differ as they do in JSON from Go."""
    return json.dumps(value, sort_keys=True)
