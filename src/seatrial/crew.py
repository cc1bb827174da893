"""Does independent pieces of work side by side, in forked processes that share what was there before.

The results do not depend on how many hands there are: each piece starts from the same state, and they are put together
in the order asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_pieces: Sequence[Callable[[], Any]] = ()
"""What a forked process finds to do, by number: the pieces themselves need not be picklable, their results must."""


def side_by_side(pieces: Sequence[Callable[[], T]], hands: int) -> list[T]:
    """The results of all pieces, in order. With one hand, or where the system cannot fork, one after another."""
    if hands <= 1 or len(pieces) <= 1:
        return [piece() for piece in pieces]
    import multiprocessing  # slow to import both, and small work goes without
    from concurrent.futures import ProcessPoolExecutor

    if "fork" not in multiprocessing.get_all_start_methods():
        return [piece() for piece in pieces]
    global _pieces
    _pieces = pieces
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(min(hands, len(pieces)), mp_context=context) as pool:
            return list(pool.map(_do, range(len(pieces))))
    finally:
        _pieces = ()


def _do(number: int) -> Any:
    return _pieces[number]()
