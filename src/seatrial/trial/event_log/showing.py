"""What `seatrial replay LOG` prints: what happened, the objects at one moment, or how the same runs go today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import orjson

from seatrial.manifests import writing
from seatrial.trial.event_log.lines import Line
from seatrial.trial.event_log.playback import Playback, moment, only_run
from seatrial.trial.event_log.reading import EventLog
from seatrial.trial.event_log.telling import Filter, as_table, told
from seatrial.trial.event_log.verifying import Difference, Verification

Format = Literal["text", "json", "yaml"]


def happenings(log: EventLog, wanted: Filter, run: str | None, output: Format) -> Iterator[str]:
    """What happened, in pieces: a line each as text, or `{"rows": [...]}`, or a YAML stream of the log's lines.

    Raises:
        InputError: as `Playback.happenings`.
    """
    found = (h for h in Playback(log).happenings(run) if wanted.takes_line(h))
    match output:
        case "text":
            yield from (f"{text}\n" for happening in found if (text := told(happening)) is not None)
        case "json":
            yield '{"rows":['
            for number, happening in enumerate(found):
                yield ("," if number else "") + "\n" + orjson.dumps(happening.line).decode()
            yield "\n]}\n"
        case "yaml":
            for happening in found:
                yield f"---\n{writing.as_yaml(happening.line)}"


def objects_at(log: EventLog, wanted: Filter, run: str | None, seconds: float, output: Format) -> Iterator[str]:
    """The objects at a moment: a table, or as kubectl prints several, a List or a YAML stream.

    Raises:
        InputError: as `only_run` and `moment`.
    """
    found = moment(log, run or only_run(log), seconds)
    objects = [obj for obj in found.objects if wanted.takes(*obj.key)]
    match output:
        case "text":
            yield from (f"{line}\n" for line in as_table(objects, found.now))
        case "json":
            items = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": objects}
            yield orjson.dumps(items, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
        case "yaml":
            yield from (f"---\n{writing.as_yaml(obj)}" for obj in objects)


def verification(found: Verification, output: Format) -> Iterator[str]:
    """How the log's runs go today."""
    if output == "json":
        yield orjson.dumps(found.as_data(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
        return
    if output == "yaml":
        yield writing.as_yaml(found.as_data())
        return
    if found.difference is None:
        yield f"the same: {found.lines:,} lines of {found.runs} runs, recorded by {found.recorded_by}\n"
        return
    yield f"another run, from line {found.difference.number:,} on; recorded by {found.recorded_by}\n"
    yield from _compared(found.difference)


def _compared(difference: Difference) -> Iterator[str]:
    for what, line in (("recorded", difference.recorded), ("now", difference.now)):
        yield f"  {what:<9} {_in_short(line)}\n"


def _in_short(line: Line | None) -> str:
    if line is None:
        return "nothing more"
    about = {k: v for k, v in line.items() if k not in ("type", "run", "t", "object")}
    return f"{line.get('run', '')} {line.get('t', 0):.6f} {line['type']} {orjson.dumps(about).decode()}"
