"""The kubelets of a cluster: one a node, each told of the pods that are bound to it (pkg/kubelet/kubelet.go, 1.36).

    kubelets = Kubelets(cluster, runtime)
    kubelets.start()
    kubelets.crash("node-1")        # power loss: no heartbeats, processes gone; `boot` brings it back
    kubelets.cut("node-1")          # the network is cut, its containers run on; `recover` mends it

What is not modelled: static pods, ephemeral containers, in-place resize, device plugins, image garbage collection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from seatrial.cluster.kubelet import admission, pod_updates, registration
from seatrial.cluster.kubelet.attached_volumes import VolumesInUse
from seatrial.cluster.kubelet.backoff import Backoff
from seatrial.cluster.kubelet.containers import Run
from seatrial.cluster.kubelet.cri import ContainerRuntime
from seatrial.cluster.kubelet.heartbeats import Heartbeat
from seatrial.cluster.kubelet.images import ImageManager
from seatrial.cluster.kubelet.node_pressure import NodePressure, Stats
from seatrial.cluster.kubelet.node_shutdown import NodeShutdown
from seatrial.cluster.kubelet.pleg import Pleg
from seatrial.cluster.kubelet.pod_worker import PodWorker
from seatrial.cluster.kubelet.resting import Resting
from seatrial.cluster.kubelet.runtime import Observer, Runtime
from seatrial.cluster.kubelet.status_manager import StatusManager
from seatrial.cluster.kubelet.volumes import FileObserver, Reference, references
from seatrial.cluster.store import EventType
from seatrial.model import pods, volumes
from seatrial.model.objects import Object, seconds_of

if TYPE_CHECKING:
    from seatrial.cluster.cluster import Cluster

LATENCY = 0.005
"""Seconds from a write at the API server until the kubelet hears of it."""
SYNC_PERIOD = 1.0
"""Seconds between looks at the work queue (syncTicker)."""


class Kubelet:
    """One node's kubelet."""

    def __init__(self, kubelets: Kubelets, name: str, number: int) -> None:
        self.cluster = kubelets.cluster
        self.clock = kubelets.cluster.clock
        self.store = kubelets.cluster.store
        self.chance = kubelets.cluster.chance
        self.runtime = kubelets.runtime
        self.observers = kubelets.runtime_observer
        self.file_observers = kubelets.file_observer
        self.name = name
        self.number = number
        self.host_ip = registration.host_address(number)
        self.down = False
        """Without power."""
        self.cut_off = False
        """Out of the API server's reach."""
        self._kubelets = kubelets
        self._tick = self.chance.between(0.0, SYNC_PERIOD)
        self.admitted = admission.Admitted()
        self.workers: dict[str, PodWorker] = {}
        """Of the pods that do not rest, by uid."""
        self.resting: dict[str, Resting] = {}
        self.pods: dict[str, Object] = {}
        """The pods as the kubelet last heard of them, by uid (podManager)."""
        self.containers = ContainerRuntime(self)
        self.pleg = Pleg(self, self.chance.between(0.0, 1.0))
        self.images = ImageManager(self)
        self.statuses = StatusManager(self)
        self.crash_backoff = Backoff()
        self.volumes_in_use = VolumesInUse(self)
        self.shutdown = NodeShutdown(self)
        self.heartbeat = Heartbeat(self, kubelets)

    @property
    def node(self) -> Object | None:
        """The Node object."""
        return self.store.get("Node", "", self.name)

    def hear(self, uid: str, namespace: str, name: str) -> None:
        """The watch tells that a pod of this node was written: act on what it is now."""
        if self.down or self.cut_off:
            return
        pod = self.store.get("Pod", namespace, name)
        if pod is None or pod.uid != uid:
            self._removed(uid)
            return
        known = self.pods.get(uid)
        self.pods[uid] = pod
        if known is None:
            self._added(pod)
            return
        if known.spec.get("activeDeadlineSeconds") != pod.spec.get("activeDeadlineSeconds"):
            self.watch_deadline(pod)
        if pod_updates.asks_for_more(known, pod) or pod_updates.gates_moved(pod):
            self.sync(uid)

    def remember(self, pod: Object) -> None:
        """A new status only: nothing to act on, unless there is something that the kubelet is about to hear."""
        known = self.pods.get(pod.uid)
        if known is not None and not pod_updates.asks_for_more(known, pod):
            self.pods[pod.uid] = pod

    def sync(self, uid: str) -> None:
        """Look at a pod again (HandlePodSyncs)."""
        worker, pod = self.worker(uid), self.pods.get(uid)
        if worker is not None and pod is not None and not self.down:
            worker.update(pod)

    def worker(self, uid: str) -> PodWorker | None:
        """The worker of a pod, woken where it rests."""
        resting = self.resting.pop(uid, None)
        if resting is not None:
            self.workers[uid], self.containers.sandboxes[uid] = resting.wake(self)
        return self.workers.get(uid)

    def let_rest(self, worker: PodWorker) -> None:
        """Nothing is due for a pod: put it aside."""
        sandbox = self.containers.sandboxes.get(worker.uid)
        if sandbox is not None and self.workers.get(worker.uid) is worker and sandbox.is_quiet:
            del self.workers[worker.uid]
            del self.containers.sandboxes[worker.uid]
            self.resting[worker.uid] = Resting(worker, sandbox)

    def watch_deadline(self, pod: Object) -> None:
        """Look at the pod again when its activeDeadlineSeconds are over."""
        seconds = pod.spec.get("activeDeadlineSeconds")
        if seconds is not None:
            started = pod.status.get("startTime") or self.clock.timestamp()
            self.clock.at(self.sync_tick_from(seconds_of(str(started)) + float(seconds)), self.sync, pod.uid)

    def sync_tick_from(self, time: float) -> float:
        """The first look at the work queue at or after `time`."""
        return math.ceil(time - self._tick) * SYNC_PERIOD + self._tick

    def status_tick_from(self, time: float) -> float:
        """The first time at or after `time` at which the kubelet looks whether its node's status has changed."""
        phase = self._tick * registration.REFRESH
        return math.ceil((time - phase) / registration.REFRESH) * registration.REFRESH + phase

    def running_pods(self) -> Iterator[tuple[str, Object]]:
        """The pods that are not through, by uid."""
        for uid, pod in self.pods.items():
            worker = self.workers.get(uid)
            if uid in self.resting or (worker is not None and not worker.finished):
                yield uid, pod

    def find_run(self, uid: str, container_id: str) -> Run | None:
        """The run of a container by its id."""
        sandbox = self.containers.sandbox(uid)
        return sandbox.find(container_id) if sandbox is not None else None

    def last_seen(self, uid: str) -> Object | None:
        """A pod as the kubelet last heard of it."""
        return self.pods.get(uid)

    def refer(self, worker: PodWorker) -> None:
        """Remember whose entries become files of the worker's pod."""
        for reference in references(worker.pod):
            self._kubelets.refer(reference, worker.uid, self.name)

    def worker_is_finished(self, worker: PodWorker) -> None:
        """All is done for a pod but taking its object away."""
        self.crash_backoff.forget(worker.uid)
        self.images.forget(worker.uid)
        self.volumes_in_use.release(worker.uid)
        self.admitted.remove(worker.uid)
        if worker.uid not in self.pods:
            self._forget(worker)

    def power_off(self) -> None:
        """The node loses power, with all that ran on it."""
        self.down = True
        self.heartbeat.end()
        self.volumes_in_use.forget()
        for uid in list(self.resting):
            self.worker(uid)
        self.containers.power_off()
        for worker in self.workers.values():
            worker.stop()
        self.workers.clear()
        self.admitted = admission.Admitted()
        self.pods.clear()
        self.pleg.stop()
        self.images.stop()
        self.statuses.stop()

    def boot(self) -> None:
        """The node comes back, and finds what is bound to it."""
        self.down = False
        self.crash_backoff = Backoff()
        self.shutdown = NodeShutdown(self)
        self.pleg = Pleg(self, self.chance.between(0.0, 1.0))
        self.pleg.list_all()
        self.heartbeat.begin()
        registration.Registration(self).rejoin(registration.READY_AFTER)
        self.clock.at(self.status_tick_from(self.clock.now), self.volumes_in_use.report)
        self._catch_up()

    def reconnect(self) -> None:
        """The API server can be reached again: hear what was missed, and tell."""
        self.cut_off = False
        self.heartbeat.begin()
        registration.Registration(self).rejoin(registration.REFRESH)
        self._catch_up()
        self.statuses.resume()

    def _catch_up(self) -> None:
        bound = {pod.uid: pod for pod in self.store.by_index("Pod", "node", self.name)}
        for uid in [uid for uid in self.pods if uid not in bound]:
            self._removed(uid)
        for uid in [uid for uid in self.containers.sandboxes if uid not in bound and uid not in self.workers]:
            self.containers.remove_sandbox(uid)
        for pod in bound.values():
            self.clock.after(LATENCY, self.hear, pod.uid, pod.namespace, pod.name)

    def _added(self, pod: Object) -> None:
        worker = PodWorker(self, pod)
        self.workers[pod.uid] = worker
        if pods.is_terminal(pod):
            worker.update(pod)
            return
        node = self.node
        if node is not None and not pod.deleting:
            refusal = (
                self.shutdown.refusal()
                or self._kubelets.pressure.refusal(pod, self.name)
                or admission.refusal(pod, node, self.admitted)
            )
            if refusal is not None:
                worker.refuse(refusal)
                return
        self.admitted.add(pod)
        worker.update(pod)
        self.watch_deadline(pod)

    def _removed(self, uid: str) -> None:
        """The object is gone: so must its containers be."""
        pod, worker = self.pods.pop(uid, None), self.worker(uid)
        if worker is None:
            return
        if worker.finished or pod is None:
            self._forget(worker)
        else:
            worker.update(pod, kill=True)

    def _forget(self, worker: PodWorker) -> None:
        worker.stop()
        self.admitted.remove(worker.uid)
        self.workers.pop(worker.uid, None)
        self.containers.remove_sandbox(worker.uid)
        self.volumes_in_use.release(worker.uid)
        self.pleg.forget(worker.uid)
        self._kubelets.unrefer(worker)


