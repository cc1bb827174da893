"""The start of one container: back-off, image, configuration, create, start, postStart (startContainer, 1.36).

Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go and kuberuntime_manager.go doBackOff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet import environment, hooks, reports
from seatrial.cluster.kubelet.backoff import describe
from seatrial.cluster.kubelet.containers import Run
from seatrial.cluster.kubelet.images import ImageError
from seatrial.cluster.kubelet.probing import with_port_number
from seatrial.cluster.kubelet.runtime import HookRun, StartError
from seatrial.cluster.kubelet.termination import ContainerKill, grace_period
from seatrial.model.objects import dig

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker


@dataclass(frozen=True, slots=True)
class StartFailure:
    """Why a container did not start: reason and message of its waiting, and until when it must wait."""

    reason: str
    message: str
    until: float | None = None


START = 0.003
"""Seconds that it takes to create a container: probes' ticks, which count from the pod's sync, come before its own."""

Then = Callable[["StartFailure | None"], None]


class ContainerStart:
    """One try to start a container; `then` is called once, with the failure or None."""

    def __init__(self, worker: PodWorker, container: Mapping[str, Any], then: Then) -> None:
        self._worker = worker
        self._kubelet = worker.kubelet
        self._clock = worker.kubelet.clock
        self._container = container
        self._name = str(container["name"])
        self._then = then
        self._run: Run | None = None
        self._timer: Timer | None = None
        self._failure: StartFailure | None = None

    def begin(self) -> None:
        """Start, unless the container must wait after its last end."""
        if (waits := self._backoff()) is not None:
            self._then(waits)
            return
        self._kubelet.images.ensure(self._worker.pod, self._container, self._image_is_there)

    def _backoff(self) -> StartFailure | None:
        """doBackOff: counted from the end of the last finished run that the list showed."""
        last = self._worker.status.last_exit(self._name)
        if last is None:
            return None
        backoff, now, pod = self._kubelet.crash_backoff, self._clock.now, self._worker.pod
        key = f"{self._worker.uid}/{self._name}"
        if not backoff.waits_since(key, last.finished_at, now):
            backoff.next(key, last.finished_at, now)
            return None
        full_name = reports.full_name(pod)
        self._warn("BackOff", f"Back-off restarting failed container {self._name} in pod {full_name}")
        wait = backoff.get(key)
        message = f"back-off {describe(wait)} restarting failed container={self._name} pod={full_name}"
        return StartFailure("CrashLoopBackOff", message, last.finished_at + wait)

    def _image_is_there(self, error: ImageError | None) -> None:
        if error is not None:
            self._warn("Failed", f"Error: {error.reason}")
            self._then(StartFailure(error.reason, error.message))
            return
        flaw = environment.flaw_of(self._worker.pod, self._container, self._kubelet.store, self._kubelet.runtime)
        if flaw:
            self._warn("Failed", f"Error: {flaw}")
            self._then(StartFailure("CreateContainerConfigError", flaw))
            return
        self._clock.after(START, self._create)

    def _create(self) -> None:
        if self._worker.finished:
            return
        self._say("Created", "Container created")
        try:
            run = self._kubelet.containers.start(self._worker.pod, self._container)
        except StartError as error:
            self._warn("Failed", f"Error: {error}")
            self._then(StartFailure("RunContainerError", str(error)))
            return
        self._run = run
        self._say("Started", "Container started")
        self._post_start(run)

    def _post_start(self, run: Run) -> None:
        handler = dig(self._container, "lifecycle", "postStart")
        if not handler or run.process is None:
            self._then(None)
            return
        handler = with_port_number(handler, self._container)
        hook = run.process.hook(handler)
        if hooks.ends_with_container(handler):
            run.on_exit.append(self._died_in_hook)
        self._timer = self._clock.after(hook.seconds, self._hook_ended, handler, hook)

    def _died_in_hook(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._hook_ended(dig(self._container, "lifecycle", "postStart"), HookRun(0.0, 137))

    def _hook_ended(self, handler: Mapping[str, Any], hook: HookRun) -> None:
        self._timer = None
        if not hook.failed or self._run is None:
            self._then(None)
            return
        message = hooks.failure(self._worker.pod, self._name, handler, hook, self._worker.ip)
        self._warn("FailedPostStartHook", "PostStartHook failed")
        self._failure = StartFailure("PostStartHookError", message)
        grace = grace_period(self._worker.pod, self._container)
        ContainerKill(self._worker, self._run, "FailedPostStartHook", grace, None, self._killed).begin()

    def _killed(self) -> None:
        self._then(self._failure)

    def _say(self, reason: str, message: str) -> None:
        reports.normal(self._kubelet, self._worker.pod, reason, message, self._name)

    def _warn(self, reason: str, message: str) -> None:
        reports.warning(self._kubelet, self._worker.pod, reason, message, self._name)
