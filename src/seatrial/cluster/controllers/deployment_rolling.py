"""RollingUpdate: new pods in, old pods out, within maxSurge and maxUnavailable.

As pkg/controller/deployment/rolling.go (Kubernetes 1.36).
"""

from __future__ import annotations

from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers.deployment_rollout import Rollout
from seatrial.model.objects import Object


def roll(rollout: Rollout) -> None:
    """One step of a rolling update; a step up ends the sync, the old pods' turn comes next (rolloutRolling)."""
    rollout.sync_revision(create=True)
    if _reconcile_new(rollout) or _reconcile_old(rollout):
        return
    if arithmetic.is_complete(rollout.deployment, rollout.deployment.status):
        rollout.clean_up()


def _reconcile_new(rollout: Rollout) -> bool:
    new = rollout.new
    assert new is not None  # made by sync_revision
    desired = arithmetic.replicas(rollout.deployment)
    if arithmetic.replicas(new) > desired:
        return rollout.scale_if_needed(new, desired)
    return rollout.scale_if_needed(new, arithmetic.new_size(rollout.deployment, rollout.everything, new))


def _reconcile_old(rollout: Rollout) -> bool:
    """Scale old ReplicaSets down as far as availability allows, unhealthy pods first (reconcileOldReplicaSets)."""
    new = rollout.new
    assert new is not None
    if arithmetic.total(rollout.old) == 0:
        return False
    min_available = arithmetic.replicas(rollout.deployment) - arithmetic.max_unavailable(rollout.deployment)
    new_unavailable = arithmetic.replicas(new) - _available(new)
    most = arithmetic.total(rollout.everything) - min_available - new_unavailable
    if most <= 0:
        return False
    cleaned = _clean_up_unhealthy(rollout, most)
    if cleaned is None:
        return False
    return cleaned + _scale_down(rollout, min_available) > 0


def _clean_up_unhealthy(rollout: Rollout, most: int) -> int | None:
    """Take away up to `most` old pods that are not available; that makes nothing worse (cleanupUnhealthyReplicas).

    None where a ReplicaSet says that it has more pods than it asks for: it was scaled down just now, and nobody knows
    yet what is left.
    """
    done = 0
    for old in arithmetic.active(rollout.old):
        if done >= most:
            break
        unhealthy = arithmetic.replicas(old) - _available(old)
        if unhealthy < 0:
            return None
        if unhealthy:
            step = min(most - done, unhealthy)
            rollout.scale_if_needed(old, arithmetic.replicas(old) - step)
            done += step
    return done


def _scale_down(rollout: Rollout, min_available: int) -> int:
    """Take away old pods that are more than must be available (scaleDownOldReplicaSetsForRollingUpdate)."""
    spare = arithmetic.counted(rollout.everything, "availableReplicas") - min_available
    done = 0
    for old in arithmetic.active(rollout.old):
        step = min(arithmetic.replicas(old), spare - done)
        if step > 0:
            rollout.scale_if_needed(old, arithmetic.replicas(old) - step)
            done += step
    return done


def _available(replica_set: Object) -> int:
    return int(replica_set.status.get("availableReplicas") or 0)
