"""A live cluster as a source of manifests: what somebody would have written to get what is there now.

`LiveCluster.readings` gives the objects kind by kind and page by page, each page as a `Reading` of its own, for
commands that forget what they have judged; `LiveCluster.read` gives all at once. Places name the objects:
`context/namespace/Kind/name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from seatrial.apis import lifecycle, schemas
from seatrial.delivery import fleet, kubeconfig, listing, makers, redaction, server_fields, surroundings
from seatrial.delivery.connection import JSON, OK, Connection
from seatrial.delivery.discovery import ServedKind, discover
from seatrial.delivery.errors import ClusterError
from seatrial.delivery.live_texts import LiveTexts
from seatrial.delivery.told import DELETED, Told
from seatrial.manifests.counts import Counts
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.manifests.sources import Reading
from seatrial.model.objects import BUILT_IN_GROUPS, Key, Object

NODES = ServedKind("", "v1", "Node", "nodes", namespaced=False)
NAMESPACES = ServedKind("", "v1", "Namespace", "namespaces", namespaced=False)
DEFINITIONS = ServedKind(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
)


class LiveCluster:
    """The objects of a namespace, the context's own where none is named, or of the whole cluster where `everywhere`."""

    def __init__(self, context: str | None = None, namespace: str | None = None, *, everywhere: bool = False) -> None:
        """Sign in.

        Raises:
            ClusterError: where there is no such context, or no credentials for it.
        """
        self._connection = Connection(kubeconfig.sign_in(context))
        self._namespace = None if everywhere else namespace or self._connection.namespace
        self._told = Told()
        self._autoscaled: set[Key] = set()

    @property
    def namespace(self) -> str:
        """Where objects go that name no namespace."""
        return self._namespace or self._connection.namespace

    def __str__(self) -> str:
        where = f", namespace {self._namespace}" if self._namespace is not None else ""
        return f"context {self._connection.context}{where}"

    @cached_property
    def version(self) -> str:
        """The Kubernetes version that the cluster runs, as in `1.36`, or the nearest that there are schemas for.

        Raises:
            ClusterError: where the cluster cannot be reached.
        """
        said = self._connection.take("/version")
        numbers = [re.match(r"\d+", str(said.get(part))) for part in ("major", "minor")]
        version = tuple(int(number[0]) for number in numbers if number)
        return (
            lifecycle.shown(min(max((version[0], version[1]), schemas.FIRST), schemas.LAST))
            if len(version) == 2
            else ""
        )

    def read(self) -> Reading:
        """All that somebody wrote; of a single namespace also itself, and the classes that are named in it.

        Raises:
            ClusterError: where the cluster cannot be read, or the user may read nothing of it.
        """
        found: list[Resource] = []
        definitions: dict[str, Resource] = {}
        for reading in self.readings():
            found += reading.inventory
            definitions |= {each.name: each for each in reading.inventory.definitions}
        if self._namespace is not None:
            found += self._around(found)
        return _reading(found, definitions.values(), frozenset(kind.kind for kind in self._told.forbidden))

    def readings(self) -> Iterator[Reading]:
        """The same page by page, each with the definition of the custom resources in it, and nothing around them.

        Raises:
            ClusterError: as `read`.
        """
        kinds = [kind for kind in self._kinds if kind.namespaced or self._namespace is None]
        for kind in kinds:
            definitions: tuple[Resource, ...] | None = None
            for page in self._pages(kind, self._namespace):
                if page and definitions is None:
                    definitions = self._definitions_of(kind)
                yield _reading(page, definitions or ())
        if set(kinds) <= set(self._told.forbidden):
            raise ClusterError(f"{self}: you may list nothing there; choose another with -n or --context")

    def nodes(self) -> list[Resource]:
        """The nodes that are ready, without what troubled them; none where the user may not list them.

        Raises:
            ClusterError: where the cluster cannot be read.
        """
        try:
            pages = list(listing.pages(self._connection, NODES, None))
        except listing.Forbidden:
            self._told.forbidden.append(NODES)
            return []
        found = [_typed(item, NODES) for page in pages for item in page.get("items") or ()]
        ready = [node for node in found if fleet.is_ready(node)]
        self._told.not_ready = len(found) - len(ready)
        return [self._resource(fleet.at_rest(node)) for node in ready]

    def definitions(self) -> tuple[Resource, ...]:
        """All CustomResourceDefinitions: what manifests from elsewhere are judged by.

        Raises:
            ClusterError: where the cluster cannot be read.
        """
        return tuple(resource for page in self._pages(DEFINITIONS, None) for resource in page)

    def notices(self) -> list[str]:
        """What the user is to know of what was read so far, each line once."""
        told, self._told = self._told, Told()
        return [f"context {self._connection.context}: {line}" for line in told.lines()]

    @cached_property
    def _kinds(self) -> tuple[ServedKind, ...]:
        discovered = discover(self._connection)
        self._told.silent = discovered.silent
        written = (kind for kind in discovered.kinds if (kind.group, kind.kind) not in makers.NEVER_WRITTEN)
        # Autoscalers first: who they scale is to be known before these are read.
        return tuple(sorted(written, key=lambda kind: kind.kind != "HorizontalPodAutoscaler"))

    def _pages(self, kind: ServedKind, namespace: str | None) -> Iterator[list[Resource]]:
        """What somebody wrote of a kind; that the user may not see it is noted."""
        accept = redaction.TABLE if kind.resource == redaction.SECRETS else JSON
        try:
            for page in listing.pages(self._connection, kind, namespace, accept):
                yield [self._resource(obj) for obj in self._written(page, kind)]
        except listing.Forbidden:
            self._told.forbidden.append(kind)

    def _written(self, page: Mapping[str, Any], kind: ServedKind) -> Iterator[Object]:
        secret = kind.resource == redaction.SECRETS
        items = (_typed(item, kind) for item in page.get("items") or ())
        for obj in redaction.secrets_of(page, kind, self._connection) if secret else items:
            maker = makers.maker_of(obj) or (DELETED if obj.deleting else "")
            if maker:
                self._told.left_out[maker, kind.kind] += 1
            else:
                self._told.redacted += secret
                self._autoscaled |= server_fields.scaled_by(obj)
                yield server_fields.without(obj, autoscaled=obj.key in self._autoscaled)

    def _definitions_of(self, kind: ServedKind) -> tuple[Resource, ...]:
        """The definition of a custom kind; none of others, and where the user may not see it."""
        if kind.group in BUILT_IN_GROUPS:
            return ()
        found = self._one(DEFINITIONS, f"{kind.plural}.{kind.group}")
        return (found,) if found else ()

    def _around(self, found: list[Resource]) -> Iterator[Resource]:
        own = self._one(NAMESPACES, self._namespace or "")
        if own:
            yield own
        served = {kind.kind: kind for kind in self._kinds if kind.group in BUILT_IN_GROUPS}
        for kind, name in sorted(surroundings.classes_named(resource.object for resource in found)):
            named = self._one(served[kind], name) if kind in served else None
            if named:
                yield named

    def _one(self, kind: ServedKind, name: str) -> Resource | None:
        """One object that somebody wrote; None where it is not there, or not to be seen."""
        answer = self._connection.get(kind.path(name=name))
        obj = _typed(answer.body, kind)
        if answer.status != OK or makers.maker_of(obj):
            return None
        return self._resource(server_fields.without(obj))

    def _resource(self, obj: Object) -> Resource:
        steps = (self._connection.context, obj.namespace, obj.kind, obj.name)
        return Resource(obj, Place("/".join(step for step in steps if step), live=True))


def _typed(item: Mapping[str, Any], kind: ServedKind) -> Object:
    """An item of a list, whose type only the list names."""
    return Object({"apiVersion": kind.api_version, "kind": kind.kind, **item})


def _reading(
    resources: Sequence[Resource], definitions: Iterable[Resource], unseen: frozenset[str] = frozenset()
) -> Reading:
    texts = LiveTexts(resources)
    counts = Counts(documents=len(resources), resources=len(resources))
    inventory = Inventory(resources, texts=texts, definitions=tuple(definitions), unseen=unseen)
    return Reading(inventory, counts, texts=texts)
