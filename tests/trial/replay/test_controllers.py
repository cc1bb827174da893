"""Recordings of a real control plane are played and compared as their README says; their number right only rises."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.trial.replay import controllers
from seatrial.trial.replay.patches import merged

GOLDEN = Path(__file__).parents[2] / "golden"


def read(file: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    return case


def test_as_many_recordings_agree_as_ever() -> None:
    spec = importlib.util.spec_from_file_location("compare_controllers", GOLDEN / "controllers" / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    wrong = {}
    files = sorted((GOLDEN / "controllers").glob("*.json.gz"))
    for file in files:
        case = read(file)
        scenario = case["scenario"]
        parts = judge.compare(case["rows"], controllers.play(scenario), scenario["name"], scenario["seconds"])
        if not all(parts.values()):
            wrong[file.name] = [part for part, agrees in parts.items() if not agrees]
    floor = json.loads((GOLDEN / "floors.json").read_text())["controllers"]
    assert len(files) - len(wrong) >= floor, wrong


def test_a_recording_plays_the_same_twice() -> None:
    scenario = read(GOLDEN / "controllers" / "node-down.json.gz")["scenario"]
    assert controllers.play(scenario, seed=7) == controllers.play(scenario, seed=7)


OLD = {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}], "paused": True}}


@pytest.mark.parametrize(
    ("patch", "strategic", "want"),
    [
        ({"spec": {"paused": None}}, True, {"spec": {"containers": OLD["spec"]["containers"]}}),
        (
            {"spec": {"containers": [{"name": "b", "image": "2"}]}}, True,
            {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}], "paused": True}},
        ),
        (
            {"spec": {"containers": [{"name": "b", "image": "2"}]}}, False,
            {"spec": {"containers": [{"name": "b", "image": "2"}], "paused": True}},
        ),
        (
            {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}, True,
            {"spec": {"containers": [{"name": "b", "image": "1"}], "paused": True}},
        ),
    ],
)  # fmt: skip
def test_patches(patch: dict[str, Any], strategic: bool, want: dict[str, Any]) -> None:
    assert merged(OLD, patch, strategic=strategic) == want
