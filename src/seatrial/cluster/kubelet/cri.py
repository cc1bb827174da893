"""The container runtime of one node, as the kubelet calls it (CRI): sandboxes, starts, stops, ends.

All it does takes no time but what processes take. Whoever changes something here tells the relist (`pleg`), by which
the kubelet comes to know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet.containers import ContainerStatus, Run, Sandbox, ended
from seatrial.cluster.kubelet.registration import POD_BITS
from seatrial.cluster.kubelet.runtime import Exit, Observation, StartError
from seatrial.cluster.kubelet.termination_message import termination_message
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet

KILLED = 137
"""The exit code of a process that SIGKILL ends."""
LOST = 255
"""The exit code that the runtime gives to containers that it finds dead after a reboot."""


class ContainerRuntime:
    """The sandboxes of one node, by the uid of their pods."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._clock = kubelet.clock
        self.sandboxes: dict[str, Sandbox] = {}
        self._addresses = 0
        self._serial = 0

    def sandbox(self, uid: str) -> Sandbox | None:
        """What is known of a pod; None: nothing."""
        return self.sandboxes.get(uid)

    def run_sandbox(self, pod: Object) -> None:
        """RunPodSandbox: from now on the pod has an address."""
        sandbox = self.sandboxes.setdefault(pod.uid, Sandbox())
        sandbox.ready = True
        sandbox.created += 1
        sandbox.ip = self._address()
        self._kubelet.pleg.changed(pod.uid)

    def stop_sandbox(self, uid: str) -> None:
        """StopPodSandbox."""
        sandbox = self.sandboxes.get(uid)
        if sandbox is not None and sandbox.ready:
            sandbox.ready = False
            self._kubelet.pleg.changed(uid)

    def remove_sandbox(self, uid: str) -> None:
        """RemovePodSandbox, with all that was in it."""
        self.sandboxes.pop(uid, None)

    def remove_container(self, uid: str, name: str) -> None:
        """RemoveContainer: its runs are forgotten."""
        self.sandboxes[uid].forget(name)
        self._kubelet.pleg.changed(uid)

    def remove_run(self, uid: str, status: ContainerStatus) -> None:
        """RemoveContainer: one run is forgotten."""
        runs = self.sandboxes[uid].runs
        runs[status.name] = [run for run in runs.get(status.name, ()) if run.status.id != status.id]
        self._kubelet.pleg.changed(uid)

    def start(self, pod: Object, container: Mapping[str, Any]) -> Run:
        """Create and start a container once more.

        Raises:
            StartError: where the runtime cannot start it; its run then counts as ended with 128.
        """
        now = self._clock.now
        self._serial += 1
        container_id = f"containerd://{self._kubelet.name}/{self._serial}"
        sandbox = self.sandboxes[pod.uid]
        name, image = str(container["name"]), str(container["image"])
        attempt = sandbox.starts.get(name, 0)
        status = ContainerStatus(container_id, name, attempt, "running", now, image, sandbox.created)
        self._kubelet.pleg.changed(pod.uid)
        try:
            process = self._kubelet.runtime.start(pod, container, attempt)
        except StartError as error:
            failed = ended(status, now, 128, "StartError", str(error))
            sandbox.add(Run(failed, Object(container), None))
            raise
        run = Run(status, Object(container), process)
        sandbox.add(run)
        self._observe("started", pod, run)
        end = process.exit()
        if end is not None:
            run.end = self._clock.after(end.after, self._exit, pod, run, end)
        return run

    def stop(self, pod: Object, run: Run, timeout: float, then: Callable[[], None]) -> None:
        """StopContainer: SIGTERM now, SIGKILL after `timeout` seconds; `then` is called when the run has ended."""
        if not run.status.running:
            then()
            return
        run.on_exit.append(then)
        if run.kill is not None:
            return
        self._observe("sigterm", pod, run)
        end = run.process.on_sigterm() if run.process is not None else Exit(0.0)
        run.kill = self._clock.after(timeout, self._exit, pod, run, Exit(timeout, KILLED))
        if end is not None and (run.end is None or self._clock.now + end.after < run.end.time):
            if run.end is not None:
                run.end.cancel()
            run.end = self._clock.after(end.after, self._exit, pod, run, end)

    def power_off(self) -> None:
        """All processes are gone. Who observes the truth is told; the kubelet finds out when it comes back."""
        for uid, sandbox in self.sandboxes.items():
            sandbox.ready = False
            pod = self._kubelet.last_seen(uid)
            for run in sandbox.running():
                _cancel(run)
                run.on_exit.clear()
                run.status = ended(run.status, self._clock.now, LOST, "Unknown", "")
                if pod is not None:
                    self._observe("ended", pod, run)

    def _exit(self, pod: Object, run: Run, end: Exit) -> None:
        if not run.status.running:
            return
        _cancel(run)
        message = termination_message(pod, run.spec, run.process, end.code) if run.process is not None else ""
        run.status = ended(run.status, self._clock.now, end.code, end.reason, message)
        self._observe("ended", pod, run)
        self._kubelet.pleg.changed(pod.uid)
        waiting, run.on_exit = run.on_exit, []
        for then in waiting:
            then()

    def _observe(self, what: Observation, pod: Object, run: Run) -> None:
        for observer in self._kubelet.observers:
            observer(what, (pod.namespace, pod.name), run.status.name, self._clock.now)

    def _address(self) -> str:
        """The next of the node's thousand addresses."""
        self._addresses += 1
        address = (self._kubelet.number << POD_BITS) + self._addresses % 1022 + 1
        return f"10.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def _cancel(run: Run) -> None:
    for timer in (run.end, run.kill):
        if timer is not None:
            timer.cancel()
