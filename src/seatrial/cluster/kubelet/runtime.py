"""What runs inside containers, as the kubelet sees it: the seam between the cluster and whoever knows the application.

The kubelet asks a `Runtime` to pull images and to start containers, and a `Process` what becomes of them. The trial
gives a runtime made from workload profiles; a replay gives one made from a recording's scripts. All times are seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from seatrial.model.objects import Object


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull of an image: how long it takes, and the error it ends with ("" where it succeeds)."""

    seconds: float
    error: str = ""
    size: int = 10_485_760
    """Bytes, as the event Pulled tells."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A container's end of its own accord, `after` seconds from its start."""

    after: float
    code: int = 0
    reason: str = ""
    """`OOMKilled` ..., or "" for Completed and Error by the code."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe gets: `hang` means no answer until its timeout; `refused` nobody listens."""

    outcome: Literal["ok", "failed", "hang", "refused"]
    output: str = ""
    code: int = 0
    """HTTP status or exit code."""
    location: str = ""
    """Where an HTTP redirect points."""


@dataclass(frozen=True, slots=True)
class HookRun:
    """A postStart or preStop hook: how long it runs, and its exit code or that nobody listens to its HTTP request."""

    seconds: float = 0.0
    code: int = 0
    refused: bool = False

    @property
    def failed(self) -> bool:
        """Whether it does not do what it should."""
        return self.code != 0 or self.refused


class Process(Protocol):
    """One run of one container."""

    def exit(self) -> Exit | None:
        """How it ends by itself; None: it runs for ever."""

    def answer(self, handler: Mapping[str, Any], at: float) -> Answer:
        """What a probe handler (httpGet, tcpSocket, exec, grpc) gets `at` seconds after the start."""

    def steady_until(self, handler: Mapping[str, Any], at: float) -> float:
        """Until when (seconds from the start) `answer` stays what it is at `at`; infinity: for ever.

        While a probe succeeds the kubelet asks again only then: what lies between would be the same.
        """

    def hook(self, handler: Mapping[str, Any]) -> HookRun:
        """How a lifecycle handler runs."""

    def on_sigterm(self) -> Exit | None:
        """How it ends after SIGTERM (`after` counts from the signal); None: it ignores it."""

    def termination_log(self) -> str:
        """What it has written to its termination log when it ends, in whatever way."""

    def log_tail(self) -> str:
        """The end of its log, for terminationMessagePolicy FallbackToLogsOnError."""


Observation = Literal["started", "sigterm", "ended"]
Observer = Callable[[Observation, tuple[str, str], str, float], None]
"""Told what truly happens to a container, also where the kubelet learns it later: what, (namespace, name) of the pod,
container, time. A bound method, so that forks of a cluster tell their own observer."""


class StartError(Exception):
    """The runtime could not start the container (RunContainerError); the text is the runtime's."""


class Runtime(Protocol):
    """Whoever knows what is in the images of a cluster."""

    def present(self, image: str) -> bool:
        """Whether every node has the image from the start."""

    def runs_as_root(self, image: str) -> bool:
        """Whether the image names no user, or root."""

    def pull(self, image: str, attempt: int) -> Pull:
        """The n-th pull (from 1) of an image on a node."""

    def start(self, pod: Object, container: Mapping[str, Any], run: int) -> Process:
        """Start a container for the n-th time (from 0) in this pod.

        Raises:
            StartError: where it cannot be started.
        """
