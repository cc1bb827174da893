"""Resource: one Kubernetes object with the place it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.manifests.places import Place
from seatrial.model.objects import Object


@dataclass(frozen=True, slots=True)
class Resource:
    """One object as it was read; `item` is its place inside a `List`, or None."""

    object: Object
    place: Place
    item: int | None = None

    @property
    def kind(self) -> str:
        """The object's kind."""
        return self.object.kind

    @property
    def name(self) -> str:
        """The object's name."""
        return self.object.name

    @property
    def namespace(self) -> str:
        """The namespace it will live in: `default` where a namespaced object names none, "" for cluster-scoped ones."""
        from seatrial.apis import kinds

        return (self.object.namespace or "default") if kinds.is_namespaced(self.object) else ""

    @property
    def spec(self) -> dict[str, Any]:
        """The object's spec."""
        return self.object.spec

    @property
    def key(self) -> tuple[str, str, str]:
        """(kind, namespace, name) as the virtual cluster will know it."""
        return (self.object.key[0], self.namespace, self.name)
