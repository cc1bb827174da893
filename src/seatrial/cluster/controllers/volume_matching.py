"""Which volume suits a claim (component-helpers storage/volume/pv_helpers.go FindMatchingVolume, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.model import quantities, selectors
from seatrial.model.objects import Object, dig


def requested(claim: Object) -> int:
    """Bytes that the claim asks for."""
    return quantities.whole(dig(claim, "spec", "resources", "requests", "storage", default="0"))


def is_for(volume: Object, claim: Object) -> bool:
    """Whether the volume's claimRef names this claim; a uid must be that of the claim where there is one."""
    reference = volume.spec.get("claimRef")
    if not reference or (reference.get("namespace"), reference.get("name")) != (claim.namespace, claim.name):
        return False
    return reference.get("uid") in (None, "", claim.uid)


def matching(volumes: Iterable[Object], claim: Object) -> Object | None:
    """The volume set aside for the claim, else the smallest free one that suits it; None where there is none."""
    best: tuple[int, str, Object] | None = None
    for volume in volumes:
        if volume.deleting:
            continue
        if is_for(volume, claim):
            return volume
        if volume.spec.get("claimRef") or not _suits(volume, claim):
            continue
        size = _capacity(volume)
        if size >= requested(claim) and (best is None or (size, volume.name) < best[:2]):
            best = (size, volume.name, volume)
    return best[2] if best is not None else None


def _capacity(volume: Object) -> int:
    return quantities.whole(dig(volume, "spec", "capacity", "storage", default="0"))


def _suits(volume: Object, claim: Object) -> bool:
    selector = claim.spec.get("selector")
    return (
        volume.status.get("phase") in (None, "Available", "Pending")
        and (volume.spec.get("storageClassName") or "") == (claim.spec.get("storageClassName") or "")
        and set(claim.spec.get("accessModes") or ()) <= set(volume.spec.get("accessModes") or ())
        and volume.spec.get("volumeMode", "Filesystem") == claim.spec.get("volumeMode", "Filesystem")
        and (selector is None or selectors.matches(selector, volume.labels))
    )
