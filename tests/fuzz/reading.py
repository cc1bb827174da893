"""What must hold of every file, whatever its bytes: a target for fuzzers, which takes bytes and raises where it fails.

The reader ends with documents and problems, never with an error of its own; the quick reader and libyaml's events say
the same; what `seatrial render` prints reads back as the same values; every document has positions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from seatrial.manifests import (
    block_scanner,
    block_style,
    documents,
    positions,
    quick_readers,
    writing,
    yaml_events,
    yaml_reader,
)
from seatrial.manifests.documents import Document
from seatrial.manifests.limits import DEFAULT, Limits
from seatrial.manifests.quick_readers import DECLINED
from tests.fuzz import seeds as known

LIMITS = Limits(file_size=1 << 20, documents=1_000, depth=200, alias_text=1 << 20)
"""Smaller than the real ones, so that a fuzzer reaches them."""
_FILE = "fuzzed.yaml"
_COMPILED = quick_readers.compiled()


class Broken(AssertionError):
    """A property that does not hold."""


def fuzz(data: bytes) -> None:
    """All targets of this module in one."""
    read_file(data)


def seeds() -> Iterator[bytes]:
    """Oddities of YAML, and manifests."""
    yield from known.recorded_yaml()
    yield from known.manifests(beside=True)


def read_file(data: bytes) -> None:
    """Everything that is promised of a file."""
    for plain_yaml in (False, True):
        found, problems = documents.read(data, _FILE, plain_yaml=plain_yaml, limits=LIMITS)
        for problem in problems:
            _check(problem.place.line > 0 and bool(problem.message) and bool(problem.advice), f"unclear: {problem!r}")
            _check("\n" not in str(problem), f"more than one line: {problem!r}")
        reads_back(found, data)
    both_ways(data)


def both_ways(data: bytes) -> None:
    """The quick reader gives what libyaml's events give, or declines; who reads also finds positions."""
    for piece in documents.pieces(documents.decode(data)):
        text = piece.text if piece.text.endswith("\n") else piece.text + "\n"
        positions.tree_of(text)
        taken = {name: as_json(value) for name, value in _quickly(text) if value is not DECLINED}
        if taken:
            slow = by_events(text)
            for name, quick in taken.items():
                _check(slow == quick, f"{name}: {quick[:500]}, by events: {slow[:500]}")


def _quickly(text: str) -> Iterator[tuple[str, Any]]:
    """What each quick reader makes of a text; the scanner as it stands and compiled, where somebody has compiled it."""
    yield "style", block_style.read(text, LIMITS.depth)
    yield "scanner", block_scanner.read(text, LIMITS.depth)
    if _COMPILED is not None:
        yield "compiled", _COMPILED(text, LIMITS.depth)


def reads_back(found: list[Document], data: bytes) -> None:
    """What is printed of the documents says the same when it is read again, as JSON and as YAML."""
    values = [document.value for document in found if isinstance(document.value, dict)]
    if not values:
        return
    want = as_json(values)
    printed = writing.as_json(values)
    _check(as_json(_read(printed)) == as_json([values]), f"JSON reads back differently: {printed[:500]}, from {data!r}")
    stream = writing.as_yaml_stream(values)
    _check(as_json(_read(stream)) == want, f"YAML reads back differently: {stream[:500]}, from {data!r}")
    for value in values:
        text = writing.as_yaml(value, indent_lists=True)
        _check(as_json(yaml_reader.read(text)) == as_json(value), f"indented YAML reads back differently: {text[:500]}")


def by_events(text: str) -> str:
    """What the slow reader makes of a text; errors and repeated keys are what the quick one must decline."""
    try:
        value, repeated = yaml_events.read(text, limits=LIMITS)
    except yaml_reader.ReadError as error:
        return f"error: {error}"
    return f"repeated: {repeated}" if repeated else as_json(value)


def as_json(value: Any) -> str:
    """A value as text, in which 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def _read(text: str) -> list[Any]:
    found, problems = documents.read(text.encode("utf-8", "surrogatepass"), _FILE, limits=DEFAULT)
    _check(not problems, f"cannot be read back: {[str(problem) for problem in problems]}: {text[:500]}")
    return [document.value for document in found]


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise Broken(message)
