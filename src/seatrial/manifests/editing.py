"""A suggested change as a diff of the user's own file: only the lines that it is about, comments and layout kept.

The operations are done on the text by `text_edit`. The edited text is then read again: where it does not mean what the
patched object says (a field that comes from an anchor, say), the object is written anew as a whole instead.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any, Protocol

from seatrial.manifests import lists, positions, writing, yaml_reader
from seatrial.manifests.documents import pieces
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


def diff_of(texts: Mapping[str, str], resource: Resource, change: Change) -> str:
    """The change as a unified diff of the file that the resource stands in; "" where that text is not there.

    A new object becomes a document at the end of that file.

    Raises:
        PatchError: where an operation does not fit the resource.
    """
    file = resource.place.file
    text = texts.get(file)
    return "".join(f"{line}\n" for line in _unified(text, edited(text, resource, change), file)) if text else ""


def edited(text: str, resource: Resource, change: Change) -> str:
    """The text of the resource's file with the change made.

    Raises:
        PatchError: where an operation does not fit the resource.
    """
    indent_lists = len(_INDENTED_LIST.findall(text)) > len(_FLUSH_LIST.findall(text))
    if change.operations:
        text = _patched(text, resource, change.operations, indent_lists)
    if change.create is not None:
        text += "" if text.endswith("\n") else "\n"
        text += "---\n" + writing.as_yaml(change.create, indent_lists=indent_lists)
    return text


def _patched(text: str, resource: Resource, operations: Sequence[Mapping[str, Any]], indent_lists: bool) -> str:
    piece = next((piece for piece in pieces(text) if piece.index == resource.place.document), None)
    if piece is None:
        raise PatchError(f"{resource.place}: the document is not there any more")
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
    return text[: piece.start] + document + text[piece.start + len(piece.text) :]


def _root(document: str, resource: Resource) -> Node:
    root = positions.tree_of(document)
    return root if resource.item is None else next(islice(positions.list_items(root), resource.item, None), root)


def _reads_as(document: str, resource: Resource, wanted: Mapping[str, Any]) -> bool:
    value = yaml_reader.read(document)
    if resource.item is not None:
        value = next(islice(lists.items_of(value), resource.item, None), None)
    return json.dumps(value, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def _unified(before: str, after: str, file: str) -> Iterator[str]:
    """A unified diff; only the part between the first and the last changed line is compared, as files may be long."""
    old, new = before.removesuffix("\n").split("\n"), after.removesuffix("\n").split("\n")
    shorter = min(len(old), len(new))
    same = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    tail = 0
    while tail < shorter - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first, kept = max(0, same - _CONTEXT), max(0, tail - _CONTEXT)
    prefixes = ("", "") if PurePath(file).is_absolute() else ("a/", "b/")
    from_name, to_name = (prefix + file for prefix in prefixes)
    window = old[first : len(old) - kept], new[first : len(new) - kept]
    for line in difflib.unified_diff(*window, from_name, to_name, n=_CONTEXT, lineterm=""):
        yield _HUNK.sub(lambda match: _shifted(match, first), line) if line.startswith("@@") else line


def _shifted(hunk: re.Match[str], lines: int) -> str:
    return f"@@ -{int(hunk[1]) + lines}{hunk[2] or ''} +{int(hunk[3]) + lines}{hunk[4] or ''} @@"
