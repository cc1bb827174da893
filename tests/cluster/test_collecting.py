"""The collector of cycles rests while time runs, and is then as it was."""

from __future__ import annotations

import gc

import pytest

from seatrial.cluster.clock import Clock
from seatrial.cluster.collecting import THRESHOLDS


@pytest.mark.parametrize(
    ("before", "within"), [((700, 10, 10), THRESHOLDS), ((0, 5, 5), (0, 5, 5)), ((99_999, 1, 1), (99_999, 1, 1))]
)
def test_thresholds(before: tuple[int, int, int], within: tuple[int, int, int]) -> None:
    seen: list[tuple[int, int, int]] = []

    def look() -> None:
        seen.append(gc.get_threshold())

    usual = gc.get_threshold()
    try:
        gc.set_threshold(*before)
        clock = Clock()
        clock.after(1.0, look)
        clock.run(2.0)
        assert (seen, gc.get_threshold()) == ([within], before)
    finally:
        gc.set_threshold(*usual)
