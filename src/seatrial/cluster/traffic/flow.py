"""Flows: steady streams of requests to Services, and how many of them were served and failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isclose

from seatrial.cluster.clock import Clock
from seatrial.cluster.traffic.proxy import Entrance, Proxy, ServiceName, View
from seatrial.cluster.traffic.serving import PodName, Serving


@dataclass(slots=True)
class Flow:
    """Requests of one workload's users through one Service.

    `container` is the one that listens at the Service's port; None where the port leads nowhere: then every request
    fails. `steps` holds (time, served per second, failed per second), each valid until the next.
    """

    workload: str
    service: ServiceName
    container: str | None
    rps: float
    request_seconds: float
    entrance: Entrance = "inside"
    portion: float = 1.0
    """The part of its workload's requests that come this way."""
    served: float = 0.0
    failed: float = 0.0
    steps: list[tuple[float, float, float]] = field(default_factory=list)
    _since: float = 0.0
    _served_rate: float = 0.0
    _failed_rate: float = 0.0
    _busy: dict[PodName, tuple[float, bool]] = field(default_factory=dict)
    """Pods that serve this flow now: requests per second, and whether it finishes them when it is told to end."""

    @property
    def sender(self) -> str:
        """Who sends: one name for each way to a workload."""
        return f"{self.entrance} {'/'.join(self.service)}"

    def begin(self, now: float) -> None:
        """Forget what was counted so far; rates go on as they are."""
        self.served = self.failed = 0.0
        self.steps = [(now, self._served_rate, self._failed_rate)]
        self._since = now


Listener = Callable[[Flow], None]


class Traffic:
    """All flows of a cluster. A change is counted once at its instant, however many endpoints it touches."""

    def __init__(self, clock: Clock, proxy: Proxy, serving: Serving) -> None:
        self._clock = clock
        self._proxy = proxy
        self._serving = serving
        self.flows: list[Flow] = []
        self._by_service: defaultdict[ServiceName, list[Flow]] = defaultdict(list)
        self._services_of: defaultdict[PodName, set[ServiceName]] = defaultdict(set)
        self._due: set[ServiceName] = set()
        self._listeners: list[Listener] = []

    def start(self) -> None:
        """Begin to follow endpoints and containers."""
        self._proxy.listen(self._service_changed)
        self._serving.listen(self._pod_changed)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` (a bound method) of each flow of which other numbers are served and fail from now on."""
        self._listeners.append(listener)

    def add(self, flow: Flow) -> None:
        """Begin to send a flow's requests."""
        flow._since = self._clock.now
        self.flows.append(flow)
        self._by_service[flow.service].append(flow)
        self._service_changed(flow.service)

    def settle_accounts(self) -> None:
        """Count up to the present moment."""
        for flow in self.flows:
            _count(flow, self._clock.now)

    def _pod_changed(self, pod: PodName) -> None:
        for service in sorted(self._services_of.get(pod, ())):
            self._service_changed(service)

    def _service_changed(self, service: ServiceName) -> None:
        if service in self._by_service and service not in self._due:
            self._due.add(service)
            self._clock.after(0.0, self._recount, service, priority=9)

    def _recount(self, service: ServiceName) -> None:
        self._due.discard(service)
        for flow in self._by_service[service]:
            views = self._proxy.views(service, flow.entrance)
            for pod in {pod for _, pods in views for pod in pods}:
                self._services_of[pod].add(service)
            self._redirect(flow, views)

    def _redirect(self, flow: Flow, views: list[View]) -> None:
        now = self._clock.now
        _count(flow, now)
        _lose_in_flight(flow, self._serving)
        rates = _rates(flow, views, self._serving)
        served = sum(rates.values())
        if isclose(served, flow.rps):  # shares add up to one but for rounding
            served = flow.rps
        flow._served_rate, flow._failed_rate = served, flow.rps - served
        flow._busy = {pod: (rate, self._serving.drains(pod, flow.container or "")) for pod, rate in rates.items()}
        step = (now, flow._served_rate, flow._failed_rate)
        if flow.steps and flow.steps[-1][0] == now:
            flow.steps[-1] = step
        elif not flow.steps or flow.steps[-1][1:] != step[1:]:
            flow.steps.append(step)
        else:
            return
        for listener in self._listeners:
            listener(flow)


def _rates(flow: Flow, views: list[View], serving: Serving) -> dict[PodName, float]:
    """Requests per second that each pod is sent, accepts and can serve; what is beyond that waits too long."""
    rates: dict[PodName, float] = {}
    container = flow.container
    if container is None:
        return rates
    for share, pods in views:
        for pod in pods:
            if serving.accepts(pod, container):
                rates[pod] = rates.get(pod, 0.0) + flow.rps * share / len(pods)
    for pod in {**flow._busy, **rates}:
        most = serving.most(pod, container) * flow.portion
        serving.note_load(pod, container, flow.sender, rates.get(pod, 0.0) > most)
    return {pod: min(rate, serving.most(pod, container) * flow.portion) for pod, rate in rates.items()}


def _count(flow: Flow, now: float) -> None:
    """Add what was served and failed since the last count."""
    span = now - flow._since
    flow.served += flow._served_rate * span
    flow.failed += flow._failed_rate * span
    flow._since = now


def _lose_in_flight(flow: Flow, serving: Serving) -> None:
    """Requests in flight at a pod that ceased to accept are lost, unless its process finishes them."""
    for pod, (rate, drains) in flow._busy.items():
        if not drains and not serving.accepts(pod, flow.container or ""):
            lost = min(rate * flow.request_seconds, flow.served)
            flow.served -= lost
            flow.failed += lost
