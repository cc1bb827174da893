"""What follows from frozen parts is worked out once for each part, told apart by identity."""

from __future__ import annotations

from typing import Any

from seatrial.model import remembering
from seatrial.model.remembering import remembered

asked: list[Any] = []


@remembered
def size(part: list[int] | None, other: list[int] | None = None) -> int:
    asked.append((part, other))
    return len(part or ()) + len(other or ())


def test_the_same_part_is_asked_about_once() -> None:
    asked.clear()
    part = [1, 2, 3]
    assert [size(part), size(part)] == [3, 3]
    assert len(asked) == 1


def test_equal_parts_are_not_the_same() -> None:
    asked.clear()
    one, other = [1], [1]
    assert [size(one), size(other), size(one, other), size(other, one)] == [1, 1, 2, 2]
    assert len(asked) == 4


def test_a_part_keeps_its_identity_for_as_long_as_its_answer_is_kept() -> None:
    answers = [(n % 7, size([0] * (n % 7))) for n in range(3 * remembering.MOST)]
    assert all(length == found for length, found in answers)
