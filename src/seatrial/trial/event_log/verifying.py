"""Runs a logged trial again and compares, line by line, what happens with what the log says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seatrial.manifests.sources import InputError
from seatrial.trial.event_log.inputs import Inputs
from seatrial.trial.event_log.lines import Line, encoded
from seatrial.trial.event_log.reading import EventLog, Numbered
from seatrial.trial.profiles import ProfileError
from seatrial.trial.scenario import Scenario
from seatrial.trial.voyage import SETTLE, Voyage


@dataclass(frozen=True, slots=True)
class Difference:
    """The first line at which the run that was made now is not the one in the log; None where one of them ended."""

    number: int
    recorded: Line | None
    now: Line | None


@dataclass(frozen=True, slots=True)
class Verification:
    """How a log and the same runs made now compare: so many lines of so many runs are the same."""

    recorded_by: str
    lines: int
    runs: int
    difference: Difference | None = None

    def as_data(self) -> dict[str, Any]:
        """What `-o json` prints."""
        found = self.difference
        return {
            "same": found is None, "recordedBy": self.recorded_by, "lines": self.lines, "runs": self.runs,
            "difference": found and {"line": found.number, "recorded": found.recorded, "now": found.now},
        }  # fmt: skip


class _Differs(Exception):
    """Ends a run whose lines are not those of the log."""

    def __init__(self, difference: Difference) -> None:
        super().__init__()
        self.difference = difference


class _Comparison:
    """Takes the lines of a run and holds each against the next one of the log."""

    def __init__(self, lines: Iterator[Numbered]) -> None:
        self._lines = lines
        self._next: Numbered | None = next(lines, None)
        self.lines = 0
        self._number = 0

    @property
    def next(self) -> Numbered | None:
        """The log's next line."""
        return self._next

    def take(self, line: bytes) -> None:
        """Compare one line.

        Raises:
            _Differs: where it is another one.
        """
        recorded = self._next
        if recorded is None or encoded(recorded.line) != line:
            raise _Differs(self.against(_decoded(line)))
        self.lines += 1
        self._number = recorded.number
        self._next = next(self._lines, None)

    def against(self, line: Line | None) -> Difference:
        """The difference between the log's next line and this one."""
        if self._next is None:
            return Difference(self._number + 1, None, line)
        return Difference(self._next.number, self._next.line, line)


def verify(log: EventLog) -> Verification:
    """Make the runs of a log again, from what the log says that they were given.

    Raises:
        InputError: where the log is damaged, or asks for what this version does not know.
    """
    inputs = log.inputs()
    comparison = _Comparison(log.lines())
    runs = 0
    try:
        voyage = _settle(log, inputs, comparison)
        runs += 1
        while (found := comparison.next) is not None:
            if found.type != "run":
                raise _Differs(comparison.against(None))
            scenario = _scenario(log, inputs, found)
            voyage.fork().run(scenario, found.line.get("node", ""), comparison.take)
            runs += 1
    except _Differs as differs:
        return Verification(_tool(log), comparison.lines, runs, differs.difference)
    return Verification(_tool(log), comparison.lines, runs)


def _settle(log: EventLog, inputs: Inputs, comparison: _Comparison) -> Voyage:
    try:
        known = inputs.known_profiles(log.path)
    except ProfileError as error:
        raise InputError(f"{log.path}: {error}; read it with the seatrial that wrote it") from None
    inventory = inputs.inventory(log.path)
    voyage = Voyage(inventory, inputs.nodes, known, seed=inputs.seed, log=comparison.take)
    voyage.settle()
    return voyage


def _scenario(log: EventLog, inputs: Inputs, found: Numbered) -> Scenario:
    name = found.line["scenario"]
    for scenario in inputs.scenarios:
        if scenario.name == name != SETTLE:
            return scenario
    raise InputError(f"{log.path}:{found.number}: scenario {name} is not among the log's inputs; record it again")


def _tool(log: EventLog) -> str:
    tool = log.header.get("tool") or {}
    return f"{tool.get('name')} {tool.get('version')}"


def _decoded(line: bytes) -> Line:
    found: Line = json.loads(line)
    return found
