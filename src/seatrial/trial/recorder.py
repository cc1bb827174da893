"""Writes down what happens on a cluster as timelines: plain data, see docs/timeline.md.

The recorder only watches. Times are seconds from the moment at which it was started.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import EventType, Store
from seatrial.model import pods
from seatrial.model.objects import Object
from seatrial.trial.event_log.run_log import RunLog
from seatrial.trial.owners import workload_of

SIGNIFICANT = frozenset(
    {
        "Node",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "EndpointSlice",
        "PersistentVolumeClaim",
    }
)
"""A cluster whose objects of these kinds do not change is settled; leases, events and heartbeats go on for ever."""

CRASH_REASONS = frozenset({"CrashLoopBackOff", "Error", "OOMKilled", "RunContainerError", "StartError"})


@dataclass(slots=True)
class PodTrack:
    """One pod's life: `steps` holds (time, state)."""

    name: str
    namespace: str
    workload: str
    node: str | None = None
    steps: list[tuple[float, str]] = field(default_factory=list)
    restarts: int = 0

    @property
    def state(self) -> str:
        """The present state."""
        return self.steps[-1][1]


@dataclass(slots=True)
class Counts:
    """Pods of one workload over time: `steps` holds (time, ready, unready on a node, pending without one)."""

    steps: list[tuple[float, int, int, int]] = field(default_factory=list)
    present: dict[str, str] = field(default_factory=dict)
    """Pod name to what it counts as: ready, unready, pending."""
    numbers: Counter[str] = field(default_factory=Counter)
    """How many pods count as each."""

    def at(self, time: float) -> tuple[int, int, int]:
        """Ready, unready and pending pods at a time."""
        found = (0, 0, 0)
        for begin, ready, unready, pending in self.steps:
            if begin > time:
                break
            found = (ready, unready, pending)
        return found


class Recorder:
    """Pods, nodes and marks of one scenario."""

    def __init__(self, clock: Clock, store: Store, log: RunLog | None = None) -> None:
        self._clock = clock
        self._log = log
        self._store = store
        self.begin = clock.now
        self.last_change = clock.now
        self.pods: dict[tuple[str, str], PodTrack] = {}
        self.all_pods: list[PodTrack] = []
        self.workloads: dict[str, Counts] = {}
        self.nodes: dict[str, list[tuple[float, str]]] = {}
        self.marks: list[tuple[float, str]] = []

    def start(self) -> None:
        """Note the present state, and watch from now on."""
        for node in self._store.list("Node"):
            self._node("ADDED", node, None)
        for pod in self._store.list("Pod"):
            self._pod("ADDED", pod, None)
        self._store.watch("Node", self._node)
        self._store.watch("Pod", self._pod)
        for kind in sorted(SIGNIFICANT):
            self._store.watch(kind, self._any)

    def mark(self, text: str) -> None:
        """Note something that is done to the cluster."""
        self.marks.append((self.now, text))
        if self._log is not None:
            self._log.step(text)

    @property
    def now(self) -> float:
        """Seconds since the recorder was started."""
        return self._clock.now - self.begin

    def _any(self, event: EventType, obj: Object, old: Object | None) -> None:
        if old is not None and _same_but_for_heartbeat(obj, old):
            return
        if obj.kind == "Job" and _comes_and_goes(workload_of(self._store, obj)):
            return
        self.last_change = self._clock.now

    def _node(self, event: EventType, node: Object, _: Object | None) -> None:
        state = "gone" if event == "DELETED" else node_state(node)
        steps = self.nodes.setdefault(node.name, [])
        if not steps or steps[-1][1] != state:
            steps.append((self.now, state))

    def _pod(self, event: EventType, pod: Object, _: Object | None) -> None:
        place = (pod.namespace, pod.name)
        track = self.pods.get(place)
        if track is None:
            track = PodTrack(pod.name, pod.namespace, workload_of(self._store, pod))
            self.pods[place] = track
            self.all_pods.append(track)
        state = "gone" if event == "DELETED" else pod_state(pod)
        track.node = pod.spec.get("nodeName") or track.node
        track.restarts = max(track.restarts, restarts_of(pod))
        if not track.steps or track.steps[-1][1] != state:
            track.steps.append((self.now, state))
        if not _comes_and_goes(track.workload):
            self.last_change = self._clock.now
        self._count(track.workload, pod, None if event == "DELETED" else pod)
        if event == "DELETED":
            del self.pods[place]

    def _count(self, workload: str, pod: Object, present: Object | None) -> None:
        counts = self.workloads.setdefault(workload, Counts())
        before = counts.present.pop(pod.name, None)
        if before is not None:
            counts.numbers[before] -= 1
        if present is not None and not pods.is_terminal(present):
            counts.present[pod.name] = _counts_as(present)
            counts.numbers[counts.present[pod.name]] += 1
        step = (self.now, counts.numbers["ready"], counts.numbers["unready"], counts.numbers["pending"])
        if counts.steps and counts.steps[-1][0] == step[0]:
            counts.steps[-1] = step
        elif not counts.steps or counts.steps[-1][1:] != step[1:]:
            counts.steps.append(step)


def _comes_and_goes(workload: str) -> bool:
    """CronJobs start pods for ever: no sign that a cluster has not settled."""
    return "/CronJob/" in workload


def node_state(node: Object) -> str:
    """`down` where it is not Ready, `cordoned` where it takes no new pods, else `ready`."""
    if not pods.is_ready(node):
        return "down"
    return "cordoned" if node.spec.get("unschedulable") else "ready"


def pod_state(pod: Object) -> str:
    """A pod in one word, as docs/timeline.md lists them."""
    phase = pod.status.get("phase")
    if phase in ("Succeeded", "Failed"):
        return "succeeded" if phase == "Succeeded" else "failed"
    if pod.deleting:
        return "terminating"
    if not pod.spec.get("nodeName"):
        return "pending"
    if pods.is_ready(pod):
        return "ready"
    if _crashing(pod):
        return "crashing"
    statuses = pod.status.get("containerStatuses") or ()
    running = bool(statuses) and all("running" in (s.get("state") or {}) for s in statuses)
    return "unready" if running else "starting"


def restarts_of(pod: Object) -> int:
    """Restarts of all ordinary containers and sidecars."""
    return sum(int(status.get("restartCount") or 0) for status in pods.container_statuses(pod))


def _crashing(pod: Object) -> bool:
    for status in pods.container_statuses(pod):
        state = status.get("state") or {}
        reason = (state.get("waiting") or state.get("terminated") or {}).get("reason", "")
        if reason in CRASH_REASONS:
            return True
    return False


def _counts_as(pod: Object) -> str:
    if not pod.spec.get("nodeName"):
        return "pending"
    return "ready" if pods.is_ready(pod) and not pod.deleting else "unready"


def _same_but_for_heartbeat(new: Object, old: Object) -> bool:
    if new.kind != "Node":
        return False
    return new.get("spec") == old.get("spec") and node_state(new) == node_state(old)
