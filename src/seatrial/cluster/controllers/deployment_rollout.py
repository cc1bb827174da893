"""One Deployment and its ReplicaSets as one sync sees them, and what may be done to them.

As getAllReplicaSetsAndSyncRevision, getNewReplicaSet, scaleReplicaSet and cleanupDeployment in
pkg/controller/deployment/sync.go (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import conditions, deployment_status
from seatrial.cluster.controllers import deployment_arithmetic as arithmetic
from seatrial.cluster.controllers.pod_control import template_hash
from seatrial.model import objects
from seatrial.model.objects import Object, evolve

if TYPE_CHECKING:
    from seatrial.cluster.cluster import Cluster

SOURCE = "deployment-controller"
NOT_COPIED = frozenset(
    {
        objects.LAST_APPLIED, "deprecated.deployment.rollback.to",
        arithmetic.REVISION, arithmetic.REVISION_HISTORY, arithmetic.DESIRED, arithmetic.MAX,
    }
)  # fmt: skip
"""Annotations of a Deployment that its ReplicaSets do not get."""
ALL_HISTORY = 2**31 - 1


class Rollout:
    """The Deployment, its new ReplicaSet (None: not made yet) and its old ones, oldest first; writes renew them."""

    def __init__(self, cluster: Cluster, deployment: Object, replica_sets: list[Object]) -> None:
        self.cluster = cluster
        self.deployment = deployment
        self.new, self.old = arithmetic.split(deployment, replica_sets)

    @property
    def everything(self) -> list[Object]:
        """All ReplicaSets, the new one last."""
        return [*self.old, *([self.new] if self.new is not None else [])]

    def sync_revision(self, *, create: bool) -> None:
        """Bring the new ReplicaSet's annotations and both revisions up to date, or make the new ReplicaSet."""
        revision = max((arithmetic.revision(r) for r in self.old), default=0) + 1
        if self.new is not None:
            self._sync_new(self.new, revision)
        elif create:
            self._create_new(revision)

    def _sync_new(self, new: Object, revision: int) -> None:
        annotations = self._annotations(new, revision)
        min_ready = self.deployment.spec.get("minReadySeconds", 0)
        if annotations != new.annotations or new.spec.get("minReadySeconds", 0) != min_ready:
            spec = objects.merged(new.spec, {"minReadySeconds": min_ready or None})
            changed = evolve(new, metadata={"annotations": annotations}, spec=spec)
            self.new = self.cluster.api.update(changed)
            return
        self._set_revision(new.annotations[arithmetic.REVISION])
        found = conditions.find(self.deployment.status.get("conditions"), deployment_status.PROGRESSING)
        if arithmetic.has_deadline(self.deployment) and found is None:
            self._set_progressing("True", "FoundNewReplicaSet", f'Found new replica set "{new.name}"')

    def _create_new(self, revision: int) -> None:
        deployment = self.deployment
        template = arithmetic.template_without_hash(deployment)
        suffix = template_hash(template, int(deployment.status.get("collisionCount") or 0))
        labels = {**(template["metadata"].get("labels") or {}), arithmetic.HASH: suffix}
        selector = dict(deployment.spec.get("selector") or {})
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), arithmetic.HASH: suffix}
        size = arithmetic.new_size(deployment, self.old, None)
        wanted = Object(
            apiVersion="apps/v1", kind="ReplicaSet",
            metadata={
                "name": f"{deployment.name}-{suffix}", "namespace": deployment.namespace, "labels": labels,
                "annotations": {**self._annotations(None, revision), **self._sizes()},
                "ownerReferences": [objects.owner_reference(deployment)],
            },
            spec={
                "replicas": size, "selector": selector,
                **({"minReadySeconds": wait} if (wait := deployment.spec.get("minReadySeconds")) else {}),
                "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
            },
        )  # fmt: skip
        try:
            self.new = self.cluster.api.create(wanted)
        except errors.AlreadyExists:
            # Another template has the same hash: the next try hashes the number of collisions, too.
            collisions = int(deployment.status.get("collisionCount") or 0) + 1
            self.write_status({**deployment.status, "collisionCount": collisions})
            raise
        except errors.ApiError as refusal:
            if arithmetic.has_deadline(deployment):
                text = f'Failed to create new replica set "{wanted.name}": {refusal.message}'
                self._set_progressing("False", "ReplicaSetCreateError", text)
            raise
        if size > 0:
            self._tell(f"Scaled up replica set {wanted.name} from 0 to {size}")
        self._set_revision(str(revision))
        if arithmetic.has_deadline(deployment):
            self._set_progressing("True", "NewReplicaSetCreated", f'Created new replica set "{wanted.name}"')

    def _annotations(self, new: Object | None, revision: int) -> dict[str, str]:
        """The new ReplicaSet's annotations (SetNewReplicaSetAnnotations); a ReplicaSet used again keeps its history."""
        annotations = dict(new.annotations) if new is not None else {}
        annotations.update((k, v) for k, v in self.deployment.annotations.items() if k not in NOT_COPIED)
        before = arithmetic.revision(new) if new is not None else 0
        if before < revision:
            annotations[arithmetic.REVISION] = str(revision)
            if before:
                history = annotations.get(arithmetic.REVISION_HISTORY)
                annotations[arithmetic.REVISION_HISTORY] = f"{history},{before}" if history else str(before)
        return annotations

    def _sizes(self) -> dict[str, str]:
        desired = arithmetic.replicas(self.deployment)
        most = desired + arithmetic.max_surge(self.deployment)
        return {arithmetic.DESIRED: str(desired), arithmetic.MAX: str(most)}

    def _set_revision(self, revision: str) -> None:
        if self.deployment.annotations.get(arithmetic.REVISION) != revision:
            annotations = {**self.deployment.annotations, arithmetic.REVISION: revision}
            self.deployment = self.cluster.api.change_metadata(self.deployment.key, annotations=annotations)

    def _set_progressing(self, status: str, reason: str, message: str) -> None:
        new = deployment_status.condition(
            self.cluster.clock.now, deployment_status.PROGRESSING, status, reason, message
        )
        found = conditions.set_by_reason(self.deployment.status.get("conditions"), new)
        self.write_status({**self.deployment.status, "conditions": found})

    def check_paused(self) -> None:
        """Say in Progressing that the rollout was paused or goes on (checkPausedConditions)."""
        if not arithmetic.has_deadline(self.deployment):
            return
        current = conditions.find(self.deployment.status.get("conditions"), deployment_status.PROGRESSING)
        reason = current.get("reason") if current is not None else None
        if reason == deployment_status.TIMED_OUT:
            return
        paused = bool(self.deployment.spec.get("paused"))
        if paused and reason != deployment_status.PAUSED:
            self._set_progressing("Unknown", deployment_status.PAUSED, "Deployment is paused")
        elif not paused and reason == deployment_status.PAUSED:
            self._set_progressing("Unknown", deployment_status.RESUMED, "Deployment is resumed")

    def scale(self, replica_set: Object, size: int) -> bool:
        """Give a ReplicaSet a size and note the Deployment's own on it (scaleReplicaSet); whether the size changed."""
        before = arithmetic.replicas(replica_set)
        annotations = {**replica_set.annotations, **self._sizes()}
        if before == size and annotations == replica_set.annotations:
            return False
        written = self.cluster.api.update(
            evolve(replica_set, metadata={"annotations": annotations}, spec={**replica_set.spec, "replicas": size})
        )
        if self.new is not None and self.new.uid == written.uid:
            self.new = written
        self.old = [written if r.uid == written.uid else r for r in self.old]
        if before == size:
            return False
        direction = "up" if before < size else "down"
        self._tell(f"Scaled {direction} replica set {written.name} from {before} to {size}")
        return True

    def scale_if_needed(self, replica_set: Object, size: int) -> bool:
        """As `scale`, but leaves a ReplicaSet of that size alone (scaleReplicaSetAndRecordEvent)."""
        return arithmetic.replicas(replica_set) != size and self.scale(replica_set, size)

    def clean_up(self) -> None:
        """Delete old ReplicaSets without pods beyond revisionHistoryLimit (cleanupDeployment)."""
        limit = self.deployment.spec.get("revisionHistoryLimit", 10)
        if limit is None or limit == ALL_HISTORY:
            return
        alive = sorted((r for r in self.old if not r.deleting), key=arithmetic.revision)
        for replica_set in alive[: max(0, len(alive) - int(limit))]:
            observed = int(replica_set.status.get("observedGeneration") or 0)
            empty = not replica_set.status.get("replicas") and arithmetic.replicas(replica_set) == 0
            if empty and replica_set.metadata.get("generation", 1) <= observed:
                self.cluster.api.delete(replica_set.key, uid=replica_set.uid)

    def write_status(self, status: dict[str, Any]) -> None:
        """Write the Deployment's status where it differs."""
        if self.deployment.status != status:
            self.deployment = self.cluster.api.update_status(self.deployment, status)

    def _tell(self, message: str) -> None:
        events.record(self.cluster, self.deployment, "ScalingReplicaSet", message, source=SOURCE)
