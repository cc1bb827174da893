"""A Deployment's status: counts, Available, Progressing and whether its rollout has stalled.

As calculateStatus in pkg/controller/deployment/sync.go and syncRolloutStatus in progress.go (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers.conditions import Condition
from seatrial.model import objects
from seatrial.model.objects import Object

AVAILABLE, PROGRESSING, FAILURE = "Available", "Progressing", "ReplicaFailure"
NEW_AVAILABLE, TIMED_OUT, UPDATED = "NewReplicaSetAvailable", "ProgressDeadlineExceeded", "ReplicaSetUpdated"
PAUSED, RESUMED = "DeploymentPaused", "DeploymentResumed"


def condition(now: float, type: str, status: str, reason: str, message: str) -> Condition:
    """A Deployment's condition; these carry a time of update, too."""
    stamp = objects.timestamp(now)
    return conditions.condition(stamp, type, status, reason, message, lastUpdateTime=stamp)


def calculated(deployment: Object, everything: list[Object], new: Object | None, now: float) -> dict[str, Any]:
    """Counts and the Available condition (calculateStatus)."""
    available = arithmetic.counted(everything, "availableReplicas")
    counts = {
        "replicas": arithmetic.counted(everything, "replicas"),
        "updatedReplicas": arithmetic.counted([new] if new is not None else [], "replicas"),
        "readyReplicas": arithmetic.counted(everything, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, arithmetic.total(everything) - available),
    }
    status: dict[str, Any] = {"observedGeneration": deployment.metadata.get("generation", 1)}
    status.update((k, v) for k, v in counts.items() if v)
    status["terminatingReplicas"] = arithmetic.counted(everything, "terminatingReplicas")
    if collisions := deployment.status.get("collisionCount"):
        status["collisionCount"] = collisions
    enough = available >= arithmetic.replicas(deployment) - arithmetic.max_unavailable(deployment)
    verdict = (
        condition(now, AVAILABLE, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        if enough
        else condition(
            now, AVAILABLE, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."
        )
    )
    status["conditions"] = conditions.set_by_reason(deployment.status.get("conditions"), verdict)
    return status


def rolling_out(deployment: Object, everything: list[Object], new: Object | None, now: float) -> dict[str, Any]:
    """The status during a rollout, Progressing included (syncRolloutStatus)."""
    status = calculated(deployment, everything, new, now)
    if not arithmetic.has_deadline(deployment):
        status["conditions"] = conditions.without(status["conditions"], PROGRESSING)
    else:
        _estimate_progress(deployment, new, status, now)
    failures = [c for r in [*([new] if new is not None else []), *everything] for c in r.status.get("conditions") or ()]
    failure = next((c for c in failures if c.get("type") == FAILURE), None)
    if failure is not None:
        told = {**failure, "lastUpdateTime": failure.get("lastTransitionTime")}
        status["conditions"] = conditions.set_by_reason(status["conditions"], told)
    else:
        status["conditions"] = conditions.without(status["conditions"], FAILURE)
    return status


def _estimate_progress(deployment: Object, new: Object | None, status: dict[str, Any], now: float) -> None:
    current = conditions.find(deployment.status.get("conditions"), PROGRESSING)
    if status.get("replicas") == status.get("updatedReplicas") and current and current.get("reason") == NEW_AVAILABLE:
        return
    what = f'ReplicaSet "{new.name}"' if new is not None else f'Deployment "{deployment.name}"'
    if arithmetic.is_complete(deployment, status):
        done = condition(now, PROGRESSING, "True", NEW_AVAILABLE, f"{what} has successfully progressed.")
        status["conditions"] = conditions.set_by_reason(status["conditions"], done)
    elif _has_progressed(deployment, status):
        moving = condition(now, PROGRESSING, "True", UPDATED, f"{what} is progressing.")
        if current and current.get("status") == "True":
            moving["lastTransitionTime"] = current.get("lastTransitionTime")
        # Replaced even where the reason is the same: the time of update is when there was progress last.
        status["conditions"] = [*conditions.without(status["conditions"], PROGRESSING), moving]
    elif has_timed_out(deployment, now):
        late = condition(now, PROGRESSING, "False", TIMED_OUT, f"{what} has timed out progressing.")
        status["conditions"] = conditions.set_by_reason(status["conditions"], late)


def _has_progressed(deployment: Object, status: dict[str, Any]) -> bool:
    """Whether more is new, ready or available, or less is old, than before (DeploymentProgressing)."""
    old = deployment.status

    def grown(field: str) -> bool:
        return int(status.get(field) or 0) > int(old.get(field) or 0)

    def outdated(s: dict[str, Any]) -> int:
        return int(s.get("replicas") or 0) - int(s.get("updatedReplicas") or 0)

    return (
        grown("updatedReplicas")
        or outdated(status) < outdated(old)
        or grown("readyReplicas")
        or grown("availableReplicas")
    )


def has_timed_out(deployment: Object, now: float) -> bool:
    """Whether there was no progress for progressDeadlineSeconds (DeploymentTimedOut)."""
    current = conditions.find(deployment.status.get("conditions"), PROGRESSING)
    if current is None or current.get("reason") == NEW_AVAILABLE:
        return False
    if current.get("reason") == TIMED_OUT:
        return True
    since = objects.seconds_of(current["lastUpdateTime"])
    return since + int(deployment.spec["progressDeadlineSeconds"]) < now


def next_check(deployment: Object, status: dict[str, Any], now: float) -> float | None:
    """Seconds until the deadline has to be looked at again (requeueStuckDeployment); None: there is no need.

    Upstream goes on looking at a Deployment that has lost pods after its rollout was over; no look can find anything
    there, since such a rollout does not time out any more.
    """
    current = conditions.find(deployment.status.get("conditions"), PROGRESSING)
    if not arithmetic.has_deadline(deployment) or current is None:
        return None
    if arithmetic.is_complete(deployment, status) or current.get("reason") in (TIMED_OUT, NEW_AVAILABLE):
        return None
    left = objects.seconds_of(current["lastUpdateTime"]) + int(deployment.spec["progressDeadlineSeconds"]) - now
    return max(left, 0.0) + 1.0  # a second more, against cut-off milliseconds
