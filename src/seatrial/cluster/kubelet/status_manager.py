"""Carries pods' statuses to the API server (pkg/kubelet/status/status_manager.go, 1.36).

One write of a pod at a time: a status that is replaced while the one before is written is never seen. Until a pod runs
its statuses are merged more than upstream does it, for a write less a pod: the first one that is written is the newest.
A pod's phase becomes terminal in the API only when none of its containers can run any more; a pod that is being deleted
is taken away when its worker is through with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from seatrial.cluster import errors
from seatrial.cluster.kubelet import conditions
from seatrial.cluster.kubelet.pod_actions import ProbeType
from seatrial.cluster.kubelet.status import TERMINAL, Status
from seatrial.model import pods
from seatrial.model.objects import Object, dig

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet
    from seatrial.cluster.kubelet.pod_worker import PodWorker

WRITE = 0.01
"""Seconds from a new status to its write."""
RETRY = 10.0
"""Seconds until a status that could not be written is tried again (syncPeriod)."""


class _Version(NamedTuple):
    """A status on its way, and whether the worker was through with the pod by then."""

    status: Status | None
    is_last: bool


class StatusManager:
    """The statuses of one node's pods on their way to the API server."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._clock = kubelet.clock
        self._due: dict[str, _Version | None] = {}
        self._unsent: dict[str, None] = {}

    def set(self, worker: PodWorker, status: Status, *, force: bool = False) -> None:
        """Make `status` the pod's; an equal one changes nothing unless `force` (SetPodStatus)."""
        old = worker.shown if worker.shown is not None else worker.pod.status
        status = self._with_times(old, status)
        if status == worker.shown and not force:
            return
        worker.shown = Object(status)  # never changed in place, so that forks share it
        worker.status_has_changed()
        self._enqueue(worker)

    def sandbox_is_ready(self, worker: PodWorker) -> None:
        """The network is set up: PodReadyToStartContainers need not wait for the next look (OnPodSandboxReady)."""
        if worker.shown is not None:
            ready = conditions.condition("PodReadyToStartContainers", True)
            changed = [ready if c["type"] == ready["type"] else c for c in worker.shown["conditions"]]
            self.set(worker, {**worker.shown, "conditions": changed})

    def set_probed(self, worker: PodWorker, container_id: str, kind: ProbeType, good: bool) -> None:
        """A readiness or startup probe's result, shown before the next look (SetContainerReadiness, ...Startup)."""
        field = "ready" if kind == "readiness" else "started"
        shown = worker.shown
        found = _by_id(shown, container_id)
        if shown is None or found is None or bool(found.get(field)) == good:
            return
        status = dict(shown)
        for part in ("initContainerStatuses", "containerStatuses"):
            if part in status:
                status[part] = [{**s, field: good} if s is found else s for s in status[part]]
        every = {s["name"]: s for s in (*(status.get("initContainerStatuses") or ()), *status["containerStatuses"])}
        containers = conditions.containers_ready(worker.pod.spec, every, str(status["phase"]))
        ready = conditions.ready(worker.pod.spec, status["conditions"], containers)
        made = {"ContainersReady": containers, "Ready": ready}
        status["conditions"] = [made.get(c["type"], c) for c in status["conditions"]]
        self.set(worker, status)

    def terminate(self, worker: PodWorker) -> None:
        """Nothing of the pod runs any more: what has not ended counts as lost, and the phase is terminal."""
        if worker.shown is None:
            return
        status = dict(worker.shown)
        if _has_initialized(worker.pod):
            status["containerStatuses"] = [_lost(s) for s in status["containerStatuses"]]
        init = status.get("initContainerStatuses") or []
        started = max((place for place, s in enumerate(init) if _evident(s)), default=-1)
        if init:
            status["initContainerStatuses"] = [_lost(s) if place <= started else s for place, s in enumerate(init)]
        if status["phase"] not in TERMINAL:
            status["phase"] = "Failed"
        self.set(worker, status, force=True)

    def stop(self) -> None:
        """The node is down: what was not written is lost."""
        self._due.clear()
        self._unsent.clear()

    def resume(self) -> None:
        """The node can reach the API server again: write what it has learnt meanwhile."""
        unsent, self._unsent = self._unsent, {}
        for uid in unsent:
            worker = self._kubelet.worker(uid)
            if worker is not None:
                self._enqueue(worker)

    def _enqueue(self, worker: PodWorker) -> None:
        """Begin to write, unless a write is under way: then the newest one follows it."""
        if worker.uid not in self._due:
            runs = worker.pod.status.get("phase") != "Pending"
            self._due[worker.uid] = _Version(worker.shown, worker.finished) if runs else None
            self._clock.after(WRITE, self._write, worker)

    def _write(self, worker: PodWorker) -> None:
        if worker.uid not in self._due or self._kubelet.down:
            return
        version = self._due.pop(worker.uid) or _Version(worker.shown, worker.finished)
        if self._kubelet.cut_off:
            self._unsent[worker.uid] = None
            return
        pod = self._kubelet.store.get("Pod", worker.pod.namespace, worker.pod.name)
        if pod is None or pod.uid != worker.uid or version.status is None:
            return
        api = self._kubelet.cluster.api
        try:
            pod = api.update_status(pod, merge(pod, version.status, worker.may_still_run))
            if pod.deleting and version.is_last and pod.status.get("phase") in TERMINAL:
                api.delete(pod.key, grace=0, uid=worker.uid)
        except errors.ApiError:
            self._clock.after(RETRY, self._enqueue, worker)
        else:
            if worker.shown is not version.status or worker.finished != version.is_last:
                self._enqueue(worker)
            worker.rest()

    def is_due(self, worker: PodWorker) -> bool:
        """Whether a status of the pod is yet to be written."""
        return worker.uid in self._due

    def _with_times(self, old: Mapping[str, Any], status: Status) -> Status:
        before = {c["type"]: c for c in old.get("conditions") or ()}
        now = self._clock.timestamp()
        dated = [_dated(c, before.get(c["type"]), now) for c in status["conditions"]]
        return {**status, "conditions": dated, "startTime": old.get("startTime") or now}


