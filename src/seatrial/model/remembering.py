"""Remembers what follows from parts of objects, by their identity: they never change, so neither does what follows.

Thousands of pods share the spec of their template; what is worked out from it is worked out once. The parts are held
on to for as long as the answer is, so that no other object can get their identity.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST = 4096
"""Answers that are kept of one function; then it begins anew."""


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """A pure function of frozen dicts and lists (or None), called by position, that remembers its answers."""
    known: dict[tuple[int, ...], tuple[tuple[Any, ...], R]] = {}

    @wraps(function)
    def remembering(*args: P.args, **kwargs: P.kwargs) -> R:
        key = tuple(map(id, args))
        found = known.get(key)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[key] = (args, function(*args, **kwargs))
        return found[1]

    return remembering
