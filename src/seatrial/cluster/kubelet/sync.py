"""One sync of a pod: what its containers should be, brought about in order (SyncPod, Kubernetes 1.36).

Volumes, kills, sandbox, init containers, containers: one after the other, each waiting for the one before. Upstream:
pkg/kubelet/kubelet.go SyncPod and kuberuntime_manager.go SyncPod. A sync is a task with a list of steps instead of a
coroutine, so that a cluster can be forked in the middle of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet import pod_actions, reports, restart_rules
from seatrial.cluster.kubelet.pod_actions import KillOrder, PodActions
from seatrial.cluster.kubelet.start import ContainerStart, StartFailure
from seatrial.cluster.kubelet.termination import ContainerKill, PodKill, grace_period
from seatrial.model import pods

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

Step = tuple[Callable[..., None], tuple[Any, ...]]
"""A bound method and its arguments."""


class PodSync:
    """One sync. When it is done the worker is told: `sync_done`."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._kubelet = worker.kubelet
        self._steps: deque[Step] = deque()
        self._running = False
        self._waiting = False
        self._did = False
        self._failed = False
        self._until: float | None = None
        self._starting = ""
        self._abort_on_failure = False

    def begin(self) -> None:
        """Wait for the volumes first."""
        if self._worker.mounts is None:
            self._mounted(True)
        else:
            self._worker.mounts.wait(self._mounted)

    def _mounted(self, mounted: bool) -> None:
        worker = self._worker
        if not mounted:
            worker.sync_done(failed=True)
            return
        worker.probes.add()
        if restart_rules.may_restart_all(worker.pod) and restart_rules.restarts_all(worker.pod, worker.status):
            self._steps.extend((self._reset, (order,)) for order in pod_actions.to_reset(worker.pod, worker.status))
            self._steps.append((self._all_are_removed, ()))
        else:
            self._plan(pod_actions.compute(worker.pod, worker.status, worker.probes.results))
        self._go_on()

    def _plan(self, actions: PodActions) -> None:
        if actions.kill_pod:
            self._steps.append((self._kill_pod, ()))
            if not actions.create_sandbox:
                return
        self._steps.extend((self._kill, (order,)) for order in actions.kill)
        if actions.create_sandbox:
            self._steps.append((self._create_sandbox, ()))
        init = [c["name"] for c in actions.init]
        for container in (*actions.init, *actions.start):
            required = container["name"] in init and not pods.is_sidecar(container)
            self._steps.append((self._start, (container, required)))

    def _go_on(self) -> None:
        """Take steps until one has to be waited for."""
        if self._running:
            return
        self._running = True
        while self._steps and not self._waiting:
            step, arguments = self._steps.popleft()
            step(*arguments)
        self._running = False
        if self._waiting:
            return
        if self._did and not self._failed:
            self._kubelet.pleg.request(self._worker.uid)
        self._worker.sync_done(failed=self._failed, did=self._did, until=self._until)

    def _resume(self) -> None:
        self._waiting = False
        self._go_on()

    def _kill_pod(self) -> None:
        if self._worker.status.sandbox_ready:
            self._did = self._waiting = True
            PodKill(self._worker, None, self._resume).begin()

    def _kill(self, order: KillOrder) -> None:
        sandbox = self._kubelet.containers.sandbox(self._worker.uid)
        run = sandbox.find(order.status.id) if sandbox is not None else None
        if run is not None:
            self._did = self._waiting = True
            grace = grace_period(self._worker.pod, order.container, order.reason)
            ContainerKill(self._worker, run, order.message, grace, None, self._resume).begin()

    def _reset(self, order: KillOrder) -> None:
        """Rule RestartAllContainers: a run is stopped where it goes on, and removed."""
        self._did = True
        self._steps.appendleft((self._remove, (order,)))
        if order.status.running:
            self._kill(order)

    def _remove(self, order: KillOrder) -> None:
        self._kubelet.containers.remove_run(self._worker.uid, order.status)

    def _all_are_removed(self) -> None:
        """The next sync begins from the first container, at once."""
        self._worker.removing_all = True
        self._worker.update(self._worker.pod)

    def _create_sandbox(self) -> None:
        self._did = True
        worker = self._worker
        if worker.status.sandboxes:
            message = "Pod sandbox changed, it will be killed and re-created."
            reports.normal(self._kubelet, worker.pod, "SandboxChanged", message)
            for container in worker.pod.spec.get("initContainers") or ():
                # All begins anew (purgeInitContainers).
                self._kubelet.containers.remove_container(worker.uid, str(container["name"]))
        self._kubelet.containers.run_sandbox(worker.pod)
        self._kubelet.statuses.sandbox_is_ready(self._worker)

    def _start(self, container: Mapping[str, Any], required: bool) -> None:
        self._waiting = True
        self._starting = str(container["name"])
        self._abort_on_failure = required
        ContainerStart(self._worker, container, self._started).begin()

    def _started(self, failure: StartFailure | None) -> None:
        self._worker.note_start(self._starting, failure)
        if failure is None:
            self._did = True
        else:
            self._failed = True
            if failure.until is not None and (self._until is None or failure.until < self._until):
                self._until = failure.until
            if self._abort_on_failure:
                self._steps.clear()
        self._resume()
