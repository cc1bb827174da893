"""Finds and reads the manifests that a user names, and makes the inventory of them.

Paths are files, folders (searched for .yaml, .yml and .json, hidden folders left out), globs, or `-` for standard input.
"""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from seatrial.manifests import documents
from seatrial.manifests.documents import Document, Problem
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.limits import DEFAULT, Limits
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")


class InputError(Exception):
    """The user named something that cannot be read at all. The text is one line: place, what, what to do."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read; `skipped` counts documents that are no Kubernetes objects."""

    files: int = 0
    documents: int = 0
    resources: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the inventory, how much it was, and what could not be read.

    `problems` make the exit code 2; `notices` are worth a line on stderr and nothing more.
    """

    inventory: Inventory
    counts: Counts
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()

    def values(self) -> list[Any]:
        """The values of all documents as they were written: lists not expanded, other YAML and empty documents kept."""
        return [document.value for document in self.documents]


def read(
    paths: Sequence[str], *, stdin: BinaryIO | None = None, plain_yaml: bool = False, limits: Limits = DEFAULT
) -> Reading:
    """Read everything that `paths` name.

    Raises:
        InputError: where a path does not exist, cannot be opened, or names no file to read.
    """
    files = list(dict.fromkeys(file for path in paths for file in _files_of(path)))
    read_documents: list[Document] = []
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for file in files:
        data = _bytes_of(file, stdin, limits)
        found, broken = documents.read(data, file, plain_yaml=plain_yaml, limits=limits)
        read_documents += found
        problems += broken
        texts[file] = documents.decode(data[: limits.file_size])
    resources = tuple(resource for document in read_documents for resource in expanded(document))
    skipped = sum(1 for document in read_documents if document.value is not None and not is_kubernetes(document.value))
    counts = Counts(len(files), len(read_documents) + len(problems), len(resources), skipped)
    inventory = Inventory(resources, problems=tuple(problems), texts=texts)
    return Reading(inventory, counts, tuple(problems), texts=texts, documents=tuple(read_documents))


def is_kubernetes(value: Any) -> bool:
    """Whether a document is meant for Kubernetes: it has both apiVersion and kind, or one of them and a metadata or spec."""
    if not isinstance(value, dict):
        return False
    named = ("apiVersion" in value) + ("kind" in value)
    return named == 2 or (named == 1 and ("metadata" in value or "spec" in value))


def expanded(document: Document) -> Iterator[Resource]:
    """The resources of a document: itself, or what its `items` hold where it is a list (unstructured decoding of lists)."""
    if not is_kubernetes(document.value):
        return
    items = document.value.get("items")
    if not isinstance(items, list):
        yield Resource(Object(document.value), document.place)
        return
    for index, item in enumerate(_items(document.value, items)):
        yield Resource(Object(item), document.place, index)


def _items(parent: Mapping[str, Any], items: Sequence[Any]) -> Iterator[dict[str, Any]]:
    kind = str(parent.get("kind", "")).removesuffix("List")
    for item in items:
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("items"), list):
            yield from _items(item, item["items"])
        elif kind and not item.get("kind") and not item.get("apiVersion"):
            yield {"apiVersion": parent.get("apiVersion"), "kind": kind, **item}
        else:
            yield item


def _files_of(path: str) -> Iterator[str]:
    if path == STDIN:
        yield path
        return
    there = Path(path)
    if there.is_dir():
        found = [str(file) for file in sorted(there.rglob("*")) if file.suffix in SUFFIXES and _visible(file, there)]
        if not found:
            raise InputError(
                f"{path}: no .yaml, .yml or .json file in this folder; name the folder that has the manifests"
            )
        yield from found
    elif there.exists():
        yield path
    elif matches := sorted(glob.glob(path, recursive=True)):
        for match in matches:
            yield from _files_of(match)
    else:
        raise InputError(f"{path}: no such file or folder; check the path")


def _visible(file: Path, below: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(below).parts) and file.is_file()


def _bytes_of(file: str, stdin: BinaryIO | None, limits: Limits) -> bytes:
    try:
        if file == STDIN:
            return (stdin or sys.stdin.buffer).read(limits.file_size + 1)
        with open(file, "rb") as stream:
            return stream.read(limits.file_size + 1)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}; check its permissions") from None