class Kubelets:
    """All kubelets of a cluster, by the name of their node."""

    def __init__(
        self, cluster: Cluster, runtime: Runtime, *, stats: Stats | None = None, write_heartbeats: bool = False
    ) -> None:
        self.cluster = cluster
        self.pressure = NodePressure(self, stats)
        self.runtime = runtime
        self.write_heartbeats = write_heartbeats
        """Whether every renewal of a Lease is written, for those who watch them one by one."""
        self.runtime_observer: list[Observer] = []
        self.file_observer: list[FileObserver] = []
        self._kubelets: dict[str, Kubelet] = {}
        self._numbers: dict[str, int] = {}
        self._silent: dict[str, None] = {}
        self._references: dict[Reference, dict[str, str]] = {}
        cluster.api.admission.append(self._introduce)

    def start(self) -> None:
        """Watch nodes and pods; nodes that exist have their kubelet from now on."""
        store = self.cluster.store
        store.add_index("VolumeAttachment", "volume", volumes.by_volume)
        store.watch("Node", self._node_written)
        store.watch("Pod", self._pod_written)
        for kind in ("ConfigMap", "Secret"):
            store.watch(kind, self._source_written)
        for node in store.list("Node"):
            self._node_written("ADDED", node, None)
        for pod in store.list("Pod"):
            self._pod_written("ADDED", pod, None)
        self.pressure.start()

    def register(self, node: Object) -> None:
        """Let a new node join: its kubelet creates the Node object, not ready yet."""
        self.cluster.api.create(registration.unready(node, self.cluster.clock.timestamp()))
        registration.Registration(self._kubelets[node.name]).begin()

    def observe(self, observer: Observer) -> None:
        """Tell `observer` what truly happens to containers."""
        self.runtime_observer.append(observer)

    def __getitem__(self, node: str) -> Kubelet:
        """The kubelet of a node.

        Raises:
            KeyError: where there is no such node.
        """
        return self._kubelets[node]

    def __iter__(self) -> Iterator[Kubelet]:
        return iter(self._kubelets.values())

    def __contains__(self, node: str) -> bool:
        return node in self._kubelets

    def crash(self, node: str) -> None:
        """Power loss: no heartbeats, and the processes are gone without a signal."""
        self._kubelets[node].power_off()

    def boot(self, node: str) -> None:
        """Bring a crashed node back."""
        self._kubelets[node].boot()

    def cut(self, node: str) -> None:
        """The node's network is cut: its containers run on, and nobody hears of them."""
        kubelet = self._kubelets[node]
        kubelet.cut_off = True
        kubelet.heartbeat.end()

    def recover(self, node: str) -> None:
        """Mend what `crash` or `cut` did."""
        kubelet = self._kubelets[node]
        if kubelet.down:
            kubelet.boot()
        elif kubelet.cut_off:
            kubelet.reconnect()

    def silent(self) -> Iterator[str]:
        """The nodes that send no heartbeats, in the order in which they fell silent."""
        return iter(self._silent)

    def fell_silent(self, node: str) -> None:
        """A node's heartbeats have ended."""
        self._silent[node] = None

    def is_heard(self, node: str) -> None:
        """A node's heartbeats have begun."""
        self._silent.pop(node, None)

    def beats(self, node: str) -> bool:
        """Whether a node has a kubelet whose heartbeats go on and are not written one by one."""
        return not self.write_heartbeats and node in self._kubelets and node not in self._silent

    def last_heartbeat(self, node: str) -> float | None:
        """When a node last renewed its Lease, None for a node without kubelet."""
        kubelet = self._kubelets.get(node)
        return kubelet.heartbeat.last_renewal() if kubelet is not None else None

    def processes(self, namespace: str, name: str) -> list[str]:
        """The containers of a pod whose processes run, whatever the API shows."""
        pod = self.cluster.store.get("Pod", namespace, name)
        kubelet = self._kubelets.get(str(pod.spec.get("nodeName"))) if pod is not None else None
        if kubelet is None or pod is None:
            return []
        resting = kubelet.resting.get(pod.uid)
        sandbox = resting.sandbox if resting is not None else kubelet.containers.sandbox(pod.uid)
        return [run.status.name for run in sandbox.running()] if sandbox is not None else []

    def refer(self, reference: Reference, uid: str, node: str) -> None:
        """Tell the pod's worker when that ConfigMap or Secret changes."""
        self._references.setdefault(reference, {})[uid] = node

    def unrefer(self, worker: PodWorker) -> None:
        """A pod is gone."""
        for reference in references(worker.pod):
            known = self._references.get(reference, {})
            known.pop(worker.uid, None)
            if not known:
                self._references.pop(reference, None)

    def _introduce(self, new: Object, old: Object | None) -> Object:
        """A Node is created by its kubelet, which says what it knows of the machine."""
        if new.kind != "Node" or old is not None:
            return new
        return registration.introduced(new, self._number(new.name))

    def _number(self, node: str) -> int:
        return self._numbers.setdefault(node, len(self._numbers) + 1)

    def _node_written(self, event: EventType, node: Object, old: Object | None) -> None:
        if event == "DELETED":
            kubelet = self._kubelets.pop(node.name, None)
            if kubelet is not None:
                kubelet.power_off()
            self._silent.pop(node.name, None)
        elif node.name not in self._kubelets:
            kubelet = Kubelet(self, node.name, self._number(node.name))
            self._kubelets[node.name] = kubelet
            kubelet.heartbeat.begin()

    def _pod_written(self, event: EventType, pod: Object, old: Object | None) -> None:
        kubelet = self._kubelets.get(str(pod.spec.get("nodeName") or ""))
        if kubelet is None or kubelet.down or kubelet.cut_off:
            return
        if event == "MODIFIED" and old is not None and old.spec.get("nodeName") and not pod_updates.matters(old, pod):
            kubelet.remember(pod)
            return
        self.cluster.clock.after(LATENCY, kubelet.hear, pod.uid, pod.namespace, pod.name)

    def _source_written(self, event: EventType, source: Object, old: Object | None) -> None:
        users = self._references.get((source.kind, source.namespace, source.name), {})
        for uid, node in users.items():
            kubelet = self._kubelets.get(node)
            worker = kubelet.worker(uid) if kubelet is not None else None
            if worker is not None:
                worker.files_are_stale()
