"""Recreate: all old pods are gone before a new one is made (pkg/controller/deployment/recreate.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers.deployment_rollout import Rollout
from seatrial.model.pods import is_terminal


def recreate(rollout: Rollout) -> None:
    """One step: down with the old, wait for their pods to go, up with the new (rolloutRecreate)."""
    rollout.sync_revision(create=False)
    scaled = [rollout.scale_if_needed(old, 0) for old in arithmetic.active(rollout.old)]
    if any(scaled) or _old_pods_left(rollout):
        return
    if rollout.new is None:
        rollout.sync_revision(create=True)
    if rollout.new is not None:
        rollout.scale_if_needed(rollout.new, arithmetic.replicas(rollout.deployment))
    if arithmetic.is_complete(rollout.deployment, rollout.deployment.status):
        rollout.clean_up()


def _old_pods_left(rollout: Rollout) -> bool:
    """Whether a pod of an old ReplicaSet has not ended, be it terminating (oldPodsRunning)."""
    if arithmetic.counted(rollout.old, "replicas") > 0:
        return True
    store = rollout.cluster.store
    return any(not is_terminal(pod) for old in rollout.old for pod in store.by_index("Pod", "owner", old.uid))
