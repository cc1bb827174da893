"""Finds and reads the manifests that a user names, and makes the inventory of them.

Paths are files, folders (searched for .yaml, .yml and .json, hidden folders left out), globs, or `-` for standard
input. What has to be rendered first, `rendering` finds and renders.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from seatrial.manifests import documents, lists, rendering
from seatrial.manifests.counts import Counts
from seatrial.manifests.documents import Document, FileContent, Problem
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.limits import DEFAULT, Limits
from seatrial.manifests.rendering import Plan
from seatrial.manifests.resources import Resource
from seatrial.manifests.texts import Texts
from seatrial.model.objects import Object

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")
NOTHING_BEFORE: Mapping[str, FileContent] = {}
_AT_ONCE = 1 << 16
"""Bytes of the first read of a file: few manifests are larger, and asking for the size takes as long as reading."""
_THEN = 1 << 20


class InputError(Exception):
    """The user named something that cannot be read at all. The text is one line: place, what, what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the inventory, how much it was, and what could not be read.

    `problems` make the exit code 2; `notices` are worth a line on stderr and nothing more. `strays` are documents that
    kubectl would refuse, as they stand beside objects or were named themselves and are no objects (a list, a word).
    """

    inventory: Inventory
    counts: Counts
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    strays: tuple[Document, ...] = ()

    def described_by(self, definitions: tuple[Resource, ...]) -> Reading:
        """The same, with definitions of custom resources from elsewhere."""
        described = Inventory(
            self.inventory.resources, problems=self.problems, texts=self.texts, definitions=definitions
        )
        return replace(self, inventory=described)

    def values(self) -> list[Any]:
        """The values of all documents as they were written: lists not expanded, other YAML and empty documents kept."""
        return [document.value for document in self.documents]


def read(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    plain_yaml: bool = False,
    patches: bool = False,
    hidden: bool = False,
    limits: Limits = DEFAULT,
) -> Reading:
    """Read everything that `paths` name.

    Args:
        paths: Files, folders, globs, or `-`.
        stdin: What `-` reads; the process's standard input by default.
        plain_yaml: Cut documents as YAML does, not as kubectl does; see `documents.pieces`.
        patches: Also read files that a kustomization beside them uses as patches: they look like objects and are parts.
        hidden: Also look into folders whose names begin with a dot.
        limits: Bounds on hostile input.

    Raises:
        InputError: where a path does not exist, cannot be opened, or names no file to read.
    """
    planned = plan(paths, stdin=stdin, patches=patches, hidden=hidden, limits=limits)
    return read_planned(planned, paths, plain_yaml=plain_yaml, limits=limits)


def plan(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    patches: bool = False,
    hidden: bool = False,
    ignored: Sequence[str] = (),
    limits: Limits = DEFAULT,
) -> Plan:
    """What `read` is to read, with what had to be rendered and standard input, which is there only once.

    `ignored` are regular expressions; files whose paths match one are left out.

    Raises:
        InputError: where a path does not exist or names no file to read, or an expression is none.
    """
    named = [(path, _wanted(files_of(path, hidden=hidden), ignored)) for path in paths]
    made = rendering.plan(named, patches=patches, limits=limits)
    if STDIN in made.files:
        made.rendered[STDIN] = bytes_of(STDIN, stdin, limits)
    return made


def _wanted(files: Iterable[str], ignored: Sequence[str]) -> list[str]:
    try:
        patterns = [re.compile(pattern) for pattern in ignored]
    except re.error as error:
        raise InputError(f"{error.pattern!r}: no regular expression: {error.msg}; mend it") from None
    return [file for file in files if not any(pattern.search(file) for pattern in patterns)]


def read_planned(
    plan: Plan,
    paths: Sequence[str],
    *,
    plain_yaml: bool = False,
    limits: Limits = DEFAULT,
    before: Mapping[str, FileContent] = NOTHING_BEFORE,
) -> Reading:
    """Read the files of a plan, or of a share of it; `paths` are those that the user named.

    `before` are files that were read before, by `content_of`: they are not read again.

    Raises:
        InputError: where a file cannot be opened.
    """
    found: list[Document] = []
    problems: list[Problem] = list(plan.problems)
    kept: dict[str, str] = {}
    for file in plan.files:
        if file in plan.rendered:
            kept[file] = documents.decode(plan.rendered[file])
        read_of_file, broken = before.get(file) or documents.read(
            data_of(plan, file, limits), file, plain_yaml=plain_yaml, limits=limits
        )
        found += read_of_file
        problems += broken
    resources = tuple(resource for document in found for resource in expanded(document))
    skipped = len(plan.skipped) + sum(
        document.value is not None and not is_kubernetes(document.value) for document in found
    )
    counts = Counts(len(plan.files) + len(plan.skipped), len(found) + len(problems), len(resources), skipped)
    texts = Texts(plan.files, kept)
    inventory = Inventory(resources, problems=tuple(problems), texts=texts)
    strays = tuple(_strays(found, {*paths, *(resource.place.file for resource in resources)}))
    return Reading(inventory, counts, tuple(problems), tuple(plan.notices), texts, tuple(found), strays)


def data_of(plan: Plan, file: str, limits: Limits = DEFAULT) -> bytes:
    """The bytes of a file of a plan.

    Raises:
        InputError: where it cannot be opened.
    """
    data = plan.rendered.get(file)
    return bytes_of(file, limits=limits) if data is None else data


def _strays(found: Sequence[Document], files: set[str]) -> Iterator[Document]:
    for document in found:
        if document.value is not None and not isinstance(document.value, dict) and document.place.file in files:
            yield document


def is_kubernetes(value: Any) -> bool:
    """Whether a document is meant for Kubernetes: it has apiVersion and kind, or one of them and a metadata or spec."""
    if not isinstance(value, dict):
        return False
    named = ("apiVersion" in value) + ("kind" in value)
    return named == 2 or (named == 1 and ("metadata" in value or "spec" in value))


def expanded(document: Document) -> Iterator[Resource]:
    """The resources of a document: itself, or what its `items` hold."""
    if not is_kubernetes(document.value):
        return
    if not lists.is_list(document.value):
        yield Resource(Object(document.value), document.place)
        return
    for index, item in enumerate(lists.items_of(document.value)):
        if isinstance(item, dict):
            yield Resource(Object(item), document.place, index)


def files_of(path: str, *, hidden: bool = False) -> Iterator[str]:
    """The files that a path names, folders in alphabetical order.

    Raises:
        InputError: where there are none.
    """
    there = Path(path)
    if path == STDIN or there.is_file():
        yield path
    elif there.is_dir():
        found = list(_below("" if str(there) == "." else str(there), hidden))
        if not found:
            raise InputError(
                f"{path}: no .yaml, .yml or .json file in this folder; name the one that has the manifests"
            )
        yield from found
    elif there.exists():
        yield path  # a pipe, as `<(kustomize build .)` gives
    elif matches := sorted(glob.glob(path, recursive=True)):
        for match in matches:
            yield from files_of(match, hidden=hidden)
    else:
        raise InputError(f"{path}: no such file or folder; check the path")


def _below(folder: str, hidden: bool) -> Iterator[str]:
    """The manifests in a folder and below it, in the order of their paths' parts; links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
    except PermissionError:
        return
    for entry in entries:
        name = entry.name
        if name.startswith(".") and not hidden:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(os.path.join(folder, name), hidden)
        elif name.endswith(SUFFIXES) and name not in SUFFIXES and entry.is_file():
            yield os.path.join(folder, name)


def bytes_of(file: str, stdin: BinaryIO | None = None, limits: Limits = DEFAULT) -> bytes:
    """The bytes of a file or of standard input, one more than the limit at most.

    Raises:
        InputError: where it cannot be opened or read.
    """
    try:
        if file == STDIN:
            return (stdin or sys.stdin.buffer).read(limits.file_size + 1)
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            return _all_of(descriptor, limits.file_size + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}; check its permissions") from None


def _all_of(descriptor: int, most: int) -> bytes:
    """What a file or a pipe gives, up to `most` bytes; a quarter of the cost of a file object."""
    found = os.read(descriptor, min(most, _AT_ONCE))
    if not found:
        return found
    more = [found]
    while (room := most - sum(map(len, more))) > 0 and (found := os.read(descriptor, min(room, _THEN))):
        more.append(found)
    return b"".join(more) if len(more) > 1 else more[0]
