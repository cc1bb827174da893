"""From the bytes of a file to its documents, cut and read as kubectl does (apimachinery pkg/util/yaml, 1.34).

`decode` makes text of bytes, `pieces` cuts it, `read` gives the values. A document that cannot be read becomes a
`Problem` with its line; the others are read all the same, where kubectl would stop.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seatrial.manifests import yaml_reader
from seatrial.manifests.limits import DEFAULT, Limits
from seatrial.manifests.places import Place

_SEPARATOR = re.compile(r"---(?<![^\n]---).*")  # `^---.*` of several lines; with the dashes first it is found faster
_PLAIN_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z).*$", re.MULTILINE)
_ONLY_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#.*)?\n)*(?:%.*\n(?:[ \t]*(?:#.*)?\n)*)+")
_LEADING_COMMENTS = re.compile(r"(?:[ \t]*(?:#.*)?\n|---.*\n)+")
_SURROGATE_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_SPACE = re.compile(r"[ \t\r\n]*")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SNIFFED = 8192
"""How many bytes are looked at to tell binary data."""

_UNREAD: Any = object()

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and what to do about it."""

    place: Place
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; {self.advice}"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: what Kubernetes would see of it, and the place of its first line that is no comment.

    `repeated` holds the keys that the strict reader refuses; their lines count from `first_line`, where the text
    begins. `duplicates` are the paths of those keys where the document is JSON, in the same order: the API server is
    sent JSON as it is written, and refuses them.
    """

    place: Place
    value: Any
    first_line: int = 1
    repeated: tuple[yaml_reader.Repeated, ...] = ()
    duplicates: tuple[FieldPath, ...] = ()


FileContent = tuple[list[Document], list[Problem]]
"""All documents of a file that can be read, and what cannot."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one document, and the line and the offset in the file's text where it begins.

    `refused` says why kubectl takes none of it; `value` is there already where the piece was read as JSON;
    `repeats` tells whether that has a key twice in one object.
    """

    index: int
    line: int
    start: int
    text: str
    column: int = 1
    refused: str = ""
    value: Any = _UNREAD
    repeats: bool = False


def decode(data: bytes) -> str:
    """Text from bytes as kubectl's file reader does it: a byte order mark decides, else UTF-8, bad bytes as U+FFFD.

    Line ends become LF; lone carriage returns stay, as they end lines in YAML.
    """
    if data.startswith(codecs.BOM_UTF8):
        text = data[3:].decode("utf-8", "replace")
    elif data.startswith(_UTF16_MARKS):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n") if "\r\n" in text else text


def read(data: bytes, file: str, *, plain_yaml: bool = False, limits: Limits = DEFAULT) -> FileContent:
    """All documents of a file that can be read, and what cannot.

    `file` is the name that places carry. Empty documents are there too, with the value None.
    """
    if problem := _unreadable(data, file, limits):
        return [], [problem]
    found: list[Document] = []
    problems: list[Problem] = []
    for piece in pieces(decode(data), plain_yaml=plain_yaml):
        if piece.index >= limits.documents:
            message = f"more documents in one file than the limit of {limits.documents}"
            problems.append(Problem(Place(file, piece.line), message, "split the file"))
            break
        try:
            found.append(_document(piece, file, limits))
        except yaml_reader.ReadError as error:
            problems.append(_problem(error, piece, file))
    return found, problems


def _unreadable(data: bytes, file: str, limits: Limits) -> Problem | None:
    if len(data) > limits.file_size:
        message = f"larger than the limit of {limits.file_size} bytes for one file"
        return Problem(Place(file), message, "split the file")
    if b"\0" in data[:_SNIFFED] and not data.startswith(_UTF16_MARKS):
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Problem(Place(file, line), "binary data, not YAML or JSON", "name the manifests, or delete the NUL byte")
    return None


def _document(piece: Piece, file: str, limits: Limits) -> Document:
    line, column = piece.line, piece.column
    if piece.value is not _UNREAD:
        place = Place(file, line, column, piece.index)
        if not piece.repeats:
            return Document(place, piece.value, line)
        twice = tuple(_twice(json.loads(piece.text, object_pairs_hook=_Pairs), ()))
        return Document(place, piece.value, line, _repeated_in_json(piece.text, limits), twice)
    if piece.refused:
        raise yaml_reader.ReadError(piece.refused, 1, 4)
    value, repeated = yaml_reader.read_noting_repeats(piece.text, limits=limits)
    if value is not None and (comments := _LEADING_COMMENTS.match(piece.text)):
        line += comments[0].count("\n")
    return Document(Place(file, line, column, piece.index), value, piece.line, repeated)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with all its keys."""


def _twice(value: Any, path: FieldPath) -> Iterator[FieldPath]:
    """The paths of keys that an object has already, in the order of the text."""
    if not isinstance(value, list):
        return
    seen: set[str | int] = set()
    steps: Iterable[tuple[str | int, Any]] = value if isinstance(value, _Pairs) else enumerate(value)
    for step, below in steps:
        if step in seen:
            yield (*path, step)
        seen.add(step)
        yield from _twice(below, (*path, step))


