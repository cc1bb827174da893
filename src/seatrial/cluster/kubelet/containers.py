"""What the container runtime of a node knows of a pod: its sandbox and the runs of its containers.

The kubelet never looks at these directly while it decides: it works on a `PodStatus`, a snapshot that its relist took
(kubecontainer.PodStatus, Kubernetes 1.36). Snapshots are immutable and shared between forks of a cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet.runtime import Process

State = Literal["running", "exited"]
KEPT = 2
"""Runs of a container that are remembered: the present one and the one before (MaxPerPodContainer keeps one dead)."""


@dataclass(frozen=True, slots=True)
class ContainerStatus:
    """One run of a container as the runtime reports it."""

    id: str
    name: str
    attempt: int
    state: State
    started_at: float
    image: str = ""
    sandbox: int = 1
    """In the how-manieth sandbox of its pod it ran."""
    finished_at: float = 0.0
    exit_code: int = 0
    reason: str = ""
    message: str = ""

    def __deepcopy__(self, memo: dict[int, Any]) -> ContainerStatus:
        return self

    @property
    def running(self) -> bool:
        """Whether the run goes on."""
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class PodStatus:
    """A pod as the runtime reports it: the newest run of a container first."""

    sandboxes: int = 0
    """How many sandboxes there have been."""
    sandbox_ready: bool = False
    ip: str = ""
    containers: tuple[ContainerStatus, ...] = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> PodStatus:
        return self

    def find(self, name: str) -> ContainerStatus | None:
        """The newest run of that container (FindContainerStatusByName)."""
        for status in self.containers:
            if status.name == name:
                return status
        return None

    def has_run(self, names: Collection[str]) -> bool:
        """Whether any of those containers was started in the present sandbox (ActiveContainerStatuses)."""
        return any(status.name in names and status.sandbox == self.sandboxes for status in self.containers)

    def last_exit(self, name: str) -> ContainerStatus | None:
        """The newest run of that container that has ended."""
        for status in self.containers:
            if status.name == name and not status.running:
                return status
        return None


NOTHING = PodStatus()


@dataclass(slots=True)
class Run:
    """One run of a container, living."""

    status: ContainerStatus
    spec: Mapping[str, Any]
    process: Process | None
    """None: it never came to run."""
    end: Timer | None = None
    """When it ends of its own accord, or by a signal."""
    kill: Timer | None = None
    """When SIGKILL comes."""
    on_exit: list[Any] = field(default_factory=list)
    """Bound methods without arguments, called once when it has ended."""


@dataclass(slots=True)
class Sandbox:
    """A pod's sandbox and the runs in it."""

    ready: bool = False
    created: int = 0
    ip: str = ""
    runs: dict[str, list[Run]] = field(default_factory=dict)
    """By container, newest first."""
    starts: dict[str, int] = field(default_factory=dict)
    """How often each container was started, those included whose runs are forgotten (calcRestartCountByLogDir)."""

    def snapshot(self) -> PodStatus:
        """What a look at the runtime shows now."""
        found = tuple(run.status for runs in self.runs.values() for run in runs)
        return PodStatus(self.created, self.ready, self.ip if self.ready else "", found)

    def find(self, container_id: str) -> Run | None:
        """The run of that id."""
        for runs in self.runs.values():
            for run in runs:
                if run.status.id == container_id:
                    return run
        return None

    def add(self, run: Run) -> None:
        """Remember a new run, and forget the oldest beyond those that are kept."""
        runs = self.runs.setdefault(run.status.name, [])
        runs.insert(0, run)
        self.starts[run.status.name] = run.status.attempt + 1
        del runs[KEPT:]

    def running(self) -> Iterator[Run]:
        """The runs that go on, in the order in which their containers first started."""
        for runs in self.runs.values():
            for run in runs:
                if run.status.running:
                    yield run

    @property
    def is_quiet(self) -> bool:
        """Whether no run has an end that is set."""
        return all(run.end is None and run.kill is None for run in self.running())

    def prune(self, name: str) -> bool:
        """Keep one dead run of a container, the newest; whether there were more."""
        runs = self.runs.get(name, [])
        dead = [run for run in runs if not run.status.running]
        self.runs[name] = [run for run in runs if run.status.running or run is dead[0]]
        return len(dead) > 1

    def forget(self, name: str) -> None:
        """Remove a container's runs from the runtime."""
        self.runs.pop(name, None)


def ended(status: ContainerStatus, now: float, code: int, reason: str, message: str) -> ContainerStatus:
    """The status of a run that has ended with that code."""
    reason = reason or ("Completed" if code == 0 else "Error")
    return replace(status, state="exited", finished_at=now, exit_code=code, reason=reason, message=message)
