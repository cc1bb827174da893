"""Does independent pieces of work side by side, in forked processes that share what was there before.

The results do not depend on how many hands there are: each piece starts from the same state, and they are put together
in the order asked for. The process that asks lends a hand itself; a pool of `concurrent.futures` would not, and takes
as long to import as a thousand manifests to read.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Done = list[tuple[int, Any]]
"""Pieces that a hand has done, by number, with their results; the last may be an exception that ended its work."""

_TICKETS = 2_000
"""Tickets at most: they wait in a pipe, the smallest of which hold 16 KiB."""
_TICKET = 4
"""Bytes of a ticket: the number of the first of its pieces. So few are read as one, whoever else reads."""


class LostHand(RuntimeError):
    """A process ended before its work did: it was killed, or there was no memory left."""


def side_by_side(pieces: Sequence[Callable[[], T]], hands: int) -> list[T]:
    """The results of all pieces, in order. With one hand, or where the system cannot fork, one after another.

    Pieces need not be picklable, their results must.

    Raises:
        LostHand: where a process ended before its work did.
        Exception: what a piece raised, of several the first in order that was tried.
    """
    hands = min(hands, len(pieces))
    if hands <= 1 or not hasattr(os, "fork"):
        return [piece() for piece in pieces]
    tickets = _Tickets(len(pieces))
    mates = [_Mate(pieces, tickets) for _ in range(hands - 1)]
    done = _work(pieces, tickets)
    for mate in mates:
        done += mate.done()
    tickets.close()
    done.sort(key=lambda numbered: numbered[0])
    for _, result in done:
        if isinstance(result, Exception):
            raise result
    return [result for _, result in done]


class _Tickets:
    """A queue for several processes: each ticket is a number of pieces in a row, and goes to one of them."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces
        self._each = -(-pieces // _TICKETS)
        self._out, into = os.pipe()
        for first in range(0, pieces, self._each):
            os.write(into, first.to_bytes(_TICKET, "big"))
        os.close(into)

    def __iter__(self) -> Iterator[range]:
        while ticket := os.read(self._out, _TICKET):
            first = int.from_bytes(ticket, "big")
            yield range(first, min(first + self._each, self._pieces))

    def tear_up(self) -> None:
        """Leave nothing to do for anybody."""
        for _ in self:
            pass

    def close(self) -> None:
        os.close(self._out)


class _Mate:
    """A forked process that works until no ticket is left and then hands over all that it has done."""

    def __init__(self, pieces: Sequence[Callable[[], Any]], tickets: _Tickets) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._out, into = os.pipe()
        self._process = os.fork()
        if not self._process:
            _serve(pieces, tickets, into)
        os.close(into)

    def done(self) -> Done:
        """What it has done, once it is ready."""
        with open(self._out, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._process, 0)
        if status:
            raise LostHand(f"a process that was to help ended before its work did (status {status})")
        done: Done = pickle.loads(data)
        return done


def _serve(pieces: Sequence[Callable[[], Any]], tickets: _Tickets, into: int) -> None:
    """What a forked process does; it ends here, without what its parent has yet to do at its own end."""
    code = 1
    try:
        data = pickle.dumps(_work(pieces, tickets), pickle.HIGHEST_PROTOCOL)
        with open(into, "wb") as stream:
            stream.write(data)
        code = 0
    finally:
        os._exit(code)


def _work(pieces: Sequence[Callable[[], Any]], tickets: _Tickets) -> Done:
    done: Done = []
    for numbers in tickets:
        for number in numbers:
            try:
                done.append((number, pieces[number]()))
            except Exception as error:
                done.append((number, error))
                tickets.tear_up()
                return done
    return done
