"""From the bytes of a file to its documents, cut and read as kubectl does it (apimachinery pkg/util/yaml, Kubernetes 1.34).

`decode` makes text of bytes, `cut` finds the documents, `read` gives their values. A document that cannot be read becomes a
`Problem` with its line; the others are read all the same, where kubectl would stop.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from seatrial.manifests import yaml_reader
from seatrial.manifests.limits import DEFAULT, Limits
from seatrial.manifests.places import Place

_SEPARATOR = re.compile(r"^---.*$", re.MULTILINE)
_PLAIN_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z).*$", re.MULTILINE)
_ONLY_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#.*)?\n)*%(?:.*\n)*")
_JSON_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and what to do about it."""

    place: Place
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"; {self.advice}" if self.advice else "")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file; `place` is where its text begins, `value` what Kubernetes would see of it."""

    place: Place
    text: str
    value: Any
    repeated: tuple[yaml_reader.Repeated, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one document and the line of the file that it begins on; `refused` says why kubectl takes none of it."""

    line: int
    text: str
    refused: str = ""


def decode(data: bytes) -> str:
    """Text from bytes as kubectl's file reader does it: a byte order mark decides, else UTF-8 with U+FFFD for bad bytes.

    Line ends become LF; lone carriage returns stay, as they end lines in YAML.
    """
    if data.startswith(codecs.BOM_UTF8):
        text = data[3:].decode("utf-8", "replace")
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n") if "\r\n" in text else text


def cut(text: str, *, plain_yaml: bool = False) -> Iterator[Piece]:
    """The documents of a file as YAMLReader cuts them: at each line that begins with `---`, wherever it stands.

    kubectl allows only blanks and a comment behind the dashes. With `plain_yaml` the separators are those of YAML: content may
    follow them, and directives stay with their document.
    """
    if text and not plain_yaml and not text.endswith("\n"):
        text += "\n"  # the line reader of kubectl does
    pattern = _PLAIN_SEPARATOR if plain_yaml else _SEPARATOR
    start, line, counted = 0, 1, 0
    refused = ""
    for match in pattern.finditer(text):
        behind = match[0][3:].strip()
        content = behind != "" and not behind.startswith("#")
        if plain_yaml and _ONLY_DIRECTIVES.fullmatch(text, start, match.start()):
            continue
        if match.start() > start:
            yield Piece(line, text[start : match.start()], refused)
            start = match.end() + 1
            if plain_yaml and content:
                start = match.start()
            line += text.count("\n", counted, start)
            counted = start
        refused = "" if plain_yaml or not content else f"invalid document separator: {behind[:60]}"
    if start < len(text):
        yield Piece(line, text[start:], refused)


def read(
    data: bytes, file: str, *, plain_yaml: bool = False, limits: Limits = DEFAULT
) -> tuple[list[Document], list[Problem]]:
    """All documents of a file that can be read, and what cannot.

    `file` is the name that places carry. Empty documents are there too, with the value None.
    """
    if len(data) > limits.file_size:
        return [], [Problem(Place(file), f"larger than the limit of {limits.file_size} bytes for one file", "split it")]
    if b"\0" in data[:8192] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [], [Problem(Place(file), "binary data, not YAML or JSON", "give the manifests it was made from")]
    text = decode(data)
    documents, line, rest = _json_stream(text, file)
    problems: list[Problem] = []
    for piece in cut(rest, plain_yaml=plain_yaml):
        index = len(documents) + len(problems)
        if index >= limits.documents:
            problems.append(
                Problem(
                    Place(file, line + piece.line - 1),
                    f"more than the limit of {limits.documents} documents in one file",
                    "split it",
                )
            )
            break
        place = Place(file, line + piece.line - 1, 1, index)
        try:
            documents.append(_document(piece, place, limits))
        except yaml_reader.ReadError as error:
            problems.append(_problem(error, piece, place))
    return documents, problems


def _document(piece: Piece, place: Place, limits: Limits) -> Document:
    if piece.refused:
        raise yaml_reader.ReadError(piece.refused, 1, 4)
    value, repeated = yaml_reader.read_noting_repeats(piece.text, limits=limits)
    return Document(place, piece.text, value, repeated)


def _problem(error: yaml_reader.ReadError, piece: Piece, place: Place) -> Problem:
    lines = piece.text.count("\n") or 1
    line = place.line + min(error.line or 1, lines) - 1
    advice = (
        "quote template expressions, or render the templates first" if "{{" in piece.text else "mend the YAML there"
    )
    return Problem(replace(place, line=line, column=error.column), error.message, advice)


def _json_stream(text: str, file: str) -> tuple[list[Document], int, str]:
    """JSON objects at the start of a file, and the line and text where YAML takes over (YAMLOrJSONDecoder.Decode).

    A file whose first sign is `{` is tried as JSON. After at most one object that is followed by something else, the rest is
    read as YAML: `{a: 1}` is no JSON, and one JSON object may be the first of several YAML documents.
    """
    documents: list[Document] = []
    if not text.lstrip().startswith("{"):
        return documents, 1, text
    decoder = json.JSONDecoder(parse_float=_json_float, parse_constant=_no_json)
    position, line = 0, 1
    while True:
        start = position
        while start < len(text) and text[start] in _JSON_SPACE:
            start += 1
        if start == len(text):
            return documents, line, ""
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        line += text.count("\n", position, start)
        documents.append(Document(Place(file, line, 1, len(documents)), text[start:end], value))
        line += text.count("\n", start, end)
        position = end
    head = text[position:]
    blank = len(head) - len(head.lstrip(" \t\r\n"))
    newline = head.find("\n", 0, blank)
    position += newline + 1 if newline >= 0 else blank
    return documents, 1 + text.count("\n", 0, position), text[position:]


def _json_float(digits: str) -> int | float:
    return float(digits)


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
