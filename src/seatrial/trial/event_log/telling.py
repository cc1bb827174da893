"""An event log as text, a line for each thing that happened, as `kubectl get --watch` and `kubectl events` would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from seatrial.model.objects import Object, seconds_of
from seatrial.trial.event_log.differences import differences
from seatrial.trial.event_log.lines import Line
from seatrial.trial.event_log.playback import Happening
from seatrial.trial.recorder import pod_state, restarts_of

SHOWN = 6
"""So many changes of one object are told, the rest is counted."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which objects are of interest: kinds in any case, names as shell patterns; empty means all."""

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    namespace: str | None = None

    def takes(self, kind: str, namespace: str, name: str) -> bool:
        """Whether an object is of interest."""
        if self.namespace is not None and namespace != self.namespace:
            return False
        if self.kinds and kind.lower() not in {wanted.lower() for wanted in self.kinds}:
            return False
        return not self.names or any(fnmatchcase(name, wanted) for wanted in self.names)

    def takes_line(self, happening: Happening) -> bool:
        """Whether a line is of interest: of changes those of the objects, and Events about them; runs always."""
        line = happening.line
        if line["type"] in ("run", "end"):
            return True
        if line["type"] == "requests":
            namespace, kind, name = line["workload"].split("/")
            return self.takes(kind, namespace, name)
        if line["type"] != "change":
            return not (self.kinds or self.names or self.namespace)
        if self.takes(line["kind"], line["namespace"], line["name"]):
            return True
        about = happening.new.get("involvedObject") if line["kind"] == "Event" and happening.new else None
        if not about or (self.kinds and not self.names):
            return False
        return self.takes(about.get("kind", ""), about.get("namespace", ""), about.get("name", ""))


def told(happening: Happening) -> str | None:
    """The line as text; None for what nobody would want to read: heartbeats, Events that are forgotten."""
    line = happening.line
    match line["type"]:
        case "run":
            return f"{line['run']}: {line['title']}"
        case "step":
            return _text(line, "STEP", line["text"])
        case "requests":
            what = f"{line['served']:g}/s served, {line['failed']:g}/s failed"
            return _text(line, "REQUESTS", line["workload"], what)
        case "end":
            return _text(line, "END", f"{line['objects']} objects")
    if line["kind"] == "Event":
        return _event(happening)
    about = f"{line['kind']} {_place(line['namespace'], line['name'])}"
    if line["event"] != "MODIFIED":
        return _text(line, line["event"], about)
    found = differences(happening.old, happening.new)
    if not found:
        return None
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return _text(line, "MODIFIED", about, ", ".join(found[:SHOWN]) + more)


def as_table(objects: list[Object], now: float) -> Iterator[str]:
    """Objects as lines: kind, place, state, age in seconds at `now`, the clock of the cluster."""
    rows = [
        (o.key[0], _place(o.namespace, o.name), _state(o), f"{now - seconds_of(o.metadata['creationTimestamp']):.0f}s")
        for o in objects
    ]
    rows.insert(0, ("KIND", "NAME", "STATE", "AGE"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for kind, place, state, age in rows:
        yield f"{kind:<{widths[0]}}  {place:<{widths[1]}}  {state:<{widths[2]}}  {age}"


def _event(happening: Happening) -> str | None:
    event = happening.new
    if event is None:
        return None
    about = event.get("involvedObject") or {}
    count = event.get("count") or 1
    times = f" (x{count})" if count > 1 else ""
    place = f"{about.get('kind')} {_place(about.get('namespace') or '', about.get('name') or '')}"
    return _text(happening.line, str(event.get("type")), place, f"{event.get('reason')}: {event.get('message')}{times}")


def _text(line: Line, what: str, about: str, rest: str = "") -> str:
    return f"{line['t']:10.3f}  {what:<8}  {about}{f'  {rest}' if rest else ''}"


def _place(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _state(obj: Object) -> str:
    status = obj.status
    match obj.kind:
        case "Pod":
            restarts = restarts_of(obj)
            return pod_state(obj) + (f", {restarts} restarts" if restarts else "")
        case "Deployment" | "ReplicaSet" | "StatefulSet":
            return f"{status.get('readyReplicas') or 0}/{obj.spec.get('replicas', 1)} ready"
        case "DaemonSet":
            return f"{status.get('numberReady') or 0}/{status.get('desiredNumberScheduled') or 0} ready"
        case "Job":
            return f"{status.get('succeeded') or 0}/{obj.spec.get('completions') or 1} succeeded"
        case "Node":
            ready = next((c["status"] for c in status.get("conditions") or () if c["type"] == "Ready"), "Unknown")
            return ("Ready" if ready == "True" else "NotReady") + (
                ", cordoned" if obj.spec.get("unschedulable") else ""
            )
    return str(status.get("phase") or "")
