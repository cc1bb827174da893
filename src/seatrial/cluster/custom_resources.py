"""Custom resources at the API server: judged by the definitions in the store, with defaults (apiextensions-apiserver).

`apis.custom_resources` says what is wrong; here its kinds are kept for as long as their definitions are the same.
"""

from __future__ import annotations

from typing import Any

from seatrial.apis import custom_resources
from seatrial.apis.custom_resources import CustomKind, Served
from seatrial.cluster import errors
from seatrial.cluster.store import Store
from seatrial.model.objects import BUILT_IN_GROUPS, Object, evolve, group_of, kind_of

DEFINITION = "CustomResourceDefinition"


class KnownDefinitions:
    """What definitions serve, by their identity; forks of a cluster share it, as definitions do not change."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Object, dict[tuple[str, str], Served]]] = {}
        """Each definition is kept beside what it serves, so that its identity stays its own."""

    def __deepcopy__(self, memo: dict[int, Any]) -> KnownDefinitions:
        return self

    def served_by(self, definition: Object) -> dict[tuple[str, str], Served]:
        """(apiVersion, kind) to what a definition serves."""
        known = self._known.get(id(definition))
        if known is None:
            known = self._known[id(definition)] = (definition, custom_resources.kinds_of(definition))
        return known[1]


class CustomResources:
    """What a custom resource goes through on its way into the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._definitions = KnownDefinitions()

    def admit(self, new: Object, old: Object | None) -> Object:
        """The object to store: with defaults, without what its schema does not know. Other kinds pass as they are.

        Raises:
            errors.Invalid: where the schema or one of its rules speaks against it.
        """
        if group_of(str(new.get("apiVersion") or "")) in BUILT_IN_GROUPS:
            return new
        known = self._kind(str(new["apiVersion"]), new.kind)
        if known is None:
            return new
        examined = known.examine(new, strict=False, old=old)
        if examined.violations:
            told = "; ".join(map(str, examined.violations))
            raise errors.Invalid(f'{kind_of(new)} "{new.name}" is invalid: {told}')
        completed = known.complete(dict(new))
        return evolve(new, **{name: value for name, value in completed.items() if value is not new.get(name)})

    def _kind(self, api_version: str, kind: str) -> CustomKind | None:
        for definition in self._store.list(DEFINITION):
            served = self._definitions.served_by(definition).get((api_version, kind))
            if served is not None:
                return served.schema()
        return None
