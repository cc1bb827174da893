"""What the workload controllers share about pods: making them from a template, counting them, ranking them.

As pkg/controller/controller_utils.go and pkg/api/v1/pod/util.go (Kubernetes 1.36).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster import errors, events
from seatrial.cluster.chance import SAFE_LETTERS
from seatrial.model import objects
from seatrial.model.objects import Object, condition_of
from seatrial.model.pods import is_ready, is_terminal

if TYPE_CHECKING:
    from seatrial.cluster.clock import Clock
    from seatrial.cluster.cluster import Cluster

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def pod_of(template: Mapping[str, Any], owner: Object, *, name: str = "", node: str = "") -> Object:
    """A pod made from a template, controlled by `owner`; without a name it gets one that starts with the owner's.

    The template's parts are not copied: all its pods share them, and what follows from them.
    """
    given = template.get("metadata") or {}
    metadata: dict[str, Any] = {
        "namespace": owner.namespace,
        "labels": given.get("labels"),
        "annotations": given.get("annotations"),
        "ownerReferences": [objects.owner_reference(owner)],
    }
    if finalizers := given.get("finalizers"):
        metadata["finalizers"] = list(finalizers)
    if name:
        metadata["name"] = name
    else:
        metadata["generateName"] = f"{owner.name}-"
    metadata = {k: v for k, v in metadata.items() if v}
    spec = template.get("spec") or {}
    if node:
        spec = {**spec, "nodeName": node}
    return Object(apiVersion="v1", kind="Pod", metadata=metadata, spec=spec)


def template_hash(template: Mapping[str, Any], collisions: int = 0) -> str:
    """A hash of a pod template for names and labels (ComputeHash: FNV-1a, 32 bits, in safe letters).

    Upstream hashes Go's dump of the structure, so the letters differ from a real cluster's; their shape does not.
    """
    text = json.dumps(template, sort_keys=True, separators=(",", ":"))
    if collisions:
        text += str(collisions)
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return "".join(SAFE_LETTERS[ord(digit) % len(SAFE_LETTERS)] for digit in str(value))


def create_pod(cluster: Cluster, owner: Object, pod: Object, source: str) -> Object:
    """Create a pod for `owner` and tell so in an event of the owner (RealPodControl.createPods).

    Raises:
        errors.ApiError: where the API server refuses; an event tells that too.
    """
    try:
        created = cluster.api.create(pod)
    except errors.ApiError as refusal:
        events.record(
            cluster, owner, "FailedCreate", f"Error creating: {refusal.message}", type="Warning", source=source
        )
        raise
    events.record(cluster, owner, "SuccessfulCreate", f"Created pod: {created.name}", source=source)
    return created


def delete_pod(cluster: Cluster, owner: Object, pod: Object, source: str) -> None:
    """Delete a pod of `owner` and tell so in an event of the owner (RealPodControl.DeletePod); gone is fine."""
    try:
        cluster.api.delete(pod.key, uid=pod.uid)
    except errors.NotFound:
        return
    events.record(cluster, owner, "SuccessfulDelete", f"Deleted pod: {pod.name}", source=source)


def delete_pods(cluster: Cluster, owner: Object, pods: Iterable[Object], source: str) -> None:
    """Delete several pods of `owner`, all at the same time; see `delete_pod`."""

    def delete(pod: Object) -> None:
        delete_pod(cluster, owner, pod, source)

    cluster.clock.side_by_side(delete, pods)


def slow_start(clock: Clock, count: int, act: Callable[[int], None]) -> tuple[int, errors.ApiError | None]:
    """Call `act(i)` for i below `count` in batches of 1, 2, 4 ...; a batch with a refusal is the last (slowStartBatch).

    The calls of a batch begin together.

    Gives how many succeeded and the first refusal. So a full quota costs one refused pod, not all of them.
    """
    start, size = 0, 1
    refusals: list[errors.ApiError] = []

    def attempt(i: int) -> None:
        try:
            act(i)
        except errors.ApiError as error:
            refusals.append(error)

    while start < count:
        end = min(start + size, count)
        clock.side_by_side(attempt, range(start, end))
        if refusals:
            return end - len(refusals), refusals[0]
        start, size = end, size * 2
    return count, None


def is_active(pod: Object) -> bool:
    """Whether a pod counts as a replica: neither ended nor being deleted (IsPodActive)."""
    return not is_terminal(pod) and not pod.deleting


def ready_since(pod: Object) -> float | None:
    """When the pod became ready, in whole seconds of virtual time; None where it is not."""
    condition = condition_of(pod, "Ready")
    if condition is None or condition.get("status") != "True":
        return None
    stamp = condition.get("lastTransitionTime")
    return objects.seconds_of(stamp) if stamp else 0.0


def is_available(pod: Object, min_ready_seconds: int, now: float) -> bool:
    """Whether the pod has been ready for `min_ready_seconds` (IsPodAvailable)."""
    if not is_ready(pod):
        return False
    if not min_ready_seconds:
        return True
    since = ready_since(pod)
    return since is not None and since + min_ready_seconds <= now


def next_availability(pods: Iterable[Object], min_ready_seconds: int, now: float) -> float | None:
    """Seconds until the next of these pods becomes available (FindMinNextPodAvailabilityCheck); None: none will."""
    if not min_ready_seconds:
        return None
    waits = [
        since + min_ready_seconds - now
        for pod in pods
        if (since := ready_since(pod)) is not None and since + min_ready_seconds > now
    ]
    return min(waits, default=None)


def restarts_of(pod: Object) -> int:
    """The highest restart count of the pod's ordinary containers."""
    return max((int(c.get("restartCount") or 0) for c in pod.status.get("containerStatuses") or ()), default=0)


def deletion_cost(pod: Object) -> int:
    """The pod-deletion-cost annotation; 0 where it is absent or no number."""
    try:
        return int(pod.annotations.get(DELETION_COST, "0"))
    except ValueError:
        return 0
