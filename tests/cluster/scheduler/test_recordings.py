"""Every case recorded from kube-scheduler 1.34.1, pod by pod, against the floor that only rises."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.cluster.scheduler import case
from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.scheduler.profile import EVERY_NODE

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = sorted((GOLDEN / "scheduler").glob("*.json.gz"))


def played(file: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    document = json.loads(gzip.decompress(file.read_bytes()))
    return document["expected"]["pods"], case.replay(case.objects_of(document["case"]))["pods"]


def scores(entry: dict[str, Any]) -> dict[str, list[int]]:
    """Plugins that say nothing say 0 everywhere."""
    return {name: values for name, values in entry.get("scores", {}).items() if any(values)}


def rejected(entry: dict[str, Any]) -> list[tuple[str, list[str], list[int]]]:
    return sorted((r["plugin"], sorted(r["reasons"]), r["nodes"]) for r in entry.get("rejected", ()))


def same(want: dict[str, Any], got: dict[str, Any]) -> bool:
    plain = ("pod", "feasible", "total", "chosen", "preemption", "gated")
    return all(want.get(name) == got.get(name) for name in plain) and (scores(want), rejected(want)) == (
        scores(got),
        rejected(got),
    )


def test_no_fewer_pods_agree_than_before() -> None:
    floor = json.loads((GOLDEN / "floors.json").read_text())["scheduler"]
    right = 0
    for file in CASES:
        want, got = played(file)
        assert len(want) == len(got), file.name
        right += sum(same(w, g) for w, g in zip(want, got, strict=True))
    assert right >= floor


@pytest.mark.parametrize("file", CASES[::7], ids=lambda file: file.name.removesuffix(".json.gz"))
def test_without_a_report_the_choice_is_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick way, `choose`, takes the node that the report names."""
    reserve = Placing.reserve

    def checked(placing: Placing, pod: Any, info: Any, slot: int) -> None:
        assert placing.cycle.choose(info) == slot
        reserve(placing, pod, info, slot)

    monkeypatch.setattr(Placing, "reserve", checked)
    document = json.loads(gzip.decompress(file.read_bytes()))
    assert case.replay(case.objects_of(document["case"]), EVERY_NODE)["nodes"]
