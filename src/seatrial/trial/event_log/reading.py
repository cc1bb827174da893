"""Reads event logs, a line at a time: however long a log is, no more than a line of it is in memory."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from seatrial.manifests.sources import InputError
from seatrial.model.objects import Object
from seatrial.trial.event_log.inputs import Inputs
from seatrial.trial.event_log.lines import SCHEMA_VERSION, Line, is_header
from seatrial.trial.scenario import ScenarioError, parse

GZIP = b"\x1f\x8b"
FIELDS = {
    "header": ("schemaVersion", "tool", "kubeVersion", "seed"),
    "input": ("role", "object"),
    "run": ("run", "t", "scenario", "title"),
    "change": ("run", "t", "event", "resourceVersion", "kind", "namespace", "name"),
    "step": ("run", "t", "text"),
    "requests": ("run", "t", "workload", "service", "served", "failed"),
    "end": ("run", "t", "digest"),
}
"""What every line of a type has."""
PREAMBLE = ("header", "input")
"""Types of lines that stand before the first run."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line and where it stands."""

    number: int
    line: Line

    @property
    def type(self) -> str:
        """The line's type."""
        return str(self.line["type"])


class EventLog:
    """An event log in a file."""

    def __init__(self, path: str) -> None:
        """Read its header.

        Raises:
            InputError: where it cannot be read, or was written by a later version of seatrial.
        """
        self.path = path
        self.header = next(self._numbered()).line
        if not is_header(self.header):
            raise InputError(f"{path}:1: no event log; name a file that `seatrial trial --event-log` wrote")
        if self.header.get("schemaVersion") != SCHEMA_VERSION:
            raise InputError(
                f"{path}:1: schemaVersion {self.header.get('schemaVersion')} is not {SCHEMA_VERSION}; "
                "read it with the seatrial that wrote it"
            )

    def inputs(self) -> Inputs:
        """What the trial was given.

        Raises:
            InputError: where a line is damaged.
        """
        objects: dict[str, list[Object]] = {"node": [], "manifest": [], "profiles": []}
        scenarios = []
        for found in self._numbered():
            if found.type not in PREAMBLE:
                break
            if found.type == "input" and found.line["role"] == "scenario":
                try:
                    scenarios.append(parse(found.line["object"]))
                except ScenarioError as error:
                    raise InputError(f"{self.path}:{found.number}: {error}") from None
            elif found.type == "input":
                objects.setdefault(found.line["role"], []).append(Object(found.line["object"]))
        return Inputs(
            seed=self.header["seed"],
            kube_version=self.header["kubeVersion"],
            nodes=objects["node"],
            manifests=objects["manifest"],
            profiles=objects["profiles"],
            scenarios=scenarios,
        )

    def lines(self) -> Iterator[Numbered]:
        """All lines from the first run on.

        Raises:
            InputError: where a line is damaged, or the last run has no end.
        """
        last: Numbered | None = None
        for last in self._numbered():
            if last.type not in PREAMBLE:
                yield last
        if last is None or last.type != "end":
            number = last.number if last else 1
            raise InputError(f"{self.path}:{number}: the log breaks off here; record it again")

    def _numbered(self) -> Iterator[Numbered]:
        with _open(self.path) as file:
            number = 0
            try:
                for number, text in enumerate(file, 1):
                    yield Numbered(number, _line(self.path, number, text))
            except (EOFError, gzip.BadGzipFile):
                raise InputError(f"{self.path}:{number}: the compressed file breaks off; record it again") from None
            if number == 0:
                raise InputError(f"{self.path}: is empty; name an event log")


def is_event_log(path: str) -> bool:
    """Whether the file begins as an event log does.

    Raises:
        InputError: where it cannot be read.
    """
    with _open(path) as file:
        try:
            return is_header(json.loads(file.readline()))
        except (ValueError, EOFError, gzip.BadGzipFile, RecursionError):
            return False


@contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    try:
        with Path(path).open("rb") as file:
            packed = file.peek(2).startswith(GZIP)
            yield cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; name a readable file") from None


def _line(path: str, number: int, text: bytes) -> Line:
    try:
        line: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{path}:{number}: not JSON; record the log again") from None
    wanted = FIELDS.get(line.get("type", "")) if isinstance(line, dict) else None
    if wanted is None or not line.keys() >= set(wanted):
        raise InputError(f"{path}:{number}: no line of an event log; record it again")
    found: Line = line
    return found
