"""Plays an event log back: the objects of the cluster, change by change, as they were in the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.manifests.sources import InputError
from seatrial.model import merge_patch
from seatrial.model.objects import Key, Object, evolve
from seatrial.trial.event_log.lines import Line
from seatrial.trial.event_log.reading import EventLog, Numbered
from seatrial.trial.event_log.run_log import digest_of


class State:
    """The objects of one cluster."""

    def __init__(self, objects: dict[Key, Object] | None = None) -> None:
        self.objects = dict(objects or {})

    def apply(self, change: Line) -> tuple[Object | None, Object | None]:
        """Make a change; gives the object before and after it.

        Raises:
            KeyError: where the change is of an object that is not there.
        """
        key = (change["kind"], change["namespace"], change["name"])
        if change["event"] == "DELETED":
            return self.objects.pop(key), None
        old = self.objects.get(key)
        if "object" in change:
            new = Object(change["object"])
        else:
            changed = merge_patch.apply(self.objects[key], change["patch"])
            new = evolve(changed, metadata={"resourceVersion": change["resourceVersion"]})
        self.objects[key] = new
        return old, new

    def digest(self) -> str:
        """What the `end` line of a run gives for these objects."""
        return digest_of(self.objects.values())


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the log; of a change also the object before and after it."""

    number: int
    line: Line
    old: Object | None = None
    new: Object | None = None


class Playback:
    """Goes through a log once. All runs but the first begin where the first, the settling, ended."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._settled: State | None = None
        self.state = State()
        """The objects as they are after the line that was given last."""

    def happenings(self, run: str | None = None, until: float = float("inf")) -> Iterator[Happening]:
        """All lines from the first run on; where a run is named, its lines up to a time.

        Raises:
            InputError: where the log contradicts itself, or has no run of that name.
        """
        shown = False
        for found in self._log.lines():
            line = found.line
            if found.type == "run":
                shown = run is None or line["run"] == run
                self.state = State(self._settled.objects if self._settled else None)
            if shown and line["t"] > until:
                return
            if shown or self._settled is None:
                happening = self._happened(found)
                if shown:
                    yield happening
            if found.type == "end":
                if self._settled is None:
                    self._settled = self.state
                if shown and run is not None:
                    return
        if run is not None:
            raise InputError(f"{self._log.path}: has no run {run}; it has {', '.join(run_names(self._log))}")

    def _happened(self, found: Numbered) -> Happening:
        if found.type == "end" and self.state.digest() != found.line["digest"]:
            raise InputError(
                f"{self._log.path}:{found.number}: the changes do not lead to what was recorded as the end"
            )
        if found.type != "change":
            return Happening(found.number, found.line)
        try:
            old, new = self.state.apply(found.line)
        except KeyError:
            raise InputError(f"{self._log.path}:{found.number}: changes an object that is not there") from None
        return Happening(found.number, found.line, old, new)


def run_names(log: EventLog) -> list[str]:
    """The runs of a log, in order."""
    return [found.line["run"] for found in log.lines() if found.type == "run"]


def only_run(log: EventLog) -> str:
    """The one run after the settling, or the settling where there is no other.

    Raises:
        InputError: where there are several.
    """
    names = run_names(log)
    if len(names) > 2:
        raise InputError(f"{log.path}: has several runs; name one of {', '.join(names)} with --run")
    return names[-1]


@dataclass(frozen=True, slots=True)
class Moment:
    """The objects at a time of a run, by kind, namespace and name; `now` is the time by the cluster's clock."""

    objects: list[Object]
    now: float


def moment(log: EventLog, run: str, seconds: float) -> Moment:
    """The objects as they were so many seconds after the begin of a run; after its end they stay as they are.

    Raises:
        InputError: where the log has no such run, or is damaged.
    """
    playback = Playback(log)
    begin = 0.0
    for happening in playback.happenings(run, seconds):
        begin = happening.line.get("begin", begin)
    objects = playback.state.objects
    return Moment([objects[key] for key in sorted(objects)], begin + seconds)
