"""A suggested change as a diff of the user's own file: only the lines that it is about, comments and layout kept.

The operations are done on the text by `text_edit`. The edited text is then read again: where it does not mean what the
patched object says (a field that comes from an anchor, say), the object is written anew as a whole instead.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Any, Protocol

from seatrial.manifests import lists, positions, writing, yaml_reader
from seatrial.manifests.documents import pieces_of
from seatrial.manifests.json_patch import PatchError, apply_operations
from seatrial.manifests.positions import Node
from seatrial.manifests.resources import Resource
from seatrial.manifests.text_edit import CannotEdit, TextEdit

__all__ = ["PatchError", "apply_operations", "diff_of", "edited"]

_CONTEXT = 3
_INDENTED_LIST = re.compile(r"^( *)(?:- )?[^\s#-][^\n]*:[ \t]*\n(?:[ \t]*#.*\n)*\1 +- ", re.MULTILINE)
_FLUSH_LIST = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*\n(?:[ \t]*#.*\n)*\1- ", re.MULTILINE)
_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


class Change(Protocol):
    """JSON Patch operations on a resource, or a whole new object to create beside it."""

    @property
    def operations(self) -> Sequence[Mapping[str, Any]]:
        """RFC 6902 operations, paths from the object's root."""

    @property
    def create(self) -> Mapping[str, Any] | None:
        """The new object, or None."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """`text[start:end]` of a file becomes `new`; `line` is where `start` is, counted from 1."""

    start: int
    end: int
    new: str
    line: int


def diff_of(texts: Mapping[str, str], resource: Resource, change: Change) -> str:
    """The change as a unified diff of the file that the resource stands in; "" where that text is not there.

    A new object becomes a document at the end of that file.

    Raises:
        PatchError: where an operation does not fit the resource.
    """
    file = resource.place.file
    text = texts.get(file)
    if not text:
        return ""
    edits = _edits(text, resource, change)
    return "".join(f"{line}\n" for line in _unified(text, edits, file)) if edits else ""


def edited(text: str, resource: Resource, change: Change) -> str:
    """The text of the resource's file with the change made.

    Raises:
        PatchError: where an operation does not fit the resource.
    """
    return _applied(text, _edits(text, resource, change))


def _edits(text: str, resource: Resource, change: Change) -> list[_Edit]:
    """What the change does to the text, in the order of the text."""
    edits = []
    if change.operations:
        edits.append(_patched(text, resource, change.operations))
    if change.create is not None:
        ended = "" if text.endswith("\n") else "\n"
        document = f"{ended}---\n{writing.as_yaml(change.create, indent_lists=_indents_lists(text))}"
        edits.append(_Edit(len(text), len(text), document, text.count("\n") + 1))
    return edits


def _applied(text: str, edits: Sequence[_Edit], begin: int = 0, end: int | None = None) -> str:
    """The part of the text from `begin` to `end` with the edits made that stand in it."""
    parts = []
    for edit in edits:
        parts += [text[begin : edit.start], edit.new]
        begin = edit.end
    return "".join([*parts, text[begin:end]])


@lru_cache(maxsize=4)
def _indents_lists(text: str) -> bool:
    """Whether most lists of a file stand deeper than the key that they belong to."""
    return len(_INDENTED_LIST.findall(text)) > len(_FLUSH_LIST.findall(text))


def _patched(text: str, resource: Resource, operations: Sequence[Mapping[str, Any]]) -> _Edit:
    piece = pieces_of(text).get(resource.place.document)
    if piece is None:
        raise PatchError(f"{resource.place}: the document is not there any more")
    indent_lists = _indents_lists(text)
    wanted = apply_operations(resource.object, operations)
    document, value = piece.text, resource.object
    try:
        for operation in operations:
            document = TextEdit(document, _root(document, resource), value, indent_lists=indent_lists).do(operation)
            value = apply_operations(value, [operation])
        fine = _reads_as(document, resource, wanted)
    except (CannotEdit, yaml_reader.ReadError):
        fine = False
    if not fine:
        edit = TextEdit(piece.text, _root(piece.text, resource), resource.object, indent_lists=indent_lists)
        document = edit.replace_root(wanted)
    return _Edit(piece.start, piece.start + len(piece.text), document, piece.line)


def _root(document: str, resource: Resource) -> Node:
    root = positions.tree_of(document)
    return root if resource.item is None else next(islice(positions.list_items(root), resource.item, None), root)


def _reads_as(document: str, resource: Resource, wanted: Mapping[str, Any]) -> bool:
    value = yaml_reader.read(document)
    if resource.item is not None:
        value = next(islice(lists.items_of(value), resource.item, None), None)
    return json.dumps(value, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def _unified(text: str, edits: Sequence[_Edit], file: str) -> Iterator[str]:
    """A unified diff; only the lines from the first to the last that differs are compared, as files may be long."""
    begin, line = _lines_before(text, edits[0].start, edits[0].line)
    end = _lines_behind(text, edits[-1].end)
    old = text[begin:end].removesuffix("\n").split("\n")
    new = _applied(text, edits, begin, end).removesuffix("\n").split("\n")
    shorter = min(len(old), len(new))
    same = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    tail = 0
    while tail < shorter - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first, kept = max(0, same - _CONTEXT), max(0, tail - _CONTEXT)
    window = old[first : len(old) - kept], new[first : len(new) - kept]
    prefixes = ("", "") if PurePath(file).is_absolute() else ("a/", "b/")
    from_name, to_name = (prefix + file for prefix in prefixes)
    for shown in difflib.unified_diff(*window, from_name, to_name, n=_CONTEXT, lineterm=""):
        yield _HUNK.sub(lambda match: _shifted(match, line - 1 + first), shown) if shown.startswith("@@") else shown


def _lines_before(text: str, at: int, line: int) -> tuple[int, int]:
    """The start of the line _CONTEXT lines before the one that `at` is in, and its number."""
    begin = text.rfind("\n", 0, at) + 1
    for _ in range(_CONTEXT):
        if not begin:
            break
        begin, line = text.rfind("\n", 0, begin - 1) + 1, line - 1
    return begin, line


def _lines_behind(text: str, at: int) -> int:
    """The end of the line _CONTEXT lines behind the one that `at` is in."""
    for _ in range(_CONTEXT + 1):
        found = text.find("\n", at)
        if found < 0:
            return len(text)
        at = found + 1
    return at


def _shifted(hunk: re.Match[str], lines: int) -> str:
    return f"@@ -{int(hunk[1]) + lines}{hunk[2] or ''} +{int(hunk[3]) + lines}{hunk[4] or ''} @@"
