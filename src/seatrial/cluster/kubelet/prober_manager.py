"""The probes of one pod and what they found (pkg/kubelet/prober/prober_manager.go and results, Kubernetes 1.36)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster.kubelet.pod_actions import ProbeType
from seatrial.cluster.kubelet.prober import ProbeWorker
from seatrial.model import pods

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

KINDS: tuple[ProbeType, ...] = ("startup", "readiness", "liveness")


class PodProbes:
    """One pod's probe workers, and their results by (type, container id)."""

    __slots__ = ("_pod", "_workers", "results")

    def __init__(self, pod: PodWorker) -> None:
        self._pod = pod
        self._workers: dict[tuple[str, ProbeType], ProbeWorker] | None = None
        self.results: dict[tuple[ProbeType, str], bool | None] = {}

    def add(self) -> None:
        """Begin to probe, once (AddPod)."""
        if self._workers is not None:
            return
        self._workers = {}
        spec = self._pod.pod.spec
        sidecars = [c for c in spec.get("initContainers") or () if pods.is_sidecar(c)]
        for container in (*(spec.get("containers") or ()), *sidecars):
            for kind in KINDS:
                if container.get(f"{kind}Probe"):
                    self._workers[str(container["name"]), kind] = ProbeWorker(self._pod, container, kind)

    def trigger_readiness(self, name: str) -> None:
        """A container runs and is not ready: probe it at once."""
        probe = (self._workers or {}).get((name, "readiness"))
        if probe is not None:
            probe.trigger()

    def wake(self) -> None:
        """What the probes look at has changed."""
        for probe in (self._workers or {}).values():
            probe.wake()

    def stop_liveness_and_startup(self) -> None:
        """The pod is being ended: nothing is restarted any more. Upstream leaves those of sidecars alone."""
        regular = {str(c["name"]) for c in self._pod.pod.spec.get("containers") or ()}
        for (name, kind), probe in (self._workers or {}).items():
            if kind != "readiness" and name in regular:
                probe.stop()

    @property
    def is_restless(self) -> bool:
        """Whether upstream syncs the pod at every list.

        A worker whose container ended for good leaves. The next sync misses it (AddPod, which looks no further than the
        first worker that is there) and makes a new one, which reports a failure, asks for a sync and leaves.
        """
        first = next(iter((self._workers or {}).values()), None)
        return first is not None and first.has_exited

    def stop(self) -> None:
        """No more probes."""
        for probe in (self._workers or {}).values():
            probe.stop()

    @property
    def are_quiet(self) -> bool:
        """Whether no look is due."""
        return all(probe.is_quiet for probe in (self._workers or {}).values())

    def set(self, kind: ProbeType, container_id: str, result: bool | None) -> None:
        """A probe's result, None before the first; a new one makes the kubelet look at the pod (results.Manager)."""
        key = (kind, container_id)
        if key in self.results and self.results[key] == result:
            return
        if bool(self.results.get(key)) != bool(result):
            self._pod.status_is_stale()
        self.results[key] = result
        if kind == "liveness" and result:
            return
        if kind != "liveness":
            self._pod.kubelet.statuses.set_probed(self._pod, container_id, kind, bool(result))
        self._pod.kubelet.sync(self._pod.uid)

    def forget(self, kind: ProbeType, container_id: str) -> None:
        """A container is no more."""
        self.results.pop((kind, container_id), None)
