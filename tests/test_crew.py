"""Work done side by side comes out as if one had done it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from seatrial import crew
from seatrial.crew import LostHand, side_by_side

HANDS = pytest.mark.parametrize("hands", [1, 2, 3, 50])


def squared(number: int) -> int:
    return number * number


def refused(number: int) -> int:
    if number % 10 == 7:
        raise ValueError(f"not {number}")
    return number


def vanishing(parent: int, sign: Path) -> None:
    """The other process ends at once; the one that asks waits for that in its first piece."""
    if os.getpid() != parent:
        sign.touch()
        os._exit(3)
    while not sign.exists():
        pass


@HANDS
@pytest.mark.parametrize("pieces", [0, 1, 2, 40])
def test_results_come_in_the_order_asked_for(hands: int, pieces: int) -> None:
    assert side_by_side([partial(squared, n) for n in range(pieces)], hands) == [n * n for n in range(pieces)]


def test_more_pieces_than_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_TICKETS", 7)
    assert side_by_side([partial(squared, n) for n in range(100)], 3) == [n * n for n in range(100)]


def test_large_results_are_handed_over() -> None:
    assert [len(text) for text in side_by_side([partial(str.ljust, "", 1_000_000)] * 6, 3)] == [1_000_000] * 6


@HANDS
def test_what_a_piece_raises_is_raised(hands: int) -> None:
    with pytest.raises(ValueError, match="not "):
        side_by_side([partial(refused, n) for n in range(30)], hands)


def test_a_process_that_is_lost_is_told(tmp_path: Path) -> None:
    with pytest.raises(LostHand, match="ended before its work did"):
        side_by_side([partial(vanishing, os.getpid(), tmp_path / "gone")] * 4, 2)
