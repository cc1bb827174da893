"""VolumeZone: a volume with zone labels is used in those zones (plugins/volumezone, 1.36)."""

from __future__ import annotations

import numpy as np

from seatrial.cluster.scheduler.assume_cache import storage_class
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import FilterPlugin, Mask, NodeFilter, Status, unresolvable
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter
from seatrial.model.objects import Object

NO_ZONE = unresolvable("node(s) had no available volume zone")
TOPOLOGY_LABELS = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Labels that count, and what they are called today."""
Demand = tuple[str, frozenset[str]]
"""A label and the values it may have."""


class VolumeZone(FilterPlugin):
    """PreFilter and Filter."""

    name = "VolumeZone"
    events = (
        ClusterEvent.STORAGE_CLASS, ClusterEvent.NODE_ADD, ClusterEvent.NODE_LABEL, ClusterEvent.PVC, ClusterEvent.PV,
    )  # fmt: skip

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Of claims, those that the pod uses."""
        return happened.event is not ClusterEvent.PVC or pod.uses_claim(happened.obj)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | Status | None:
        """Collect what the labels of bound volumes demand."""
        demands: list[Demand] = []
        for volume in pod.volumes:
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if name is None:
                continue
            found = self._demands(pod.namespace, name, snapshot)
            if isinstance(found, Status):
                return found
            demands += found
        if not demands:
            return None
        return StaticFilter(np.where(_allowed(demands, snapshot), 0, 1), [NO_ZONE])

    @staticmethod
    def _demands(namespace: str, name: str, snapshot: Snapshot) -> list[Demand] | Status:
        claim = snapshot.claims.claim(namespace, name)
        if claim is None:
            return unresolvable(f'persistentvolumeclaim "{name}" not found')
        bound = claim.spec.get("volumeName")
        if not bound:
            class_name = storage_class(claim)
            if not class_name:
                return unresolvable("PersistentVolumeClaim had no pv name and storageClass name")
            found = snapshot.lister.get("StorageClass", "", class_name)
            if found is None:
                return unresolvable(f'storageclass.storage.k8s.io "{class_name}" not found')
            if found.get("volumeBindingMode") == "WaitForFirstConsumer":
                return []
            return unresolvable("PersistentVolume had no name")
        volume = snapshot.claims.volume(bound)
        if volume is None:
            return unresolvable(f'persistentvolume "{bound}" not found')
        return _labels(volume)


def _labels(volume: Object) -> list[Demand]:
    """Zones are separated by two underscores (volumehelpers.LabelZonesToSet)."""
    return [
        (key, frozenset(zone.strip() for zone in volume.labels[key].split("__")))
        for key in TOPOLOGY_LABELS
        if volume.labels.get(key)
    ]


def _allowed(demands: list[Demand], snapshot: Snapshot) -> Mask:
    """Nodes without any zone label are taken to be in the one zone there is."""
    found = []
    for node in snapshot.nodes:
        labels = node.labels
        zoned = any(key in labels for key in TOPOLOGY_LABELS)
        found.append(
            not zoned or all(labels.get(key, labels.get(TOPOLOGY_LABELS[key])) in values for key, values in demands)
        )
    return np.array(found, dtype=np.bool_)
