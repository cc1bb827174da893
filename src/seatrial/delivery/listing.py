"""Lists the objects of a kind page by page, so that memory holds one page and the server is not overwhelmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.delivery.connection import JSON, OK, Connection
from seatrial.delivery.discovery import ServedKind

PAGE = 250
"""Objects of a page; kubectl and informers take 500."""
FORBIDDEN, EXPIRED = 403, 410


class Forbidden(Exception):
    """The user may not list a kind."""


def pages(
    connection: Connection, kind: ServedKind, namespace: str | None, accept: str = JSON
) -> Iterator[dict[str, Any]]:
    """The answers to a list, one after the other: `items`, or `rows` where `accept` asks for a table.

    A kind that the server does not list after all (it is gone, or the server behind it does not answer) has no pages.

    Raises:
        Forbidden: where the user may not list it.
        ClusterError: where the server cannot be reached any more.
    """
    query = {"limit": str(PAGE)}
    while True:
        answer = connection.get(kind.path(namespace), query, accept)
        if answer.status == FORBIDDEN:
            raise Forbidden(answer.message)
        going_on = str((answer.body.get("metadata") or {}).get("continue") or "")
        if answer.status == OK:
            yield answer.body
        elif answer.status != EXPIRED or query.get("continue") == going_on:
            return
        if not going_on:
            return
        # After EXPIRED this goes on from the same name in the present state, instead of in that of the first page.
        query["continue"] = going_on
