"""Virtual time: actions that take time, alone and side by side."""

from __future__ import annotations

from seatrial.cluster.clock import Clock


class Diary:
    """Notes what happens when."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.entries: list[tuple[str, float]] = []

    def note(self, what: str) -> None:
        self.entries.append((what, round(self.clock.now, 3)))

    def work(self) -> None:
        self.note("begins")
        self.clock.spend(2.0)
        self.note("goes on")
        self.clock.after(1.0, self.note, "follows")

    def act(self, seconds: float) -> None:
        self.note(f"takes {seconds:g}")
        self.clock.spend(seconds)

    def several(self) -> None:
        self.clock.side_by_side(self.act, [3.0, 1.0])
        self.note("all done")


def test_an_action_may_take_time_while_others_act() -> None:
    diary = Diary()
    diary.clock.at(10.0, diary.work)
    diary.clock.at(11.0, diary.note, "meanwhile")
    diary.clock.run(20.0)
    assert diary.entries == [("begins", 10.0), ("goes on", 12.0), ("meanwhile", 11.0), ("follows", 13.0)]
    assert diary.clock.now == 20.0


def test_what_begins_together_takes_as_long_as_the_longest() -> None:
    diary = Diary()
    diary.clock.at(5.0, diary.several)
    diary.clock.run(20.0)
    assert diary.entries == [("takes 3", 5.0), ("takes 1", 5.0), ("all done", 8.0)]
