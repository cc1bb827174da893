"""ControllerRevisions: the templates that a StatefulSet or DaemonSet had, numbered.

As pkg/controller/history/controller_history.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.api_server import ApiServer
from seatrial.cluster.controllers import claims
from seatrial.cluster.controllers.pod_control import template_hash
from seatrial.model import objects
from seatrial.model.objects import Object, evolve

HASH_LABEL = "controller-revision-hash"
"""On revisions and pods: which revision a pod was made from."""


def revisions_of(api: ApiServer, owner: Object) -> list[Object]:
    """The owner's revisions, oldest first; matching orphans are adopted."""
    found = claims.claimed(api, owner, "ControllerRevision", owner.spec.get("selector"))
    return sorted(found, key=number)


def number(revision: Object) -> int:
    """The revision's number, counted from 1."""
    return int(revision.get("revision") or 0)


def template_of(revision: Object) -> dict[str, Any]:
    """The pod template that the revision keeps."""
    template = dict(objects.dig(revision, "data", "spec", "template", default={}))
    template.pop("$patch", None)
    return template


def sync(api: ApiServer, owner: Object, revisions: list[Object], label: str) -> tuple[Object, int]:
    """The revision of the owner's present template and the count of name collisions.

    Where the template is an earlier one again, that revision becomes the newest; where it is new, a revision is made.
    `label` names the label that carries the hash on the revision.
    """
    template = owner.spec.get("template") or {}
    collisions = int(owner.status.get("collisionCount") or 0)
    newest = number(revisions[-1]) if revisions else 0
    equal = [r for r in revisions if template_of(r) == template]
    if equal and equal[-1] is revisions[-1]:
        return equal[-1], collisions
    if equal:
        return api.update(evolve(equal[-1], revision=newest + 1)), collisions
    while True:
        revision = _made(owner, template, newest + 1, template_hash(template, collisions), label)
        try:
            return api.create(revision), collisions
        except errors.AlreadyExists:
            collisions += 1


def _made(owner: Object, template: Mapping[str, Any], revision: int, suffix: str, label: str) -> Object:
    labels = {**((template.get("metadata") or {}).get("labels") or {}), label: suffix}
    return Object(
        apiVersion="apps/v1", kind="ControllerRevision",
        metadata={
            "name": f"{owner.name}-{suffix}", "namespace": owner.namespace, "labels": labels,
            "ownerReferences": [objects.owner_reference(owner)],
        },
        data={"spec": {"template": {**template, "$patch": "replace"}}}, revision=revision,
    )  # fmt: skip


def truncate(api: ApiServer, owner: Object, revisions: Iterable[Object], live: set[str]) -> None:
    """Delete the oldest revisions beyond revisionHistoryLimit; names in `live` are in use and stay."""
    limit = owner.spec.get("revisionHistoryLimit", 10)
    history = [r for r in revisions if r.name not in live]
    for revision in history[: max(0, len(history) - int(limit))]:
        api.delete(revision.key)
