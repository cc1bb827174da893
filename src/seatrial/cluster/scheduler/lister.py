"""Where the scheduler finds objects that are neither nodes nor pods: claims, volumes, Services, owners, namespaces."""

from __future__ import annotations

from typing import Protocol

from seatrial.model.objects import Object


class Lister(Protocol):
    """A cluster's store, or anything that answers as it does."""

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object, or None."""

    def list(self, kind: str, namespace: str | None = None) -> list[Object]:
        """All objects of a kind, of one namespace where one is given."""
