"""Inventory: all resources of one run. Everything starts from it.

Findings about fields ask `locate` for the exact line; positions are computed only for files that are asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from seatrial.manifests import field_paths
from seatrial.manifests.documents import Piece, Problem, pieces_of
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.manifests.selecting import Selecting
from seatrial.manifests.workloads import WORKLOADS

if TYPE_CHECKING:
    from seatrial.manifests import positions


class Inventory:
    """Resources in the order read, indexed by key and kind.

    `definitions` are CustomResourceDefinitions that describe resources and are none of the run's own; `unseen` are
    kinds of which nobody knows what there is, as they could not be read.
    """

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        *,
        problems: tuple[Problem, ...] = (),
        texts: Mapping[str, str] | None = None,
        definitions: tuple[Resource, ...] = (),
        unseen: frozenset[str] = frozenset(),
    ) -> None:
        self.resources = tuple(resources)
        self.problems = problems
        self.definitions = definitions
        self.unseen = unseen
        self.texts: Mapping[str, str] = texts if texts is not None else {}
        self._positions: dict[tuple[str, int], tuple[Piece, positions.Node]] = {}

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, str], Resource]:
        return {resource.key: resource for resource in reversed(self.resources)}  # the first of a name counts

    @cached_property
    def _by_kind(self) -> defaultdict[str, list[Resource]]:
        found = defaultdict(list)
        for resource in self.resources:
            found[resource.object.key[0]].append(resource)
        return found

    def get(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The resource, or None."""
        return self._by_key.get((kind, namespace, name))

    def of_kind(self, *kinds: str) -> list[Resource]:
        """All resources of the kinds given, kind by kind."""
        return [resource for kind in kinds for resource in self._by_kind.get(kind, ())]

    @cached_property
    def services(self) -> Selecting:
        """The Services, by what they select."""
        return Selecting(self.of_kind("Service"))

    @cached_property
    def budgets(self) -> Selecting:
        """The PodDisruptionBudgets, by what they select."""
        return Selecting(self.of_kind("PodDisruptionBudget"))

    def workloads(self) -> list[Resource]:
        """Everything that makes pods, in the order of the files."""
        return [resource for resource in self.resources if resource.key[0] in WORKLOADS]

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def locate(self, resource: Resource, path: str) -> Place:
        """Where the field `path` of a resource stands, or the nearest field above it that is there.

        `path` is a field.Path: `spec.template.spec.containers[0].image`, `metadata.annotations[example.com/x]`; "" is
        the resource itself. Exact to line and column; the positions of a document are read once, when first asked
        for.
        """
        place = resource.place
        if place.live or place.file not in self.texts:
            return place
        piece, found = self._found(resource, path)
        at = found.at
        column = at.column + piece.column - 1 if at.line == 1 else at.column
        return replace(place, line=piece.line + at.line - 1, column=column)

    def extent(self, resource: Resource, path: str) -> tuple[int, int] | None:
        """From where to where in its file's text the value of the field `path` stands; None where it is not there."""
        if resource.place.file not in self.texts:
            return None
        piece, found = self._found(resource, path)
        return (piece.start + found.node.start, piece.start + found.node.end) if found.exact else None

    def _found(self, resource: Resource, path: str) -> tuple[Piece, positions.Found]:
        from seatrial.manifests import positions  # with PyYAML, which clean input does not need

        place = resource.place
        document = self._positions.get((place.file, place.document))
        if document is None:
            document = self._positions[place.file, place.document] = _positions_of(
                self.texts[place.file], place.document
            )
        piece, root = document
        if resource.item is not None:
            root = next(islice(positions.list_items(root), resource.item, None), root)
        return piece, positions.find(root, field_paths.parse(path))


def _positions_of(text: str, index: int) -> tuple[Piece, positions.Node]:
    from seatrial.manifests import positions

    piece = pieces_of(text).get(index) or Piece(index, 1, 0, "")
    return piece, positions.tree_of(piece.text)
