"""One pod's worker: syncs it, ends it, and is done with it; one thing at a time (pkg/kubelet/pod_workers.go, 1.36).

    update ──> sync ──> sync ... ──> terminating ──> terminated ──> finished

Updates that come while it works are one more round afterwards. A round begins only when the containers were listed
after the round before ended, which is where most of a kubelet's delays come from. After a round the next is set by the
work queue: a minute later, half as much more by chance, or sooner after an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet import reports, status
from seatrial.cluster.kubelet.containers import NOTHING, PodStatus
from seatrial.cluster.kubelet.prober_manager import PodProbes
from seatrial.cluster.kubelet.start import StartFailure
from seatrial.cluster.kubelet.sync import PodSync
from seatrial.cluster.kubelet.termination import PodKill
from seatrial.cluster.kubelet.verdict import Verdict
from seatrial.cluster.kubelet.volumes import Files, VolumeMounts
from seatrial.model import pods
from seatrial.model.objects import Object, seconds_of

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet

RESYNC, ON_ERROR = 60.0, 10.0
"""Seconds from a round to the next, when all was well and when not (SyncFrequency, backOffPeriod)."""
JITTER = 0.5
"""Share of a wait by which chance may stretch it."""
DEADLINE = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")

Stage = Literal["sync", "terminating", "terminated", "finished"]


class PodWorker:
    """All that a kubelet keeps of one pod."""

    __slots__ = (
        "_clock", "_grace", "_idle_since", "_last_round", "_latest", "_made", "_made_of", "_pending",
        "_requeue", "_working", "files_told", "kubelet", "mounts", "pod", "probes", "reasons", "removing_all", "shown",
        "stage", "status", "termination_requested", "uid", "verdict",
    )  # fmt: skip

    def __init__(self, kubelet: Kubelet, pod: Object) -> None:
        self.kubelet = kubelet
        self._clock = kubelet.clock
        self.uid = pod.uid
        self.pod: Object = pod
        """The pod as of the present round."""
        self.status: PodStatus = NOTHING
        """What the list showed at the beginning of the present round."""
        self.shown: dict[str, Any] | None = None
        """The newest status on its way to the API."""
        self.reasons: dict[str, StartFailure] = {}
        """Why containers did not start at the last try (reasonCache)."""
        self.probes = PodProbes(self)
        self.mounts: VolumeMounts | None = None
        self.files_told = False
        self.verdict: Verdict | None = None
        self.removing_all = False
        self.termination_requested = False
        self.stage: Stage = "sync"
        self._latest = pod
        self._grace: int | None = None
        self._working = False
        self._pending = False
        self._last_round = -1.0
        self._requeue: Timer | None = None
        self._idle_since: float | None = None
        self._made: status.Status | None = None
        self._made_of: tuple[Any, ...] | None = None
        """What the status was last made of: as long as that stays, so does the status."""

    # What others ask for

    def update(self, pod: Object, *, kill: bool = False) -> None:
        """Look at the pod again; `kill` it, or end it where its object says so (UpdatePod)."""
        if self.stage == "finished":
            return
        self._latest = pod
        ends = kill or pod.deleting or pods.is_terminal(pod) or self.verdict is not None
        if not self.termination_requested and ends:
            self.termination_requested = True
            self.probes.wake()
            if self.mounts is not None:
                self.mounts.interrupt()
        if self.termination_requested and self._grace is None:
            self._grace = self._effective_grace(pod, gone=kill)
        self._pending = True
        if self._working:
            return
        if self.probes.is_restless and not self.kubelet.pleg.lists_now(self.uid):
            # A round for the pod as it was is always waiting for the next list; this update comes after it.
            self._working = True
            self.kubelet.pleg.wait(self)
        else:
            self._next_round()

    def evict(self, verdict: Verdict, grace: int) -> None:
        """End the pod as failed, for a reason of the node's, within `grace` seconds."""
        self.verdict = verdict
        self._grace = grace
        self.update(self._latest)

    @property
    def finished(self) -> bool:
        """Whether the worker is through with the pod."""
        return self.stage == "finished"

    @property
    def may_still_run(self) -> bool:
        """Whether containers of the pod could be running (PodCouldHaveRunningContainers)."""
        return self.stage in ("sync", "terminating")

    @property
    def ip(self) -> str:
        """The pod's address, "" while it has none."""
        if self.pod.spec.get("hostNetwork"):
            return self.kubelet.host_ip
        sandbox = self.kubelet.containers.sandbox(self.uid)
        return sandbox.ip if sandbox is not None else ""

    def stop(self) -> None:
        """The node is down, or the pod gone: no timers of the worker's count any more."""
        self.stage = "finished"
        self._stop_requeue()
        self.probes.stop()
        if self.mounts is not None:
            self.mounts.stop()

    def refuse(self, verdict: Verdict) -> None:
        """The pod is not admitted: it fails as it is (rejectPod)."""
        reports.warning(self.kubelet, self.pod, verdict.reason, verdict.message)
        self.stage = "terminated"
        self.kubelet.statuses.set(
            self,
            {
                "phase": "Failed", "reason": verdict.reason, "message": f"Pod was rejected: {verdict.message}",
                "qosClass": pods.qos_class(self.pod.spec), "conditions": [],
            },
        )  # fmt: skip
        self.stage = "finished"

    def files_are_stale(self) -> None:
        """A ConfigMap or Secret of its volumes has changed: the next regular round will show it."""
        if self._idle_since is not None and self._requeue is None:
            due = self._idle_since
            while due <= self._clock.now:
                due += self.kubelet.chance.jitter(RESYNC, JITTER)
            self._requeue_at(due)

    @property
    def files(self) -> Files:
        """What containers read from the pod's ConfigMap and Secret volumes, by `volume/path`."""
        return self.mounts.files if self.mounts is not None else {}

    def rest(self) -> None:
        """Go to rest where nothing is due."""
        if (
            self._idle_since is not None
            and self.stage == "sync"
            and not (self._working or self._requeue is not None or self.kubelet.statuses.is_due(self))
            and (self.mounts is None or not self.mounts.busy)
            and self.probes.are_quiet
        ):
            self.kubelet.let_rest(self)

    # Rounds

    def _next_round(self) -> None:
        self._working = True
        self._pending = False
        self.pod = self._latest
        if self.stage == "sync" and self.termination_requested:
            self.stage = "terminating"
        if self.kubelet.pleg.newer_than(self.uid, self._last_round):
            self.status_is_fresh()
        else:
            self.kubelet.pleg.wait(self)

    def status_is_fresh(self) -> None:
        """The containers were listed since the last round: this one may begin."""
        self.status = self.kubelet.pleg.get(self.uid)
        match self.stage:
            case "sync":
                self._sync()
            case "terminating":
                self._terminate()
            case "terminated":
                self._finish()

    def _sync(self) -> None:
        made = self._generate(terminal=False)
        if made is not self.shown:
            self.kubelet.statuses.set(self, made)
        self._made = self.shown
        if made["phase"] in status.TERMINAL:
            self.termination_requested = True
            self._grace = self._effective_grace(self.pod, gone=False)
            self._pending = True
            self.probes.wake()
            self._round_is_over()
            return
        if self.mounts is None and self.pod.spec.get("volumes"):
            self.mounts = VolumeMounts(self)
            self.kubelet.refer(self)
        PodSync(self).begin()

    def note_start(self, name: str, failure: StartFailure | None) -> None:
        """Remember why a container did not start, or that it did (reasonCache)."""
        self.status_is_stale()
        if failure is not None:
            self.reasons[name] = failure
        else:
            self.reasons.pop(name, None)

    def sync_done(self, *, failed: bool, did: bool = False, until: float | None = None) -> None:
        """The sync has ended: did it do anything, did it fail, and `until` when must a container wait at least."""
        if self.stage == "finished":
            return
        if failed:
            wait = ON_ERROR if until is None else min(max(until - self._clock.now, 0.0), RESYNC)
            self._requeue_in(wait)
        elif not did and self._is_settled():
            self._stop_requeue()
            self._idle_since = self._clock.now
        else:
            self._requeue_in(RESYNC)
        self._round_is_over()

    def _terminate(self) -> None:
        self._stop_requeue()
        self.kubelet.statuses.set(self, self._generate(terminal=False))
        self.probes.stop_liveness_and_startup()
        PodKill(self, self._grace, self._terminated).begin()

    def _terminated(self) -> None:
        self.probes.stop()
        sandbox = self.kubelet.containers.sandbox(self.uid)
        self.status = sandbox.snapshot() if sandbox is not None else NOTHING
        self.kubelet.statuses.set(self, self._generate(terminal=True))
        self.stage = "terminated"
        self._pending = True
        self._round_is_over()

    def _finish(self) -> None:
        self.kubelet.statuses.set(self, self._generate(terminal=True))
        self.stage = "finished"
        self.kubelet.statuses.terminate(self)
        self.kubelet.worker_is_finished(self)

    def _round_is_over(self) -> None:
        self._last_round = self._clock.now
        if self._pending:
            self._next_round()
        else:
            self._working = False
            self.rest()

    def _generate(self, *, terminal: bool) -> status.Status:
        self._check_deadline()
        made_of = (
            self.status,
            self.pod.deleting,
            pods.is_terminal(self.pod),
            status.foreign(self.pod),
            self.verdict,
            terminal,
        )
        if self.shown is not None and self.shown is self._made and made_of == self._made_of:
            status.probe_unready(self)
            return self.shown
        made = status.generate(self, terminal=terminal)
        if self.removing_all and not self.status.containers:
            self.removing_all = False
        self._made_of = None if self.reasons else made_of
        return made

    # The work queue

    def _requeue_in(self, wait: float) -> None:
        self._idle_since = None
        self._requeue_at(self._clock.now + self.kubelet.chance.jitter(wait, JITTER))

    def _requeue_at(self, due: float) -> None:
        self._stop_requeue()
        self._requeue = self._clock.at(self.kubelet.sync_tick_from(due), self._due)

    def _stop_requeue(self) -> None:
        if self._requeue is not None:
            self._requeue.cancel()
            self._requeue = None

    def _due(self) -> None:
        self._requeue = None
        self.kubelet.sync(self.uid)

    def _is_settled(self) -> bool:
        """Whether a regular round would find nothing to do: then none is set, until something changes."""
        if self.shown is None or self.shown["phase"] != "Running" or self.pod.spec.get("activeDeadlineSeconds"):
            return False
        shown = (*self.shown["containerStatuses"], *(self.shown.get("initContainerStatuses") or ()))
        return all(s["ready"] for s in shown)

    # Deadlines and grace

    def _check_deadline(self) -> None:
        seconds = self.pod.spec.get("activeDeadlineSeconds")
        started = (self.shown or self.pod.status).get("startTime")
        if seconds is None or not started:
            return
        deadline = seconds_of(str(started)) + float(seconds)
        if self._clock.now >= deadline:
            self.verdict = Verdict(*DEADLINE)
            reports.normal(self.kubelet, self.pod, *DEADLINE)

    def _effective_grace(self, pod: Object, *, gone: bool) -> int:
        """calculateEffectiveGracePeriod: never below a second; none is left to a pod whose object is gone."""
        grace = pod.metadata.get("deletionGracePeriodSeconds")
        if grace is None and not gone:
            own = pod.spec.get("terminationGracePeriodSeconds")
            grace = 30 if own is None else own
        return max(1, int(grace or 0))

    # What others read

    def status_has_changed(self) -> None:
        """Told by the status manager: probes read the status that it holds."""
        self.probes.wake()

    def status_is_stale(self) -> None:
        """Something that the status is made of has changed."""
        self._made_of = None

    def shown_container(self, name: str) -> dict[str, Any] | None:
        """The status of a container as the status manager holds it."""
        if self.shown is None:
            return None
        for field in ("containerStatuses", "initContainerStatuses"):
            for found in self.shown.get(field) or ():
                if found["name"] == name:
                    return cast("dict[str, Any]", found)
        return None