def _repeated_in_json(text: str, limits: Limits) -> tuple[yaml_reader.Repeated, ...]:
    r"""Where a JSON object repeats keys: the YAML reader keeps lines, and JSON with the rare `\/` goes without."""
    try:
        return yaml_reader.read_noting_repeats(text, limits=limits)[1]
    except yaml_reader.ReadError:
        return ()


def _problem(error: yaml_reader.ReadError, piece: Piece, file: str) -> Problem:
    lines = piece.text.count("\n") or 1  # libyaml may point behind the last line
    place = Place(file, piece.line + min(error.line or 1, lines) - 1, error.column, piece.index)
    advice = error.advice or "mend the YAML there"
    if "{{" in piece.text:
        advice = "render the template first, or quote what stands in {{ }}"
    return Problem(place, error.message, advice)


def pieces(text: str, *, plain_yaml: bool = False) -> Iterator[Piece]:
    """The documents of a file, cut but not read, except for the JSON that it begins with (YAMLOrJSONDecoder.Decode).

    A file whose first sign is `{` is tried as JSON. After at most one object that is followed by something else, the
    rest is YAML: `{a: 1}` is no JSON, and one JSON object may be the first of several YAML documents.
    """
    index, start = 0, 0
    if text.lstrip().startswith("{"):
        for piece, end in _json_pieces(text):
            yield piece
            index, start = index + 1, end
        start = _behind_line_end(text, start)
        if not text[start:].strip():
            return
    line = 1 + text.count("\n", 0, start)
    yield from _cut(text, start, index, line, plain_yaml)


@lru_cache(maxsize=4)
def pieces_of(text: str) -> Mapping[int, Piece]:
    """The documents of a file by their index; kept, as what is looked for in a file comes document by document."""
    return {piece.index: piece for piece in pieces(text)}


def _cut(text: str, start: int, index: int, line: int, plain_yaml: bool) -> Iterator[Piece]:
    """The documents as YAMLReader.Read cuts them: at each line that begins with `---`, wherever it stands.

    kubectl allows only blanks and a comment behind the dashes. With `plain_yaml` the separators are those of YAML:
    content may follow them, and directives stay with their document. A separator with nothing before it stays in the
    document.
    """
    if text and not plain_yaml and not text.endswith("\n"):
        text += "\n"  # kubectl's line reader does
    counted = start
    refused = ""
    for match in (_PLAIN_SEPARATOR if plain_yaml else _SEPARATOR).finditer(text, start):
        if plain_yaml and _ONLY_DIRECTIVES.fullmatch(text, start, match.start()):
            continue
        behind = match[0][3:].strip()
        content = behind != "" and not behind.startswith("#")
        if match.start() > start:
            yield Piece(index, line, start, text[start : match.start()], refused=refused)
            index += 1
            start = match.start() if content else match.end() + 1
            line += text.count("\n", counted, start)
            counted = start
        refused = f"invalid document separator: {behind[:60]}" if content and not plain_yaml else ""
    if start < len(text):
        yield Piece(index, line, start, text[start:], refused=refused)


def _json_pieces(text: str) -> Iterator[tuple[Piece, int]]:
    """The JSON objects at the start of a text, each with the offset behind it."""
    repeats: list[str] = []
    decoder = json.JSONDecoder(parse_constant=_no_json, object_pairs_hook=lambda pairs: _json_object(pairs, repeats))
    index, end, line, counted = 0, 0, 1, 0
    while True:
        start = _JSON_SPACE.match(text, end).end()  # type: ignore[union-attr]  # matches the empty text too
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return
        if _SURROGATE_ESCAPED.search(text, start, end):
            value = _without_surrogates(value)
        line += text.count("\n", counted, start)
        counted = start
        column = start - text.rfind("\n", 0, start)
        yield Piece(index, line, start, text[start:end], column, value=value, repeats=bool(repeats)), end
        repeats.clear()
        index += 1


def _behind_line_end(text: str, start: int) -> int:
    """Where YAML goes on behind JSON: blanks up to the first line break and itself are dropped (consumeWhitespace)."""
    blank = len(text[start:]) - len(text[start:].lstrip(" \t\r\n"))
    newline = text.find("\n", start, start + blank)
    return newline + 1 if newline >= 0 else start + blank


def _json_object(pairs: list[tuple[str, Any]], repeats: list[str]) -> dict[str, Any]:
    """A JSON object in which the last of equal keys wins; `repeats` gets a word for each object that has such."""
    made = dict(pairs)
    if len(made) < len(pairs):
        repeats.append(next(iter(made)))
    return made


def _without_surrogates(value: Any) -> Any:
    r"""Half a surrogate pair (`"\ud800"`) is no character: encoding/json takes U+FFFD for it."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
