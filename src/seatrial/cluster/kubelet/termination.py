"""How containers are ended: preStop, their turn, SIGTERM, SIGKILL; and how a whole pod is (killPod, Kubernetes 1.36).

Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer, killContainersWithSyncResult and
kuberuntime_termination_order.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet import hooks, reports
from seatrial.cluster.kubelet.containers import Run
from seatrial.cluster.kubelet.probing import with_port_number
from seatrial.cluster.kubelet.runtime import HookRun
from seatrial.model import pods
from seatrial.model.objects import Object, dig

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

SHORTEST = 2
"""Seconds that every container gets, however little grace is left (minimumGracePeriodInSeconds)."""

Then = Callable[[], None]


def grace_period(pod: Object, container: Mapping[str, Any], reason: str = "") -> int:
    """The grace period of one container's kill (setTerminationGracePeriod): a probe may bring its own.

    Rule RestartAllContainers gives none, which means no preStop and the shortest time to end.
    """
    if reason == "restart-all":
        return 0
    deleting = pod.metadata.get("deletionGracePeriodSeconds")
    if deleting is not None:
        return int(deleting)
    own = pod.spec.get("terminationGracePeriodSeconds")
    if reason in ("liveness", "startup"):
        probes = dig(container, f"{reason}Probe", "terminationGracePeriodSeconds")
        if probes is not None:
            return int(probes)
    return 30 if own is None else int(own)


class ContainerKill:
    """The end of one container: preStop, then its turn among the pod's containers, then StopContainer."""

    def __init__(
        self, worker: PodWorker, run: Run, message: str, grace: int, order: TerminationOrder | None, then: Then
    ) -> None:
        self._worker = worker
        self._clock = worker.kubelet.clock
        self._run = run
        self._message = message or f"Stopping container {run.status.name}"
        self._grace = grace
        self._order = order
        self._then = then
        self._timer: Timer | None = None
        self._since = 0.0
        self._hook_over = True

    def begin(self) -> None:
        """Say so, and run preStop where there is one and time for it."""
        name = self._run.status.name
        reports.normal(self._worker.kubelet, self._worker.pod, "Killing", self._message, name)
        self._since = self._clock.now
        handler = dig(self._run.spec, "lifecycle", "preStop")
        if not handler or self._grace <= 0 or not self._run.status.running or self._run.process is None:
            self._wait_for_turn()
            return
        self._hook_over = False
        handler = with_port_number(handler, self._run.spec)
        hook = self._run.process.hook(handler)
        if hooks.ends_with_container(handler):
            self._run.on_exit.append(self._died_in_hook)
        self._timer = self._clock.after(min(hook.seconds, self._grace), self._hook_ended, hook)

    def _hook_ended(self, hook: HookRun) -> None:
        """The hook is done, failed or out of time; what it took comes off the grace period."""
        if self._hook_over:
            return
        self._hook_over = True
        if hook.failed and hook.seconds <= self._grace:
            self._hook_failed()
        elif hook.seconds > self._grace:
            # It is abandoned and ends, failed, with its container.
            self._run.on_exit.append(self._hook_failed)
        self._grace -= int(self._clock.now - self._since)
        self._wait_for_turn()

    def _died_in_hook(self) -> None:
        """The container ended while preStop ran in it."""
        if not self._hook_over:
            if self._timer is not None:
                self._timer.cancel()
            self._hook_over = True
            self._hook_failed()
            self._grace -= int(self._clock.now - self._since)
            self._wait_for_turn()

    def _hook_failed(self) -> None:
        name, pod = self._run.status.name, self._worker.pod
        reports.warning(self._worker.kubelet, pod, "FailedPreStopHook", "PreStopHook failed", name)

    def _wait_for_turn(self) -> None:
        self._since = self._clock.now
        self._timer = None
        if self._order is None or self._grace <= 0 or self._order.may_go(self._run.status.name):
            self._stop()
            return
        self._order.wait(self)
        self._timer = self._clock.after(self._grace, self.turn_has_come)

    def turn_has_come(self) -> None:
        """Those that had to end before have ended, or the grace period is used up."""
        if self._order is not None and self._order.stop_waiting(self):
            if self._timer is not None:
                self._timer.cancel()
            self._grace -= int(self._clock.now - self._since)
            self._stop()

    def waits_to_stop(self) -> str:
        """The name of the container that waits."""
        return self._run.status.name

    def _stop(self) -> None:
        timeout = max(self._grace, SHORTEST)
        self._worker.kubelet.containers.stop(self._worker.pod, self._run, timeout, self._stopped)

    def _stopped(self) -> None:
        if self._order is not None:
            self._order.ended(self._run.status.name)
        self._then()


class TerminationOrder:
    """Sidecars end after the ordinary containers, the last one first."""

    def __init__(self, pod: Object, running: list[str]) -> None:
        sidecars = [str(c["name"]) for c in pod.spec.get("initContainers") or () if pods.is_sidecar(c)]
        self._before: dict[str, set[str]] = {}
        earlier = {name for name in running if name not in sidecars}
        for name in reversed(sidecars):
            self._before[name] = set(earlier)
            if name in running:
                earlier.add(name)
        self._waiting: list[ContainerKill] = []

    def may_go(self, name: str) -> bool:
        """Whether all that must end before have ended."""
        return not self._before.get(name)

    def wait(self, kill: ContainerKill) -> None:
        """Let a kill know when its turn has come."""
        self._waiting.append(kill)

    def stop_waiting(self, kill: ContainerKill) -> bool:
        """Take a kill off the list; whether it was on it."""
        if kill not in self._waiting:
            return False
        self._waiting.remove(kill)
        return True

    def ended(self, name: str) -> None:
        """A container has ended: whose turn is it now?"""
        for before in self._before.values():
            before.discard(name)
        for kill in list(self._waiting):
            if self.may_go(kill.waits_to_stop()):
                kill.turn_has_come()


class PodKill:
    """The end of a pod: all containers side by side, then the sandbox (killPodWithSyncResult)."""

    def __init__(self, worker: PodWorker, grace: int | None, then: Then) -> None:
        self._worker = worker
        self._grace = grace
        self._then = then
        self._left = 0

    def begin(self) -> None:
        """Kill what the last list showed to be running."""
        worker = self._worker
        sandbox = worker.kubelet.containers.sandbox(worker.uid)
        runs: list[Run] = []
        if sandbox is not None:
            for status in worker.status.containers:
                run = sandbox.find(status.id)
                if status.running and run is not None:
                    runs.append(run)
        order = TerminationOrder(worker.pod, [run.status.name for run in runs])
        kills = []
        for run in runs:
            grace = grace_period(worker.pod, run.spec) if self._grace is None else self._grace
            kills.append(ContainerKill(worker, run, "", grace, order, self._one_ended))
        self._left = len(kills)
        if not kills:
            self._finish()
        for kill in kills:
            kill.begin()

    def _one_ended(self) -> None:
        self._left -= 1
        if not self._left:
            self._finish()

    def _finish(self) -> None:
        self._worker.kubelet.containers.stop_sandbox(self._worker.uid)
        self._then()
