"""NodeVolumeLimits: a CSI driver attaches so many volumes to a node (plugins/nodevolumelimits/csi.go, 1.34)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from seatrial.cluster.scheduler.assume_cache import storage_class
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import FilterPlugin, Ints, NodeFilter, Reach, Status, Where, unschedulable
from seatrial.cluster.scheduler.node_info import ClaimKey, NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot

EXCEEDED = unschedulable("node(s) exceed max volume count")
Volume = tuple[str, str]
"""(driver, what identifies the volume to it)."""


class NodeVolumeLimits(FilterPlugin):
    """PreFilter and Filter."""

    name = "NodeVolumeLimits"
    events = (ClusterEvent.CSI_NODE, ClusterEvent.POD_DELETE, ClusterEvent.PVC, ClusterEvent.VOLUME_ATTACHMENT_DELETE)

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Of claims, those that the pod uses."""
        return happened.event is not ClusterEvent.PVC or pod.uses_claim(happened.obj)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Nothing to say to pods without claims."""
        if not pod.needs_claims:
            return None
        names = [(v.get("persistentVolumeClaim") or {}).get("claimName") for v in pod.volumes]
        wanted = set(_volumes(((pod.namespace, name) for name in names if name), snapshot))
        return LimitFilter(snapshot, wanted) if wanted else None


class LimitFilter(NodeFilter):
    """Nodes that can attach what the pod brings along, besides what is attached."""

    reach = Reach.PODS_ON_NODE

    def __init__(self, snapshot: Snapshot, wanted: set[Volume]) -> None:
        self._snapshot = snapshot
        self._wanted = wanted

    def codes(self, where: Where) -> Ints:
        """1 where a driver would have too many."""
        nodes = self._snapshot.nodes
        asked = nodes[where] if isinstance(where, slice) else [nodes[slot] for slot in where.tolist()]
        return np.array([int(self._exceeds(node)) for node in asked], dtype=np.int64)

    def status(self, slot: int, code: int) -> Status:
        """There is one reason only."""
        return EXCEEDED

    def _exceeds(self, node: NodeInfo) -> bool:
        limits = self._limits(node.name)
        if not limits:
            return False
        attached = set(_volumes(node.claims, self._snapshot))
        attached |= set(self._attachments(node.name))
        for driver in {driver for driver, _ in self._wanted - attached}:
            new = sum(d == driver for d, _ in self._wanted - attached)
            if driver in limits and sum(d == driver for d, _ in attached) + new > limits[driver]:
                return True
        return False

    def _limits(self, node: str) -> Mapping[str, int]:
        csi_node = self._snapshot.lister.get("CSINode", "", node)
        if csi_node is None:
            return {}
        counts = {
            d.get("name", ""): (d.get("allocatable") or {}).get("count") for d in csi_node.spec.get("drivers") or ()
        }
        return {driver: int(count) for driver, count in counts.items() if count is not None}

    def _attachments(self, node: str) -> Iterable[Volume]:
        for attachment in self._snapshot.lister.list("VolumeAttachment"):
            source = (attachment.spec.get("source") or {}).get("persistentVolumeName")
            if attachment.spec.get("nodeName") == node and source:
                volume = self._snapshot.claims.volume(source)
                csi = (volume.spec.get("csi") or {}) if volume is not None else {}
                if csi:
                    yield csi.get("driver", ""), csi.get("volumeHandle", "")


def _volumes(claims: Iterable[ClaimKey], snapshot: Snapshot) -> Iterable[Volume]:
    """The CSI volumes behind claims; one that is not bound yet counts for the driver that will provision it."""
    for namespace, name in claims:
        claim = snapshot.claims.claim(namespace, name)
        if claim is None:
            continue
        bound = claim.spec.get("volumeName")
        volume = snapshot.claims.volume(bound) if bound else None
        if volume is None:
            found = snapshot.lister.get("StorageClass", "", storage_class(claim))
            if found is not None and found.get("provisioner"):
                yield found["provisioner"], f"claim {namespace}/{name}"
        elif csi := volume.spec.get("csi"):
            yield csi.get("driver", ""), csi.get("volumeHandle", "")
