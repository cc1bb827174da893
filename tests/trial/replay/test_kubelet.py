"""Recordings of the real kubelet are played and compared as their README says; their number right only rises."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from seatrial.trial.replay import kubelet

GOLDEN = Path(__file__).parents[2] / "golden"


def compare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_kubelet", GOLDEN / "kubelet" / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flaws(case: dict[str, Any], judge: ModuleType) -> list[str]:
    parts = judge.compare(case["rows"], kubelet.play(case["scenario"]), case["scenario"])
    return [part for part, agrees in parts.items() if not agrees]


def test_as_many_recordings_agree_as_ever() -> None:
    judge = compare()
    wrong = {}
    files = sorted((GOLDEN / "kubelet").glob("*.json.gz"))
    for file in files:
        if found := flaws(json.loads(gzip.decompress(file.read_bytes())), judge):
            wrong[file.name] = found
    floor = json.loads((GOLDEN / "floors.json").read_text())["kubelet"]
    assert len(files) - len(wrong) >= floor, wrong


def test_a_recording_plays_the_same_twice() -> None:
    case = json.loads(gzip.decompress((GOLDEN / "kubelet" / "crash-loop-a.json.gz").read_bytes()))
    assert kubelet.play(case["scenario"], seed=7) == kubelet.play(case["scenario"], seed=7)