def _dated(condition: Status, known: Status | None, now: str) -> Status:
    """A condition with the time of its last transition; the known one where nothing about it is new."""
    if condition["type"] not in conditions.SETTABLE or "lastTransitionTime" in condition:
        return condition
    if known is None or known["status"] != condition["status"]:
        return {**condition, "lastProbeTime": None, "lastTransitionTime": now}
    if known.get("reason") == condition.get("reason") and known.get("message") == condition.get("message"):
        return known
    return {**condition, "lastProbeTime": None, "lastTransitionTime": known.get("lastTransitionTime", now)}


def merge(pod: Object, status: Status, may_still_run: bool) -> Status:
    """The status to write over the present one (mergePodStatus): conditions of others stay, so does a living phase."""
    owned = [c for c in status["conditions"] if c["type"] in conditions.SETTABLE]
    ours = conditions.KUBELET_OWNED | {c["type"] for c in owned}
    others = [c for c in pod.status.get("conditions") or () if c["type"] not in ours]
    merged = {**pod.status, **status, "conditions": [*others, *owned]}
    if merged["phase"] in TERMINAL and may_still_run:
        merged["phase"] = pod.status.get("phase") or "Pending"
        for field in ("reason", "message"):
            merged.pop(field, None)
            if field in pod.status:
                merged[field] = pod.status[field]
    return merged


def _by_id(status: Mapping[str, Any] | None, container_id: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any]
    for part in ("containerStatuses", "initContainerStatuses"):
        for found in (status or {}).get(part) or ():
            if found.get("containerID") == container_id:
                return found
    return None


def _has_initialized(pod: Object) -> bool:
    """Whether the pod, as its worker knows it, was ever past its init containers (hasPodInitialized)."""
    init = pod.spec.get("initContainers")
    if not init:
        return True
    if any(_evident(s) for s in pod.status.get("containerStatuses") or ()):
        return True
    statuses = pod.status.get("initContainerStatuses") or ()
    last = next((s for s in statuses if s["name"] == init[-1]["name"]), None)
    if pods.is_sidecar(init[-1]):
        return last is not None and "running" in last["state"] and bool(last.get("started"))
    return any(dig(last, field, "terminated", "exitCode") == 0 for field in ("state", "lastState"))


def _evident(status: Mapping[str, Any]) -> bool:
    return "waiting" not in status["state"] or "terminated" in (status.get("lastState") or {})


def _lost(status: Mapping[str, Any]) -> Mapping[str, Any]:
    if "terminated" in status["state"]:
        return status
    lost = {
        "exitCode": 137, "reason": "ContainerStatusUnknown",
        "message": "The container could not be located when the pod was terminated",
    }  # fmt: skip
    return {**status, "state": {"terminated": lost}}
