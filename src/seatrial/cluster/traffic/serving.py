"""The truth about containers: whether a request that arrives there is accepted.

Readiness is what the cluster believes; this is what is so. A container accepts from some seconds after its start
until its process stops accepting: at SIGTERM, at its end, or with its node.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from seatrial.cluster.clock import Clock, Timer

PodName = tuple[str, str]
"""(namespace, name) of a pod."""
Listener = Callable[[PodName], None]


@dataclass(slots=True)
class _Acceptance:
    accepting: bool
    drains: bool
    most: float
    """Requests per second that it can serve."""
    opening: Timer | None = None
    overloaded_by: set[str] = field(default_factory=set)
    """Those who send it more than their part of that."""


class Serving:
    """Which containers accept requests. Listeners (bound methods) are told of every change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._containers: dict[PodName, dict[str, _Acceptance]] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of the pod whenever one of its containers begins or ceases to accept."""
        self._listeners.append(listener)

    def accepts(self, pod: PodName, container: str) -> bool:
        """Whether a request sent to this container now is served."""
        state = self._containers.get(pod, {}).get(container)
        return state is not None and state.accepting

    def drains(self, pod: PodName, container: str) -> bool:
        """Whether the process there finishes what is in flight before it ends; one that is gone has done so or not."""
        state = self._containers.get(pod, {}).get(container)
        return state is not None and state.drains

    def most(self, pod: PodName, container: str) -> float:
        """Requests per second that the container can serve; infinity where nothing bounds it."""
        state = self._containers.get(pod, {}).get(container)
        return state.most if state is not None else inf

    def note_load(self, pod: PodName, container: str, sender: str, too_much: bool) -> None:
        """Say whether a sender sends a container more than its part of what it can serve."""
        state = self._containers.get(pod, {}).get(container)
        if state is not None:
            (state.overloaded_by.add if too_much else state.overloaded_by.discard)(sender)

    def is_overloaded(self, pod: PodName, container: str) -> bool:
        """Whether requests queue up there without end, so that nobody gets an answer in time."""
        state = self._containers.get(pod, {}).get(container)
        return state is not None and state.accepting and bool(state.overloaded_by)

    def started(self, pod: PodName, container: str, accepts_after: float, drains: bool, most: float = inf) -> None:
        """A process started that accepts `accepts_after` seconds from now, and at most `most` requests per second."""
        self.stopped(pod, container)
        state = _Acceptance(accepting=False, drains=drains, most=most)
        self._containers.setdefault(pod, {})[container] = state
        if accepts_after <= 0:
            self._open(pod, container)
        else:
            state.opening = self._clock.after(accepts_after, self._open, pod, container)

    def stopped(self, pod: PodName, container: str) -> None:
        """The process accepts nothing more."""
        state = self._containers.get(pod, {}).get(container)
        if state is None:
            return
        if state.opening is not None:
            state.opening.cancel()
            state.opening = None
        if state.accepting:
            state.accepting = False
            self._tell(pod)

    def forget(self, pod: PodName) -> None:
        """The pod is gone for good."""
        for container in list(self._containers.get(pod, {})):
            self.stopped(pod, container)
        self._containers.pop(pod, None)

    def _open(self, pod: PodName, container: str) -> None:
        state = self._containers.get(pod, {}).get(container)
        if state is not None and not state.accepting:
            state.accepting = True
            state.opening = None
            self._tell(pod)

    def _tell(self, pod: PodName) -> None:
        for listener in self._listeners:
            listener(pod)
