"""The counting behind rollouts: surge, unavailability, proportions, completeness.

As pkg/controller/deployment/util/deployment_util.go (Kubernetes 1.36). Pure functions of Deployments and ReplicaSets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.model import objects
from seatrial.model.intorpercent import scaled
from seatrial.model.objects import Object
from seatrial.model.remembering import remembered

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAX = "deployment.kubernetes.io/max-replicas"
HASH = "pod-template-hash"
NO_DEADLINE = 2**31 - 1


def replicas(obj: Object) -> int:
    """How many pods a Deployment or ReplicaSet asks for."""
    return int(obj.spec.get("replicas", 1))


def total(replica_sets: Iterable[Object]) -> int:
    """How many pods ReplicaSets ask for together (GetReplicaCountForReplicaSets)."""
    return sum(replicas(r) for r in replica_sets)


def counted(replica_sets: Iterable[Object], field: str) -> int:
    """The sum of a count in the ReplicaSets' status."""
    return sum(int(r.status.get(field) or 0) for r in replica_sets)


def active(replica_sets: Iterable[Object]) -> list[Object]:
    """The ReplicaSets that ask for pods (FilterActiveReplicaSets)."""
    return [r for r in replica_sets if replicas(r) > 0]


def is_rolling(deployment: Object) -> bool:
    """Whether the strategy is RollingUpdate."""
    return bool((deployment.spec.get("strategy") or {}).get("type", "RollingUpdate") == "RollingUpdate")


def fenceposts(surge: int | str, unavailable: int | str, desired: int) -> tuple[int, int]:
    """Surge rounded up, unavailability rounded down; both 0 means one may be unavailable (ResolveFenceposts)."""
    more, fewer = scaled(surge, desired, round_up=True), scaled(unavailable, desired, round_up=False)
    return (more, fewer) if more or fewer else (0, 1)


def _fenceposts(deployment: Object) -> tuple[int, int]:
    rolling = objects.dig(deployment, "spec", "strategy", "rollingUpdate", default={})
    surge, unavailable = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
    return fenceposts(surge, unavailable, replicas(deployment))


def max_surge(deployment: Object) -> int:
    """How many pods more than asked for a rollout may make."""
    return _fenceposts(deployment)[0] if is_rolling(deployment) else 0


def max_unavailable(deployment: Object) -> int:
    """How many pods fewer than asked for may be available during a rollout."""
    if not is_rolling(deployment) or replicas(deployment) == 0:
        return 0
    return min(_fenceposts(deployment)[1], replicas(deployment))


def new_size(deployment: Object, everything: list[Object], new: Object | None) -> int:
    """How many pods the new ReplicaSet is to have next (NewRSNewReplicas)."""
    desired = replicas(deployment)
    if not is_rolling(deployment):
        return desired
    present = replicas(new) if new is not None else 0
    room = desired + max_surge(deployment) - total(everything)
    return present if room <= 0 else present + min(room, desired - present)


def revision(obj: Object) -> int:
    """The revision annotation; 0 where it is absent or no number."""
    try:
        return int(obj.annotations.get(REVISION, "0"))
    except ValueError:
        return 0


def template_without_hash(obj: Object) -> dict[str, Any]:
    """The pod template as the user wrote it: without the hash label (EqualIgnoreHash compares these)."""
    return _without_hash(obj.spec.get("template"))


@remembered
def _without_hash(found: dict[str, Any] | None) -> dict[str, Any]:
    template = dict(found or {})
    metadata = {k: v for k, v in (template.get("metadata") or {}).items() if v not in (None, {}, [])}
    if labels := {k: v for k, v in (metadata.get("labels") or {}).items() if k != HASH}:
        metadata["labels"] = labels
    else:
        metadata.pop("labels", None)
    metadata.pop("creationTimestamp", None)
    template["metadata"] = metadata
    return template


def split(deployment: Object, replica_sets: Iterable[Object]) -> tuple[Object | None, list[Object]]:
    """The ReplicaSet of the present template, None where there is none, and all others, oldest first."""
    ordered = sorted(replica_sets, key=lambda r: (r.metadata.get("creationTimestamp", ""), r.name))
    wanted = template_without_hash(deployment)
    new = next((r for r in ordered if (own := template_without_hash(r)) is wanted or own == wanted), None)
    return new, [r for r in ordered if r is not new]


def is_complete(deployment: Object, status: Mapping[str, Any]) -> bool:
    """Whether all pods are new and available, and no others are left (DeploymentComplete)."""
    desired = replicas(deployment)
    return (
        (status.get("updatedReplicas") or 0) == desired
        and (status.get("replicas") or 0) == desired
        and (status.get("availableReplicas") or 0) == desired
        and (status.get("observedGeneration") or 0) >= deployment.metadata.get("generation", 1)
    )


def is_saturated(deployment: Object, new: Object | None) -> bool:
    """Whether the new ReplicaSet has all pods, available, so that the old ones have no say any more (IsSaturated)."""
    if new is None:
        return False
    desired = replicas(deployment)
    return (
        replicas(new) == desired
        and new.annotations.get(DESIRED) == str(desired)
        and (new.status.get("availableReplicas") or 0) == desired
    )


def proportions(deployment: Object, replica_sets: list[Object]) -> list[tuple[Object, int]]:
    """The sizes of several active ReplicaSets after the Deployment was scaled in mid-rollout (scale, GetProportion).

    Each gets its share of what is to be added or taken away, the largest first; the largest takes what rounding leaves.
    """
    allowed = replicas(deployment) + max_surge(deployment) if replicas(deployment) > 0 else 0
    to_add = allowed - total(replica_sets)
    # Of equal size the newest grows first and the oldest shrinks first.
    ordered = sorted(replica_sets, key=lambda r: r.metadata.get("creationTimestamp", ""), reverse=to_add > 0)
    ordered.sort(key=replicas, reverse=True)
    added, sizes = 0, []
    for replica_set in ordered:
        share = _share(deployment, replica_set, to_add, added)
        added += share
        sizes.append(replicas(replica_set) + share)
    if sizes and to_add:
        sizes[0] = max(0, sizes[0] + to_add - added)
    return list(zip(ordered, sizes, strict=True))


def _share(deployment: Object, replica_set: Object, to_add: int, added: int) -> int:
    size = replicas(replica_set)
    if size == 0 or to_add in (0, added):
        return 0
    fraction = _fraction(deployment, replica_set)
    return min(fraction, to_add - added) if to_add > 0 else max(fraction, to_add - added)


def _fraction(deployment: Object, replica_set: Object) -> int:
    size = replicas(replica_set)
    if replicas(deployment) == 0:
        return -size
    before = _number(replica_set.annotations.get(MAX)) or int(deployment.status.get("replicas") or 0)
    if not before:
        return 0
    return int(size * (replicas(deployment) + max_surge(deployment)) / before + 0.5) - size


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def has_deadline(deployment: Object) -> bool:
    """Whether the rollout must progress within a time."""
    deadline = deployment.spec.get("progressDeadlineSeconds")
    return deadline is not None and int(deadline) != NO_DEADLINE
