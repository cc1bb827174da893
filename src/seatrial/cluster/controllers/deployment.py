"""The Deployment controller (pkg/controller/deployment/deployment_controller.go and sync.go, Kubernetes 1.36).

A sync gathers the ReplicaSets (`deployment_rollout`), moves them one step by the strategy (`deployment_rolling`,
`deployment_recreate`) or scales them in proportion, and writes the status (`deployment_status`).
"""

from __future__ import annotations

from seatrial.cluster import events
from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers import deployment_status
from seatrial.cluster.controllers.deployment_recreate import recreate
from seatrial.cluster.controllers.deployment_rolling import roll
from seatrial.cluster.controllers.deployment_rollout import SOURCE, Rollout
from seatrial.cluster.controllers.workload_controller import WorkloadController
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object, controller_of


class DeploymentController(WorkloadController):
    """Rolls out pod templates by making ReplicaSets and moving replicas between them."""

    name = SOURCE
    kind = "Deployment"
    child_kind = "ReplicaSet"

    def start(self) -> None:
        """Watch Deployments, ReplicaSets, and pods for the last one that a Recreate waits for."""
        super().start()
        self.store.watch("Pod", self._on_pod)

    def goes_by_status(self, workload: Object) -> bool:
        """Once its rollout is complete, old ReplicaSets are cleaned up."""
        return arithmetic.is_complete(workload, workload.status)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        owner = controller_of(pod) if event == "DELETED" else None
        if owner is None or owner["kind"] != "ReplicaSet":
            return
        replica_set = self.store.get("ReplicaSet", pod.namespace, owner["name"])
        above = controller_of(replica_set) if replica_set is not None else None
        if above is None or above["kind"] != self.kind:
            return
        deployment = self.store.get(self.kind, pod.namespace, above["name"])
        if deployment is not None and not arithmetic.is_rolling(deployment):
            self.enqueue(deployment)

    def sync(self, key: str) -> None:
        """One look at one Deployment (syncDeployment)."""
        deployment = self.current(key)
        if deployment is None:
            return
        if deployment.spec.get("selector") == {}:
            text = "This deployment is selecting all pods. A non-empty selector is required."
            events.record(self.cluster, deployment, "SelectingAll", text, type="Warning", source=SOURCE)
            return
        rollout = Rollout(self.cluster, deployment, self.children(deployment))
        if deployment.deleting:
            rollout.sync_revision(create=False)
            self._write_plain_status(rollout)
            return
        rollout.check_paused()
        if deployment.spec.get("paused") or _is_scaling(rollout):
            self._scale(rollout)
            self._write_plain_status(rollout)
            return
        if arithmetic.is_rolling(deployment):
            roll(rollout)
        else:
            recreate(rollout)
        self._write_rollout_status(key, rollout)

    def _scale(self, rollout: Rollout) -> None:
        """Follow a change of the Deployment's size, in mid-rollout in proportion (sync, scale)."""
        rollout.sync_revision(create=False)
        desired = arithmetic.replicas(rollout.deployment)
        only = _active_or_latest(rollout)
        if only is not None:
            rollout.scale_if_needed(only, desired)
        elif arithmetic.is_saturated(rollout.deployment, rollout.new):
            for old in arithmetic.active(rollout.old):
                rollout.scale_if_needed(old, 0)
        elif arithmetic.is_rolling(rollout.deployment):
            for replica_set, size in arithmetic.proportions(rollout.deployment, arithmetic.active(rollout.everything)):
                rollout.scale(replica_set, size)
        if rollout.deployment.spec.get("paused"):
            rollout.clean_up()

    def _write_plain_status(self, rollout: Rollout) -> None:
        rollout.write_status(
            deployment_status.calculated(rollout.deployment, rollout.everything, rollout.new, self.clock.now)
        )

    def _write_rollout_status(self, key: str, rollout: Rollout) -> None:
        status = deployment_status.rolling_out(rollout.deployment, rollout.everything, rollout.new, self.clock.now)
        rollout.write_status(status)
        wait = deployment_status.next_check(rollout.deployment, status, self.clock.now)
        if wait is not None:
            self.add(key, wait)


def _is_scaling(rollout: Rollout) -> bool:
    """Whether an active ReplicaSet was sized for another number of replicas (isScalingEvent)."""
    desired = str(arithmetic.replicas(rollout.deployment))
    return any(r.annotations.get(arithmetic.DESIRED, desired) != desired for r in arithmetic.active(rollout.everything))


def _active_or_latest(rollout: Rollout) -> Object | None:
    """The only active ReplicaSet, the latest where none is active, None where several are (FindActiveOrLatest)."""
    active = arithmetic.active(rollout.everything)
    if len(active) > 1:
        return None
    if active:
        return active[0]
    return rollout.new if rollout.new is not None else (rollout.old[-1] if rollout.old else None)
