"""What the scheduler hears from the cluster (pkg/scheduler/eventhandlers.go, 1.34).

Pods on nodes and nodes go into the snapshot, pods without a node into the queue, and whatever may help a waiting pod
wakes it. Nothing is written here: the store tells its watchers in the middle of a write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from seatrial.cluster.scheduler.events import ClusterEvent, Happened, node_events
from seatrial.cluster.scheduler.framework import Plugin
from seatrial.cluster.scheduler.priority import prioritised
from seatrial.cluster.scheduler.snapshot import same_to_nodes
from seatrial.cluster.store import EventType
from seatrial.model.objects import Object
from seatrial.model.pods import is_terminal

if TYPE_CHECKING:
    from seatrial.cluster.scheduler.scheduler import Scheduler

OTHER_KINDS: Mapping[str, ClusterEvent] = {
    "PersistentVolumeClaim": ClusterEvent.PVC,
    "PersistentVolume": ClusterEvent.PV,
    "StorageClass": ClusterEvent.STORAGE_CLASS,
    "CSINode": ClusterEvent.CSI_NODE,
    "CSIStorageCapacity": ClusterEvent.CSI_CAPACITY,
}
SPREADING_KINDS = ("Service", "ReplicaSet", "StatefulSet", "ReplicationController")
"""Kinds whose selectors default spreading looks at."""


class EventHandlers:
    """The watches of one scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._snapshot = scheduler.snapshot
        self._queue = scheduler.queue
        self._plugins: dict[str, list[Plugin]] = {
            name: [*cycle.profile.filters] for name, cycle in scheduler.cycles.items()
        }

    def start(self) -> None:
        """Watch, and take in what exists."""
        store = self._scheduler.store
        store.watch("Node", self._node)
        store.watch("Pod", self._pod)
        for kind in OTHER_KINDS:
            store.watch(kind, self._other)
        store.watch("VolumeAttachment", self._volume_attachment)
        for kind in SPREADING_KINDS:
            store.watch(kind, self._spreading)
        store.watch("Namespace", self._namespace)
        for node in store.list("Node"):
            self._snapshot.set_node(node)
        for pod in store.list("Pod"):
            self._pod("ADDED", pod, None)

    def _node(self, event: EventType, node: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._snapshot.remove_node(node.name)
            return
        self._snapshot.set_node(node)
        for kind in node_events(node, old):
            self._move(kind, node, old)

    def _pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "DELETED" or is_terminal(pod):
            self._forget(pod)
        elif pod.spec.get("nodeName"):
            only_status = old is not None and old.spec is pod.spec and same_to_nodes(old, pod)
            if not only_status or not self._snapshot.note(pod):
                self._assigned(pod, old)
        elif self._scheduler.responsible_for(pod):
            self._waiting(pod, old)

    def _forget(self, pod: Object) -> None:
        scheduler = self._scheduler
        was_there = self._snapshot.node_of(pod.key) is not None
        scheduler.binder.forget(pod.key)
        scheduler.nominator.forget(pod.key)
        self._queue.delete(pod.key)
        self._snapshot.remove_pod(pod.key)
        if was_there:
            self._move(ClusterEvent.POD_DELETE, pod, None)

    def _assigned(self, pod: Object, old: Object | None) -> None:
        key = pod.key
        is_new = old is None or not old.spec.get("nodeName")
        queued = self._queue.get(key) if is_new else None
        known = queued.info if queued is not None and queued.pod.uid == pod.uid else None
        self._snapshot.set_pod(pod, pod.spec["nodeName"], known)
        if is_new:
            self._queue.delete(key)
            if self._scheduler.nominator:
                self._scheduler.nominator.forget(key)
            self._move(ClusterEvent.POD_ADD, pod, old)
        elif old is not None:
            if pod.deleting and not old.deleting:
                self._move(ClusterEvent.POD_TERMINATING, pod, old)
            if pod.labels != old.labels:
                self._move(ClusterEvent.POD_UPDATE_LABELS, pod, old)

    def _waiting(self, pod: Object, old: Object | None) -> None:
        """New pods, and pods that changed in what plugins look at, are tried at once; a new status alone is noted."""
        pod = prioritised(pod, self._scheduler.store)
        queued = self._queue.get(pod.key)
        if pod.deleting:
            self._queue.delete(pod.key)
            return
        info = self._snapshot.info(pod)
        if queued is not None and queued.info is info and queued.pod.uid == pod.uid:
            queued.pod = pod
        else:
            gates = self._scheduler.cycles[info.scheduler_name].profile.gates
            self._queue.add(pod, info, self._scheduler.clock.now, gated=gates is not None and not gates.allows(info))
            self._scheduler.wake()
        nominated = pod.status.get("nominatedNodeName")
        if nominated:
            self._scheduler.nominator.nominate(pod, info, nominated)

    def _other(self, event: EventType, obj: Object, old: Object | None) -> None:
        if event != "DELETED":
            self._move(OTHER_KINDS[obj.kind], obj, old)

    def _volume_attachment(self, event: EventType, obj: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._move(ClusterEvent.VOLUME_ATTACHMENT_DELETE, obj, old)

    def _spreading(self, event: EventType, obj: Object, old: Object | None) -> None:
        """Selectors that default spreading goes by: a change makes what was worked out for the namespace void."""
        if event == "MODIFIED" and old is not None and old.spec.get("selector") == obj.spec.get("selector"):
            return
        for cycle in self._scheduler.cycles.values():
            cycle.evaluations.forget(obj)

    def _namespace(self, event: EventType, obj: Object, old: Object | None) -> None:
        if old is None or old.labels != obj.labels:
            self._snapshot.restart()

    def _move(self, event: ClusterEvent, obj: Object, old: Object | None) -> None:
        """Wake the pods that the event can help (MoveAllToActiveOrBackoffQueue)."""
        woken = False
        happened = Happened(event, obj, old)
        for group in self._queue.groups():
            info, refused_by = group
            helps = not refused_by or any(
                plugin.name in refused_by and event in plugin.events and plugin.helps(info, happened, self._snapshot)
                for plugin in self._plugins[info.scheduler_name]
            )
            if helps:
                self._queue.wake(group, self._scheduler.clock.now)
                woken = True
        if woken:
            self._scheduler.wake()
