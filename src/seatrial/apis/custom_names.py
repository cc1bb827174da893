"""Custom kinds by the names that kubectl takes: kind, plural, singular and short names of their definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.model.objects import dig

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """One served version of a custom kind, with its structural schema."""

    api_version: str
    kind: str
    schema: Schema


def named(written: str, definitions: Iterable[Mapping[str, Any]]) -> list[Named]:
    """What CustomResourceDefinitions serve under a name, the version that is stored first."""
    return [
        found
        for definition in definitions
        if written.lower() in _names(definition) or written.lower() == str(dig(definition, "metadata", "name")).lower()
        for found in _versions(definition)
    ]


def kinds(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The kinds that are described."""
    return [str(dig(definition, "spec", "names", "kind", default="")) for definition in definitions]


def _names(definition: Mapping[str, Any]) -> set[str]:
    names = dig(definition, "spec", "names", default={})
    listed = [names.get("kind"), names.get("plural"), names.get("singular"), *(names.get("shortNames") or ())]
    return {str(name).lower() for name in listed if name}


def _versions(definition: Mapping[str, Any]) -> Iterator[Named]:
    group, kind = dig(definition, "spec", "group"), dig(definition, "spec", "names", "kind", default="")
    versions = [version for version in dig(definition, "spec", "versions", default=[]) if isinstance(version, dict)]
    for version in sorted(versions, key=lambda version: not version.get("storage")):
        schema = dig(version, "schema", "openAPIV3Schema")
        if version.get("served") is not False and isinstance(schema, dict):
            yield Named(f"{group}/{version.get('name')}", str(kind), schema)
