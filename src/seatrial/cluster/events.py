"""Events: what components tell about an object (client-go tools/record and tools/events, Kubernetes 1.36).

Equal events are one object whose `count` rises; more than ten that differ in their message alone are combined; an
object about which one component tells more than 25 of one type is heard only every five minutes; after an hour an event
is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

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


class Recorder:
    """Writes the events of one cluster's components."""

    def __init__(self, clock: Clock, api: ApiServer) -> None:
        self._clock = clock
        self._api = api
        self._written: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._similar: OrderedDict[tuple[str, ...], tuple[set[str], float]] = OrderedDict()
        self._tokens: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()
        self._serial = 0
        self._sweeping = False

    def record(
        self, involved: Object, reason: str, message: str, *, type: str, source: str, part: str, host: str
    ) -> None:
        """Tell that something happened to `involved`; see `record`."""
        about = (source, involved.kind, involved.namespace, involved.name, involved.uid)
        if not self._passes((*about, type)):
            return
        similar = (*about, type, reason)
        combined = self._combine(similar, message)
        identity = (*similar, part, "") if combined else (*similar, part, message)
        text = f"(combined from similar events): {message}" if combined else message
        name = self._written.get(identity)
        namespace = involved.namespace or "default"
        known = self._api.store.get("Event", namespace, name) if name else None
        if known is not None and source not in NEW_API:
            self._again(known, text)
            return
        _remember(self._written, identity, self._write(involved, namespace, type, reason, text, source, part, host))

    def _again(self, event: Object, message: str) -> None:
        self._api.store.put(
            evolve(event, count=event["count"] + 1, message=message, lastTimestamp=self._clock.timestamp())
        )

    def _write(
        self, involved: Object, namespace: str, type: str, reason: str, message: str, source: str, part: str, host: str
    ) -> str:
        self._serial += 1
        # Upstream appends the nanosecond of the event; a serial number tells events of one instant apart.
        name = f"{involved.name}.{int(self._clock.now * 1e6) * 1000 + self._serial:x}"
        now = self._clock.timestamp()
        event: dict[str, Any] = {
            "apiVersion": "v1", "kind": "Event",
            "metadata": {
                "name": name, "namespace": namespace, "uid": self._api.chance.uid(), "creationTimestamp": now,
            },
            "involvedObject": {
                "apiVersion": involved.get("apiVersion"), "kind": involved.kind, "name": involved.name,
                "namespace": involved.namespace, "uid": involved.uid,
                "resourceVersion": involved.metadata.get("resourceVersion"),
            },
            "type": type, "reason": reason, "message": message,
        }  # fmt: skip
        if part:
            event["involvedObject"]["fieldPath"] = part
        if source in NEW_API:
            event |= {
                "action": ACTIONS.get(reason, reason), "reportingComponent": source, "reportingInstance": source,
                "eventTime": objects.micro_timestamp(self._clock.now),
            }  # fmt: skip
        else:
            event |= {
                "source": {"component": source, **({"host": host} if host else {})},
                "reportingComponent": source, "reportingInstance": host,
                "count": 1, "firstTimestamp": now, "lastTimestamp": now,
            }  # fmt: skip
        # Straight to the store: nothing is written more often, and neither defaults nor admission touch events.
        self._api.store.put(Object(event))
        if not self._sweeping:
            self._sweeping = True
            self._clock.after(SWEEP, self._sweep)
        return name

    def _sweep(self) -> None:
        oldest = objects.timestamp(self._clock.now - TTL)  # timestamps sort as the times that they stand for
        for event in self._api.store.list("Event"):
            last = event.get("lastTimestamp") or event.get("eventTime")
            if last and last <= oldest:
                self._api.store.remove(event.key)  # as in `record`: nothing holds an event back
        self._sweeping = self._api.store.count("Event") > 0
        if self._sweeping:
            self._clock.after(SWEEP, self._sweep)

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
            messages = messages | {message}
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
