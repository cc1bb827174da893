"""Events: what components tell about an object (client-go tools/record and tools/events, Kubernetes 1.36).

Equal events are one object whose `count` rises; more than ten that differ in their message alone are combined; an
object about which one component tells more than 25 of one type is heard only every five minutes; after an hour an event
is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seatrial.cluster.chance import uid_of
from seatrial.cluster.clock import Clock
from seatrial.model import objects
from seatrial.model.objects import Object, evolve

if TYPE_CHECKING:
    from seatrial.cluster.api_server import ApiServer
    from seatrial.cluster.cluster import Cluster

TTL = 3600.0
"""Seconds that the API server keeps an event after its last change (--event-ttl)."""
SWEEP = 300.0
"""Seconds between looks for events that are too old: one timer, however many events there are."""
SPAM_BURST, SPAM_RATE = 25, 1 / 300
"""Events of one type about one object from one source that pass at once, and how many more a second (spam filter)."""
SIMILAR, SIMILAR_WITHIN = 10, 600.0
"""So many similar events within so many seconds are combined (EventAggregator)."""
REMEMBERED = 4096
"""Entries that each of a recorder's caches holds (maxLruCacheEntries)."""
NEW_API = frozenset({"default-scheduler"})
"""Sources that write by the events.k8s.io API, which has no count."""
ACTIONS = {"Scheduled": "Binding", "FailedScheduling": "Scheduling", "Preempted": "Preempting"}
"""What those who write by that API say that they did."""


About = tuple[str, str, str, str, str]
"""Who tells, and of which object: source, kind, namespace, name, uid."""


@dataclass(frozen=True, slots=True)
class Told:
    """An Event in short, as the store keeps it until somebody reads it (`store.Sketch`)."""

    serial: int
    bits: int
    """Of its uid."""
    about: About
    api_version: str | None
    resource_version: str | None
    part: str
    host: str
    type: str
    reason: str
    message: str
    first: float
    last: float
    count: int = 1

    @property
    def namespace(self) -> str:
        """The Event's namespace."""
        return self.about[2] or "default"

    @property
    def name(self) -> str:
        """The Event's name; where upstream appends a time, a serial number tells those of one instant apart."""
        return f"{self.about[3]}.{int(self.first * 1e6) * 1000 + self.serial:x}"

    def made(self) -> Object:
        """The Event."""
        source, kind, namespace, name, uid = self.about
        first = objects.timestamp(self.first)
        event: dict[str, Any] = {
            "apiVersion": "v1", "kind": "Event",
            "metadata": {
                "name": self.name, "namespace": self.namespace, "uid": uid_of(self.bits), "creationTimestamp": first,
            },
            "involvedObject": {
                "apiVersion": self.api_version, "kind": kind, "name": name, "namespace": namespace, "uid": uid,
                "resourceVersion": self.resource_version,
            },
            "type": self.type, "reason": self.reason, "message": self.message,
        }  # fmt: skip
        if self.part:
            event["involvedObject"]["fieldPath"] = self.part
        if source in NEW_API:
            event |= {
                "action": ACTIONS.get(self.reason, self.reason), "reportingComponent": source,
                "reportingInstance": source, "eventTime": objects.micro_timestamp(self.first),
            }  # fmt: skip
        else:
            event |= {
                "source": {"component": source, **({"host": self.host} if self.host else {})},
                "reportingComponent": source, "reportingInstance": self.host,
                "count": self.count, "firstTimestamp": first, "lastTimestamp": objects.timestamp(self.last),
            }  # fmt: skip
        return Object(event)


