"""How many replicas a resource metric calls for (pkg/controller/podautoscaler/replica_calculator.go, 1.36)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from seatrial.cluster.metrics import PodMetrics
from seatrial.model import objects, quantities
from seatrial.model.objects import Object, condition_of

CPU_INITIALIZATION = 300.0
"""Seconds after its start in which a pod's cpu counts only while it is ready (cpu-initialization-period)."""
READINESS_DELAY = 30.0
"""Seconds in which a pod's unreadiness counts as that of its start (initial-readiness-delay)."""
TOLERANCE = 0.1
"""How far from 1 the ratio of use to target may be without a change."""
Ratio = Callable[[Mapping[str, int]], float]


class NoMetrics(Exception):
    """The number of replicas cannot be computed; the text is upstream's."""


@dataclass
class Groups:
    """An autoscaler's pods: how many are ready, and the names of those that count otherwise."""

    ready: int = 0
    unready: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def grouped(pods: list[Object], metrics: Mapping[str, PodMetrics], resource: str, now: float) -> Groups:
    """Sort the pods by how their metrics count (groupPods)."""
    groups = Groups()
    for pod in pods:
        phase = pod.status.get("phase")
        if pod.deleting or phase == "Failed":
            groups.ignored.append(pod.name)
        elif phase == "Pending":
            groups.unready.append(pod.name)
        elif pod.name not in metrics:
            groups.missing.append(pod.name)
        elif resource == "cpu" and _is_initializing(pod, metrics[pod.name], now):
            groups.unready.append(pod.name)
        else:
            groups.ready += 1
    return groups


def _is_initializing(pod: Object, metric: PodMetrics, now: float) -> bool:
    ready, started = condition_of(pod, "Ready"), pod.status.get("startTime")
    if ready is None or not started:
        return True
    since, changed = objects.seconds_of(started), objects.seconds_of(ready["lastTransitionTime"])
    if since + CPU_INITIALIZATION > now:
        return ready["status"] == "False" or metric.timestamp < changed + metric.window
    return ready["status"] == "False" and since + READINESS_DELAY > changed


@dataclass(frozen=True)
class Tolerances:
    """How far below and above 1 the ratio may be without a change (behavior.scaleDown and scaleUp.tolerance)."""

    down: float = TOLERANCE
    up: float = TOLERANCE

    def hold(self, ratio: float) -> bool:
        """Whether the ratio calls for no change."""
        return 1.0 - self.down <= ratio <= 1.0 + self.up


@dataclass(frozen=True)
class Proposal:
    """What a metric calls for, and what it is now: use per pod, and in percent of requests where that is the target."""

    replicas: int
    average: int
    utilization: int | None = None


def by_utilization(
    current: int, target: int, resource: str, container: str | None, pods: list[Object],
    metrics: Mapping[str, PodMetrics], tolerances: Tolerances, now: float,
) -> Proposal:  # fmt: skip
    """Replicas so that pods use `target` percent of what they request (GetResourceReplicas).

    Raises:
        NoMetrics: where nothing can be said.
    """
    used, groups = _usable(pods, metrics, resource, container, now)
    requests = {pod.name: _request(pod, resource, container) for pod in pods}

    def utilization(values: Mapping[str, int]) -> int:
        return sum(values.values()) * 100 // max(1, sum(requests[name] for name in values))

    def ratio(values: Mapping[str, int]) -> float:
        return utilization(values) / target

    full = {name: requests[name] * max(100, target) // 100 for name in groups.missing}
    replicas = _replicas(current, used, groups, full, ratio, tolerances)
    return Proposal(replicas, sum(used.values()) // len(used), utilization(used))


def by_average(
    current: int, target: int, resource: str, container: str | None, pods: list[Object],
    metrics: Mapping[str, PodMetrics], tolerances: Tolerances, now: float,
) -> Proposal:  # fmt: skip
    """Replicas so that pods use `target` each, in the resource's own unit (GetRawResourceReplicas).

    Raises:
        NoMetrics: where nothing can be said.
    """
    used, groups = _usable(pods, metrics, resource, container, now)

    def ratio(values: Mapping[str, int]) -> float:
        return sum(values.values()) // len(values) / target

    replicas = _replicas(current, used, groups, dict.fromkeys(groups.missing, target), ratio, tolerances)
    return Proposal(replicas, sum(used.values()) // len(used))


def _usable(
    pods: list[Object], metrics: Mapping[str, PodMetrics], resource: str, container: str | None, now: float
) -> tuple[dict[str, int], Groups]:
    if not pods:
        raise NoMetrics("no pods returned by selector while calculating replica count")
    groups = grouped(pods, metrics, resource, now)
    left_out = {*groups.ignored, *groups.unready}
    used = {name: _use(m, resource, container) for name, m in metrics.items() if name not in left_out}
    if not used:
        raise NoMetrics("did not receive metrics for targeted pods (pods might be unready)")
    return used, groups


def _replicas(
    current: int, used: Mapping[str, int], groups: Groups, full: Mapping[str, int], ratio: Ratio, tolerances: Tolerances
) -> int:
    """The count that brings the ratio to 1, where pods without metrics are counted against any change."""
    first = ratio(used)
    up_with_unready = bool(groups.unready) and first > 1.0
    if not up_with_unready and not groups.missing:
        return current if tolerances.hold(first) else math.ceil(first * groups.ready)
    values = dict(used)
    if first < 1.0:
        values.update(full)
    elif first > 1.0:
        values.update(dict.fromkeys(groups.missing, 0))
    if up_with_unready:
        values.update(dict.fromkeys(groups.unready, 0))
    second = ratio(values)
    if tolerances.hold(second) or (first < 1.0) != (second < 1.0):
        return current
    replicas = math.ceil(second * len(values))
    if (second < 1.0 and replicas > current) or (second > 1.0 and replicas < current):
        return current
    return replicas


def _use(metric: PodMetrics, resource: str, container: str | None) -> int:
    return sum(use.get(resource, 0) for name, use in metric.containers.items() if container in (None, name))


def _request(pod: Object, resource: str, container: str | None) -> int:
    """What a pod, or one of its containers, requests.

    Raises:
        NoMetrics: where a container that counts requests nothing.
    """
    total = 0
    sidecars = [c for c in pod.spec.get("initContainers") or () if c.get("restartPolicy") == "Always"]
    for c in [*pod.spec.get("containers", ()), *sidecars]:
        if container is not None and c["name"] != container:
            continue
        value = ((c.get("resources") or {}).get("requests") or {}).get(resource)
        if value is None:
            raise NoMetrics(f"missing request for {resource} in container {c['name']} of Pod {pod.name}")
        total += quantities.amount(resource, value)
    return total
