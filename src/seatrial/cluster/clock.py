"""Virtual time: a heap of `(time, priority, sequence, timer)`, and nothing else decides the order of events.

Everything that happens in a cluster happens in a timer's action. Two rules make runs repeatable and clusters forkable:
actions are bound methods with plain arguments (a closure would keep pointing into the cluster it was made in), and
equal times are told apart by priority, then by the order in which they were set.

An action is one step, but it may `spend` time: what it does after that carries a later time, and so do the timers that
it sets. What others do meanwhile runs after it, at its own time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from seatrial.cluster import collecting
from seatrial.model import objects

T = TypeVar("T")
STORM = 2_000_000
"""So many events without time moving on mean that something triggers itself."""


class Storm(RuntimeError):
    """Time stands still: events go on triggering each other at one instant."""


class Timer:
    """An action that is due at a time; `cancel` takes it back."""

    __slots__ = ("action", "args", "cancelled", "time")

    def __init__(self, time: float, action: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.time = time
        self.action = action
        self.args = args
        self.cancelled = False

    def cancel(self) -> None:
        """Take the action back; harmless when it has already run."""
        self.cancelled = True


class Clock:
    """Seconds of virtual time since `model.objects.EPOCH`, and what is due when."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, int, Timer]] = []
        self._sequence = 0
        self._present = 0
        self._still = 0

    def turn(self) -> int:
        """A place among what is due at one time, for a timer that is perhaps set later."""
        self._sequence += 1
        return self._sequence

    def is_past(self, time: float, turn: int) -> bool:
        """Whether what was due at `time` in that turn would have run by now."""
        return (time, turn) <= (self.now, self._present)

    def at(self, time: float, action: Callable[..., None], *args: Any, priority: int = 0, turn: int = 0) -> Timer:
        """Run `action(*args)` at `time`, or at once (after what is already due) where that has passed.

        `turn` is the place that was kept for it, else it is the last of its time.
        """
        timer = Timer(max(time, self.now), action, args)
        heapq.heappush(self._heap, (timer.time, priority, turn or self.turn(), timer))
        return timer

    def after(self, delay: float, action: Callable[..., None], *args: Any, priority: int = 0) -> Timer:
        """Run `action(*args)` `delay` seconds from now."""
        return self.at(self.now + delay, action, *args, priority=priority)

    def spend(self, seconds: float) -> None:
        """The action that runs has been at it for so many seconds more."""
        self.now += seconds

    def side_by_side(self, act: Callable[[T], object], items: Iterable[T]) -> None:
        """Call `act` for each item, all beginning now: together they take as long as the longest."""
        began = latest = self.now
        for item in items:
            self.now = began
            act(item)
            latest = max(latest, self.now)
        self.now = latest

    def peek(self) -> float:
        """When the next action is due; infinity when nothing is."""
        while self._heap and self._heap[0][3].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else float("inf")

    def step(self) -> None:
        """Move to the next due action and run it.

        Raises:
            Storm: when `STORM` actions have run without time moving on.
        """
        time, _, turn, timer = heapq.heappop(self._heap)
        if timer.cancelled:
            return
        self._still = self._still + 1 if time == self.now else 0
        if self._still > STORM:
            raise Storm(f"{STORM:,} events at {self.now:.3f} s, the last by {timer.action.__qualname__}")
        self.now = time
        self._present = turn
        timer.action(*timer.args)
        self.now = time

    def run(self, until: float) -> None:
        """Run all that is due up to and including `until`, and leave the clock there."""
        with collecting.rarely():
            while self.peek() <= until:
                self.step()
        self.now = max(self.now, until)

    def timestamp(self) -> str:
        """The present as RFC 3339 with whole seconds."""
        return objects.timestamp(self.now)
