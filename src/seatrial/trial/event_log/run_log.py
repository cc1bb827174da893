"""Writes down one run: each change of the store, each step of the scenario, each change in what requests meet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import EventType, Store
from seatrial.cluster.traffic.flow import Flow
from seatrial.model import merge_patch
from seatrial.model.objects import Object
from seatrial.trial.event_log.lines import Line, Sink, canonical, encoded

DIGITS = 6
"""Times are given to the microsecond."""


def run_name(scenario: str, node: str = "") -> str:
    """How a log calls a run: its scenario, and the node that it was about where it ran once for each."""
    return f"{scenario}/{node}" if node else scenario


class RunLog:
    """The lines of one run, given to `sink` as they come; times are seconds from the run's begin.

    It only watches. After `end` it says nothing more, so that forks of a cluster that was recorded are silent.
    """

    def __init__(self, clock: Clock, store: Store, sink: Sink, *, scenario: str, title: str, node: str = "") -> None:
        self._clock = clock
        self._store = store
        self._sink: Sink | None = sink
        self._begin = clock.now
        self._run = run_name(scenario, node)
        self._changes = 0
        about = {"node": node} if node else {}
        self._write("run", scenario=scenario, **about, title=title, begin=round(clock.now, DIGITS),
                    resourceVersion=str(store.revision))  # fmt: skip
        store.watch(None, self._changed)

    def step(self, text: str) -> None:
        """Something is done to the cluster."""
        self._write("step", text=text)

    def requests(self, flow: Flow) -> None:
        """From now on, other numbers of a flow's requests are served and fail."""
        _, served, failed = flow.steps[-1]
        service = "/".join(flow.service)
        self._write("requests", workload=flow.workload, service=service, served=round(served, 3),
                    failed=round(failed, 3))  # fmt: skip

    def end(self) -> None:
        """The run is over: say how many changes there were, and what they lead to."""
        objects = sum(self._store.count(kind) for kind in self._store.kinds())
        self._write("end", changes=self._changes, objects=objects, digest=digest_of(self._everything()))
        self._sink = None

    def _changed(self, event: EventType, obj: Object, old: Object | None) -> None:
        if self._sink is None:
            return
        self._changes += 1
        kind, namespace, name = obj.key
        content: Line = {}
        if event == "ADDED":
            content = {"object": obj}
        elif event == "MODIFIED" and old is not None:
            content = change_of(old, obj)
        self._write("change", event=event, resourceVersion=obj.metadata["resourceVersion"], kind=kind,
                    namespace=namespace, name=name, **content)  # fmt: skip

    def _write(self, type: str, **fields: Any) -> None:
        if self._sink is not None:
            time = round(self._clock.now - self._begin, DIGITS)
            self._sink(encoded({"type": type, "run": self._run, "t": time, **fields}))

    def _everything(self) -> Iterable[Object]:
        for kind in sorted(self._store.kinds()):
            yield from self._store.list(kind)


def change_of(old: Object, new: Object) -> Line:
    """The patch from one version of an object to the next without its resource version, or the whole new object."""
    try:
        patch = merge_patch.difference(old, new)
    except merge_patch.Inexpressible:
        return {"object": new}
    metadata = {k: v for k, v in patch.pop("metadata", {}).items() if k != "resourceVersion"}
    return {"patch": {"metadata": metadata, **patch} if metadata else patch}


def digest_of(objects: Iterable[Object]) -> str:
    """The same for the same objects in whatever order, however their fields are ordered."""
    digests = sorted(hashlib.sha256(canonical(obj)).digest() for obj in objects)
    return f"sha256:{hashlib.sha256(b''.join(digests)).hexdigest()}"
