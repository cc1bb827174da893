"""VolumeRestrictions: disks that one node mounts at a time, claims that one pod uses at a time
(plugins/volumerestrictions).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    FilterPlugin,
    Ints,
    NodeFilter,
    Reach,
    Status,
    Where,
    unresolvable,
    unschedulable,
)
from seatrial.cluster.scheduler.node_info import ClaimKey, NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot

DISK_CONFLICT = unschedulable("node(s) had no available disk")
IN_USE = unschedulable(
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)
EXCLUSIVE_DISKS = ("gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd")


class VolumeRestrictions(FilterPlugin):
    """PreFilter and Filter."""

    name = "VolumeRestrictions"
    events = (ClusterEvent.POD_DELETE, ClusterEvent.NODE_ADD, ClusterEvent.PVC)

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Of claims, those that the pod uses."""
        return happened.event is not ClusterEvent.PVC or pod.uses_claim(happened.obj)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | Status | None:
        """A claim that does not exist turns the pod down."""
        exclusive: list[ClaimKey] = []
        for volume in pod.volumes:
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if name is None:
                continue
            claim = snapshot.claims.claim(pod.namespace, name)
            if claim is None:
                return unresolvable(f'persistentvolumeclaim "{name}" not found')
            if "ReadWriteOncePod" in (claim.spec.get("accessModes") or ()):
                exclusive.append((pod.namespace, name))
        disks = [v for v in pod.volumes if any(v.get(kind) for kind in EXCLUSIVE_DISKS)]
        return RestrictionFilter(snapshot, disks, exclusive) if disks or exclusive else None


class RestrictionFilter(NodeFilter):
    """Code 1 for a disk that is mounted on the node, 2 for a claim that is in use anywhere."""

    reach = Reach.CLUSTER

    def __init__(self, snapshot: Snapshot, disks: list[Mapping[str, Any]], exclusive: list[ClaimKey]) -> None:
        self._snapshot = snapshot
        self._disks = disks
        self._exclusive = exclusive

    def codes(self, where: Where) -> Ints:
        """Disks are looked at first."""
        used = any(self._snapshot.claim_users.get(claim) for claim in self._exclusive)
        nodes = self._snapshot.nodes
        asked = nodes[where] if isinstance(where, slice) else [nodes[slot] for slot in where.tolist()]
        return np.array([1 if self._conflicts(node) else 2 * used for node in asked], dtype=np.int64)

    def status(self, slot: int, code: int) -> Status:
        """Which of the two it is."""
        return DISK_CONFLICT if code == 1 else IN_USE

    def _conflicts(self, node: NodeInfo) -> bool:
        return bool(self._disks) and any(
            _conflict(disk, other)
            for placed in node.pods.values()
            for other in placed.info.volumes
            for disk in self._disks
        )


def _conflict(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """isVolumeConflict: the same disk twice, unless all mount it read-only (never on EBS)."""
    for kind in EXCLUSIVE_DISKS:
        a, b = one.get(kind), other.get(kind)
        if not a or not b:
            continue
        read_only = bool(a.get("readOnly") and b.get("readOnly"))
        match kind:
            case "gcePersistentDisk":
                same = a.get("pdName") == b.get("pdName") and not read_only
            case "awsElasticBlockStore":
                same = a.get("volumeID") == b.get("volumeID")
            case "iscsi":
                same = a.get("iqn") == b.get("iqn") and not read_only
            case _:
                monitors = set(a.get("monitors") or ()) & set(b.get("monitors") or ())
                image = all((a.get(k) or d) == (b.get(k) or d) for k, d in (("pool", "rbd"), ("image", "")))
                same = bool(monitors) and image and not read_only
        if same:
            return True
    return False
