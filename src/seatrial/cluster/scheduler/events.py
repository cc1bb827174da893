"""What can happen in a cluster that may make a waiting pod schedulable (pkg/scheduler/framework/events.go, 1.36)."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from seatrial.model.objects import Object


class ClusterEvent(Enum):
    """A kind of object and what was done to it (ClusterEvent{Resource, ActionType})."""

    POD_ADD = "AssignedPodAdd"
    """A pod was assigned to a node."""
    POD_UPDATE_LABELS = "AssignedPodUpdate"
    POD_DELETE = "AssignedPodDelete"
    """A pod left its node: deleted or ended."""
    POD_TERMINATING = "AssignedPodTerminating"
    NODE_ADD = "NodeAdd"
    NODE_LABEL = "NodeLabelChange"
    NODE_TAINT = "NodeTaintChange"
    """Taints or `spec.unschedulable` changed."""
    NODE_ALLOCATABLE = "NodeAllocatableChange"
    PVC = "PersistentVolumeClaimChange"
    PV = "PersistentVolumeChange"
    STORAGE_CLASS = "StorageClassChange"
    CSI_NODE = "CSINodeChange"
    CSI_CAPACITY = "CSIStorageCapacityChange"
    VOLUME_ATTACHMENT_DELETE = "VolumeAttachmentDelete"


class Happened(NamedTuple):
    """An event, the object it is about, and the object before where it is an update."""

    event: ClusterEvent
    obj: Object
    old: Object | None = None


def node_events(node: Object, old: Object | None) -> list[ClusterEvent]:
    """What happened to a node, as far as pods care (framework.NodeSchedulingPropertiesChange)."""
    if old is None:
        return [ClusterEvent.NODE_ADD]
    found = []
    if node.labels != old.labels:
        found.append(ClusterEvent.NODE_LABEL)
    taints = node.spec.get("taints") or []
    if taints != (old.spec.get("taints") or []) or _cordoned(node) != _cordoned(old):
        found.append(ClusterEvent.NODE_TAINT)
    if node.status.get("allocatable") != old.status.get("allocatable"):
        found.append(ClusterEvent.NODE_ALLOCATABLE)
    return found


def _cordoned(node: Object) -> bool:
    return bool(node.spec.get("unschedulable"))
