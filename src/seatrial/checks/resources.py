"""Requests and limits (chapter 5): what the scheduler reserves for a container, and where it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Container, Scene, Workload
from seatrial.model import quantities
from seatrial.model.objects import dig

STARTING_POINT = {"cpu": "100m", "memory": "128Mi"}
"""Requests that a fix suggests until somebody has measured."""
BURST = 4
"""A memory limit of more than so many times the request promises memory that the node may not have."""


def amount_of(workload: Workload, container: Container, part: str, resource: str) -> Any:
    """A container's `requests` or `limits` of one resource, as the API server would fill it in, or None.

    A request that is missing is the limit; a namespace's LimitRange gives the rest (LimitRanger admission).
    """
    own = dig(container.spec, "resources", part, resource)
    if own is None and part == "requests":
        own = dig(container.spec, "resources", "limits", resource)
    return own if own is not None else _from_limit_range(workload, part, resource)


def _from_limit_range(workload: Workload, part: str, resource: str) -> Any:
    fields = ("defaultRequest", "default") if part == "requests" else ("default",)
    for limit_range in workload.scene.of("LimitRange", workload.namespace):
        for item in limit_range.spec.get("limits") or ():
            if item.get("type") == "Container":
                for field in fields:
                    if dig(item, field, resource) is not None:
                        return item[field][resource]
    return None


def _missing(workload: Workload, container: Container, part: str, *resources: str) -> list[str]:
    """Resources that neither the container, nor its pod, nor its namespace gives."""
    pod_level = dig(workload.template.spec, "resources", part, default={})
    return [r for r in resources if r not in pod_level and amount_of(workload, container, part, r) is None]


def _running(scene: Scene) -> Iterator[tuple[Workload, Container]]:
    for workload in scene.workloads:
        for container in workload.containers:
            if container.runs_on:
                yield workload, container


@rule(
    "requests-missing",
    title="Every container requests CPU and memory",
    chapter=5,
    severity="warning",
    covers=("1",),
    why="The scheduler takes a container without requests for one that needs nothing, and packs the node until "
    "everybody on "
    "it is slow. When memory runs short, pods without requests are the first to be evicted.",
    how_to_fix="Set requests to what the container uses in normal operation: look at its metrics of a week, start "
    "with the "
    "95th percentile.",
)
def requests_missing(scene: Scene) -> Iterator[Breach]:
    """Containers without a request; init containers are left out: they borrow what the others reserve."""
    for workload, container in _running(scene):
        missing = _missing(workload, container, "requests", "cpu", "memory")
        if missing:
            changes: list[tuple[str, Any]] = [
                (f"{container.path}.resources.requests.{r}", STARTING_POINT[r]) for r in missing
            ]
            if dig(container.spec, "resources", "requests") is None:
                changes = [(f"{container.path}.resources.requests", {r: STARTING_POINT[r] for r in missing})]
            yield Breach(
                workload.resource,
                f"{container.path}.resources.requests",
                f"container {container.name} requests no {' and no '.join(missing)}: the scheduler reserves nothing "
                "for it",
                fixes.setting(workload.resource, "request what it uses (the figures are a start: measure)", *changes),
            )


@rule(
    "memory-limit-missing",
    title="Every container has a memory limit",
    chapter=5,
    severity="warning",
    covers=("2",),
    why="A leak in a container without a memory limit takes the whole node's memory, and the kernel or the kubelet "
    "then ends "
    "pods of others that did nothing wrong.",
    how_to_fix="Set the memory limit somewhat above the highest use that is normal; equal to the request is the "
    "safest.",
)
def memory_limit_missing(scene: Scene) -> Iterator[Breach]:
    """Containers without a memory limit of their own, their pod's or their namespace's."""
    for workload, container in _running(scene):
        if _missing(workload, container, "limits", "memory"):
            request = dig(container.spec, "resources", "requests", "memory", default=STARTING_POINT["memory"])
            path = f"{container.path}.resources.limits.memory"
            yield Breach(
                workload.resource,
                f"{container.path}.resources.limits",
                f"container {container.name} has no memory limit: a leak takes the node's memory from its neighbours",
                fixes.setting(
                    workload.resource, "limit its memory (twice the request to begin with)", (path, _double(request))
                ),
            )


def _double(request: Any) -> str:
    return quantities.format_bytes(2 * quantities.whole(request))


@rule(
    "memory-limit-far-above-request",
    title="Memory limits stay near the requests",
    chapter=5,
    severity="note",
    covers=("5",),
    why="The node is packed by requests. Where limits are many times that, pods together may use more memory than the "
    "node "
    "has; then those furthest above their request are evicted.",
    how_to_fix="Raise the request to what the container really uses, or lower the limit.",
)
def memory_limit_far_above_request(scene: Scene) -> Iterator[Breach]:
    """Memory limits of more than `BURST` times the request."""
    for workload, container in _running(scene):
        request = amount_of(workload, container, "requests", "memory")
        limit = dig(container.spec, "resources", "limits", "memory")
        if request is None or limit is None or not quantities.whole(request):
            continue
        ratio = quantities.whole(limit) / quantities.whole(request)
        if ratio > BURST:
            yield Breach(
                workload.resource,
                f"{container.path}.resources.limits.memory",
                f"container {container.name} may use {limit} of memory and requests {request}: {ratio:.0f} times what "
                "is "
                "reserved",
                fixes.advice("bring request and limit nearer to each other"),
                evidence={"request": str(request), "limit": str(limit)},
            )


@rule(
    "cpu-limit-missing",
    title="Every container has a CPU limit",
    chapter=5,
    severity="note",
    covers=("3",),
    why="A container without a CPU limit may use all that others leave over. Many want just that, since limits "
    "throttle; "
    "select this rule where the time of each request must not depend on the neighbours.",
    how_to_fix="Set a CPU limit, or leave this rule unselected and set good requests.",
    opt_in=True,
)
def cpu_limit_missing(scene: Scene) -> Iterator[Breach]:
    """Containers without a CPU limit; only where somebody asks for it."""
    for workload, container in _running(scene):
        if _missing(workload, container, "limits", "cpu"):
            yield Breach(
                workload.resource, f"{container.path}.resources.limits", f"container {container.name} has no CPU limit"
            )
