"""The texts that live objects would have as manifests, made when somebody asks: changes are shown as diffs of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from seatrial.manifests import writing
from seatrial.manifests.resources import Resource


class LiveTexts(Mapping[str, str]):
    """Place to YAML; `others` are texts that are there already."""

    def __init__(self, resources: Iterable[Resource], others: Mapping[str, str] | None = None) -> None:
        self._objects = {resource.place.file: resource.object for resource in resources}
        self._others: Mapping[str, str] = others if others is not None else {}

    def __getitem__(self, file: str) -> str:
        obj = self._objects.get(file)
        return self._others[file] if obj is None else writing.as_yaml(obj)

    def __iter__(self) -> Iterator[str]:
        yield from self._others
        yield from self._objects

    def __len__(self) -> int:
        return len(self._others) + len(self._objects)