class Recorder:
    """Writes the events of one cluster's components."""

    def __init__(self, clock: Clock, api: ApiServer) -> None:
        self._clock = clock
        self._api = api
        self._written: OrderedDict[tuple[str, ...], Told] = OrderedDict()
        self._similar: OrderedDict[tuple[str, ...], tuple[set[str], float]] = OrderedDict()
        self._tokens: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()
        self._serial = 0
        self._sweeping = False

    def record(
        self, involved: Object, reason: str, message: str, *, type: str, source: str, part: str, host: str
    ) -> None:
        """Tell that something happened to `involved`; see `record`."""
        about: About = (source, involved.kind, involved.namespace, involved.name, involved.uid)
        if not self._passes((*about, type)):
            return
        similar = (*about, type, reason)
        combined = self._combine(similar, message)
        identity = (*similar, part, "") if combined else (*similar, part, message)
        text = f"(combined from similar events): {message}" if combined else message
        known = self._written.get(identity)
        if known is None or source in NEW_API or not self._again(known, identity, text):
            self._write(involved, about, identity, type, reason, text, part, host)

    def _again(self, known: Told, identity: tuple[str, ...], message: str) -> bool:
        """Raise the count of an Event that is there still; whether it is."""
        store = self._api.store
        if store.sketched("Event", known.serial) is not None:
            told = replace(known, count=known.count + 1, message=message, last=self._clock.now)
            store.sketch("Event", known.serial, told)
            _remember(self._written, identity, told)
            return True
        event = store.peek("Event", known.namespace, known.name)
        if event is None:
            return False
        store.put(evolve(event, count=event["count"] + 1, message=message, lastTimestamp=self._clock.timestamp()))
        return True

    def _write(
        self, involved: Object, about: About, identity: tuple[str, ...], type: str, reason: str, message: str,
        part: str, host: str,
    ) -> None:  # fmt: skip
        self._serial += 1
        now, version = self._clock.now, involved.metadata.get("resourceVersion")
        told = Told(
            self._serial, self._api.chance.bits(), about, involved.get("apiVersion"), version, part, host, type, reason,
            message, now, now,
        )  # fmt: skip
        # Straight to the store: nothing is written more often, and neither defaults nor admission touch events.
        self._api.store.sketch("Event", told.serial, told)
        _remember(self._written, identity, told)
        if not self._sweeping:
            self._sweeping = True
            self._clock.after(SWEEP, self._sweep)

    def _sweep(self) -> None:
        store = self._api.store
        oldest = objects.timestamp(self._clock.now - TTL)  # timestamps sort as the times that they stand for
        for event in store.peek_all("Event"):
            last = event.get("lastTimestamp") or event.get("eventTime")
            if last and last <= oldest:
                store.remove(event.key)  # as in `record`: nothing holds an event back
        for serial in self._outdated():
            store.drop_sketch("Event", serial)
        self._sweeping = store.count("Event") > 0
        if self._sweeping:
            self._clock.after(SWEEP, self._sweep)

    def _outdated(self) -> list[int]:
        """The Events that are too old, of those that nobody has read; they are in the order in which they began."""
        second = (self._clock.now - TTL) // 1
        found = []
        for serial, told in self._api.store.sketches("Event"):
            if not isinstance(told, Told) or told.first // 1 > second:
                break
            if told.last // 1 <= second:
                found.append(serial)
        return found

    def _passes(self, about: tuple[str, ...]) -> bool:
        tokens, then = self._tokens.get(about, (float(SPAM_BURST), self._clock.now))
        tokens = min(float(SPAM_BURST), tokens + (self._clock.now - then) * SPAM_RATE)
        _remember(self._tokens, about, (tokens - 1 if tokens >= 1 else tokens, self._clock.now))
        return tokens >= 1

    def _combine(self, similar: tuple[str, ...], message: str) -> bool:
        messages, then = self._similar.get(similar, (set(), self._clock.now))
        if self._clock.now - then > SIMILAR_WITHIN:
            messages = set()
        if len(messages) < SIMILAR:
            messages.add(message)
        _remember(self._similar, similar, (messages, self._clock.now))
        return len(messages) >= SIMILAR


def record(
    cluster: Cluster,
    involved: Object,
    reason: str,
    message: str,
    *,
    type: str = "Normal",
    source: str = "",
    part: str = "",
    host: str = "",
) -> None:
    """Tell that something happened to `involved`: create an Event, or raise the count of an equal one.

    `type` is Normal or Warning, `source` the component, e.g. `deployment-controller`, `host` the node that it works
    for; `part` is the path of the field that it is about, e.g. `spec.containers{app}`.
    """
    cluster.events.record(involved, reason, message, type=type, source=source, part=part, host=host)


def _remember(cache: OrderedDict[tuple[str, ...], Any], key: tuple[str, ...], value: Any) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > REMEMBERED:
        cache.popitem(last=False)
