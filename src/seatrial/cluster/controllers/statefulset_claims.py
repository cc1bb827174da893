"""A StatefulSet's claims: made with its pods, kept or given up with them (persistentVolumeClaimRetentionPolicy).

As pkg/controller/statefulset/stateful_pod_control.go and stateful_set_utils.go (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import statefulset_identity as identity
from seatrial.model import objects
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.cluster import Cluster

SOURCE = "statefulset-controller"


def templates(set_: Object) -> list[dict[str, Any]]:
    """The set's volumeClaimTemplates."""
    return list(set_.spec.get("volumeClaimTemplates") or ())


def is_stale(cluster: Cluster, set_: Object, pod: Object) -> bool:
    """Whether a claim of the pod is on its way out, so that a new pod must wait (PodClaimIsStale)."""
    for template in templates(set_):
        claim = cluster.store.get("PersistentVolumeClaim", set_.namespace, identity.claim_name(template, pod, set_))
        if claim is not None and claim.deleting:
            return True
    return False


def create_missing(cluster: Cluster, set_: Object, pod: Object) -> None:
    """Create the claims of a pod that do not exist (createMissingPersistentVolumeClaims).

    Raises:
        errors.ApiError: where a claim is refused; an event tells that too.
    """
    for template in templates(set_):
        name = identity.claim_name(template, pod, set_)
        if cluster.store.get("PersistentVolumeClaim", set_.namespace, name) is not None:
            continue
        matching = (set_.spec.get("selector") or {}).get("matchLabels") or {}
        metadata = {
            **(template.get("metadata") or {}), "name": name, "namespace": set_.namespace,
            "labels": {**(template["metadata"].get("labels") or {}), **matching},
        }  # fmt: skip
        claim = Object(
            apiVersion="v1", kind="PersistentVolumeClaim", metadata=metadata, spec=template.get("spec") or {}
        )
        try:
            cluster.api.create(claim)
        except errors.ApiError as refusal:
            text = f"Create Claim {name} Pod {pod.name} in StatefulSet {set_.name} failed error: {refusal.message}"
            events.record(cluster, set_, "FailedCreate", text, type="Warning", source=SOURCE)
            raise
        text = f"Create Claim {name} Pod {pod.name} in StatefulSet {set_.name} success"
        events.record(cluster, set_, "SuccessfulCreate", text, source=SOURCE)


def retain(cluster: Cluster, set_: Object, pod: Object) -> None:
    """Make the owners of a pod's claims those that the retention policy asks for (UpdatePodClaimForRetentionPolicy).

    A claim that is to go with the set is owned by the set; one that is to go when scaled down is owned, once the pod
    is condemned, by the pod. Garbage collection does the rest.
    """
    policy = set_.spec.get("persistentVolumeClaimRetentionPolicy") or {}
    wanted: list[Object] = []
    if policy.get("whenScaled") == "Delete" and not identity.in_range(set_, pod):
        wanted.append(pod)
    elif policy.get("whenDeleted") == "Delete":
        wanted.append(set_)
    for template in templates(set_):
        name = identity.claim_name(template, pod, set_)
        claim = cluster.store.get("PersistentVolumeClaim", set_.namespace, name)
        if claim is not None:
            _set_owners(cluster, set_, pod, claim, wanted)


def _set_owners(cluster: Cluster, set_: Object, pod: Object, claim: Object, wanted: list[Object]) -> None:
    present = claim.metadata.get("ownerReferences") or []
    kept = [r for r in present if (r["kind"], r["name"]) not in ((set_.kind, set_.name), ("Pod", pod.name))]
    references = kept + [_reference(owner) for owner in wanted]
    if [r.get("uid") for r in references] != [r.get("uid") for r in present]:
        cluster.api.change_metadata(claim.key, ownerReferences=references or None)


def _reference(owner: Object) -> dict[str, Any]:
    reference = objects.owner_reference(owner)
    del reference["blockOwnerDeletion"]
    if owner.kind == "Pod":
        del reference["controller"]
    return reference
