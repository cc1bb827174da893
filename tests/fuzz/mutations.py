"""Spoilt objects: bytes choose an object and what is done to it, so that fuzzers and hypothesis can steer both."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 65536, 2**31, 2**63, -(2**63) - 1, 10**40, 0.5, -0.0, 1e308, 1e-320,
    "", " ", "a", "A.b/C", "-", "\0", "\n", "\ud800", "é\u202e\U0001f600", "a" * 64, "x/" * 200, "a.b." * 100,
    "1Gi", "-1m", "50%", "-5%", "101%", "9" * 40 + "Gi", "1e18", "1e1000000000", "1e-1000000000", "0x10", "1.5.5",
    "10.0.0.1", "::ffff:1.2.3.4", "10.0.0.0/33", "2026-02-30T00:00:00Z", "1h", "*/5 * * * *", "@every 1s", "60 * * * *",
    "$(A)", "${A}", "..", "/../a", "http://", "nginx@sha256:abc", ":latest", "a:b:c", "[", "(", "(?<a", "spec",
    [], {}, [[]], [None], [0, "a"], {"": None}, {"a": {}}, [{}], {"matchLabels": None}, [{"name": None}], {"name": [1]},
)  # fmt: skip
"""Values that somebody may have forgotten."""


class Choices:
    """Numbers out of bytes; zeros when they are used up, so that every input means something."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, count: int) -> int:
        """One of `count`."""
        size = 1 if count <= 256 else 2
        number = int.from_bytes(self._data[self._at : self._at + size], "big")
        self._at += size
        return number % max(count, 1)

    def left(self) -> bool:
        """Whether bytes are left."""
        return self._at < len(self._data)


def spoilt(data: bytes, seeds: Sequence[dict[str, Any]], most: int = 8) -> dict[str, Any]:
    """One of the seeds with up to `most` changes."""
    choices = Choices(data)
    obj: dict[str, Any] = copy.deepcopy(seeds[choices.below(len(seeds))])
    for _ in range(most):
        if not choices.left():
            break
        _spoil(obj, choices)
    return obj


def _spoil(obj: dict[str, Any], choices: Choices) -> None:
    holder, step = _somewhere(obj, choices)
    if step is None:
        return
    match choices.below(6):
        case 0:
            del holder[step]
        case 1:
            other, from_there = _somewhere(obj, choices)
            if from_there is not None:
                holder[step] = copy.deepcopy(other[from_there])
        case 2 if isinstance(holder, dict):
            holder[f"{step}x" if choices.below(2) else str(step).upper()] = holder.pop(step)
        case 3 if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[step]))
        case 4:
            holder[step] = [holder[step]] if choices.below(2) else {"name": holder[step]}
        case _:
            holder[step] = copy.deepcopy(ODD[choices.below(len(ODD))])


def _somewhere(obj: dict[str, Any], choices: Choices) -> tuple[Any, Any]:
    """A collection in the object and a key or index of it; None where it is empty."""
    holder: Any = obj
    while True:
        steps = sorted(holder, key=str) if isinstance(holder, dict) else range(len(holder))
        if not steps:
            return holder, None
        step = steps[choices.below(len(steps))]
        if not isinstance(holder[step], dict | list) or choices.below(4) == 0:
            return holder, step
        holder = holder[step]
