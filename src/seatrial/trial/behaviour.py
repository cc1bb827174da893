"""The application side of a trial: a kubelet runtime in which every container behaves as its workload's profile says.

What no profile says follows from the manifests or is assumed: init containers run `profiles.INIT_SECONDS` and
succeed; containers of Jobs run `run_seconds` and succeed; all others run for ever and serve, with healthy probes,
once their start-up is over. That takes `startup_seconds`, else the shortest initialDelaySeconds among the container's
probes (whoever set it had measured), else `profiles.STARTUP_SECONDS`. Images are pulled in `PULL_SECONDS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import inf
from typing import Any

from seatrial.cluster.kubelet.runtime import Answer, Exit, HookRun, Process, Pull
from seatrial.cluster.store import Store
from seatrial.cluster.traffic.serving import Serving
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model import pods, quantities
from seatrial.model.cpu import most_per_second, wall_seconds
from seatrial.model.objects import Object, controller_of, dig
from seatrial.trial import profiles
from seatrial.trial.owners import workload_of
from seatrial.trial.profiles import Profile, Profiles

PULL_SECONDS = 3.0
"""Assumed time to pull an image that a node does not have."""
EXIT_SECONDS = 0.2
"""From SIGTERM to the end of a process that does not wait for anything."""
DRAIN_SECONDS = 5.0
"""How long a process that drains goes on accepting after SIGTERM, so that those who still send to it can learn
better."""

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"

Place = tuple[tuple[str, str], str]
"""(namespace, name) of a pod, and the name of one of its containers."""

OK = Answer("ok", code=200)
HANGS = Answer("hang")
REFUSED = Answer("refused", "connection refused")


class Application:
    """One run of one container."""

    def __init__(
        self, profile: Profile, startup: float, ends: Exit | None, *, cpu: float, serving: Serving, place: Place
    ) -> None:
        self._profile = profile
        self._cpu = cpu
        """Cores that it may use; infinity where it has no limit."""
        self._serving = serving
        self._place = place
        self._startup = startup
        self._ends = ends

    def exit(self) -> Exit | None:
        """Jobs and init containers end; services do not."""
        return self._ends

    def answer(self, handler: Mapping[str, Any], at: float) -> Answer:
        """Nobody listens until the start-up is over; then all is well, unless the CPU limit makes it too slow."""
        if at < self._startup:
            return REFUSED
        if "tcpSocket" in handler or not self._profile.cpu_seconds:
            return OK
        seconds = wall_seconds(self._profile.cpu_seconds, self._cpu)
        too_slow = seconds > float(handler.get("timeoutSeconds") or 1)
        return HANGS if too_slow or self._serving.is_overloaded(*self._place) else OK

    def steady_until(self, handler: Mapping[str, Any], at: float) -> float:
        """Answers change when the start-up is over, and with the load where that can be too much."""
        if at < self._startup:
            return self._startup
        return at if self._profile.cpu_seconds and self._cpu != inf else inf

    def hook(self, handler: Mapping[str, Any]) -> HookRun:
        """A preStop `sleep` takes its seconds, whether as a handler or as a command; other hooks take no time."""
        return HookRun(seconds=hook_seconds(handler))

    def on_sigterm(self) -> Exit | None:
        """As the profile says."""
        match self._profile.sigterm:
            case "ignores":
                return None
            case "drains":
                return Exit(after=DRAIN_SECONDS + self._profile.request_seconds)
            case _:
                return Exit(after=EXIT_SECONDS, code=143)

    def termination_log(self) -> str:
        """Nothing is known of it."""
        return ""

    def log_tail(self) -> str:
        """Nothing is known of logs."""
        return ""


class ProfileRuntime:
    """The runtime of all nodes of a trial. It tells `serving` which containers began to accept requests."""

    def __init__(self, store: Store, serving: Serving, known: Profiles) -> None:
        self._store = store
        self._serving = serving
        self._profiles = known

    def present(self, image: str) -> bool:
        """No image is on a node before it was pulled there."""
        return False

    def runs_as_root(self, image: str) -> bool:
        """Nobody knows; whoever demands another user is taken to have an image that suits."""
        return False

    def pull(self, image: str, attempt: int) -> Pull:
        """Every image exists."""
        return Pull(PULL_SECONDS)

    def start(self, pod: Object, container: Mapping[str, Any], run: int) -> Process:
        """Start a container as its workload's profile says."""
        profile = self.profile_of(pod)
        startup = startup_seconds(profile, pod.spec, pod.annotations, container)
        ends = _end(pod, container, profile)
        cpu = _cpu_limit(container)
        if ends is None:
            drains = profile.sigterm == "drains"
            most = most_per_second(profile.cpu_seconds, cpu)
            self._serving.started((pod.namespace, pod.name), container["name"], startup, drains, most)
        place = ((pod.namespace, pod.name), str(container["name"]))
        return Application(profile, startup, ends, cpu=cpu, serving=self._serving, place=place)

    def observe(self, event: str, pod: tuple[str, str], container: str, time: float) -> None:
        """Told by the kubelets what became of a container."""
        if event == "ended":
            self._serving.stopped(pod, container)
        elif event == "sigterm":
            found = self._store.get("Pod", *pod)
            if found is None or self.profile_of(found).sigterm == "exits-at-once":
                self._serving.stopped(pod, container)

    def profile_of(self, pod: Object) -> Profile:
        """The profile of the workload on top of the pod's owners."""
        namespace, kind, name = workload_of(self._store, pod).split("/")
        return self._profiles.of(kind, namespace, name)


def startup_seconds(
    profile: Profile, spec: Mapping[str, Any], annotations: Mapping[str, str], container: Mapping[str, Any]
) -> float:
    """From the start of a container until it serves. A profile speaks of the pod's main container."""
    if profile.startup_seconds is not None and container.get("name") == main_container(spec, annotations):
        return profile.startup_seconds
    hints = [
        float(dig(container, probe, "initialDelaySeconds", default=0))
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    ]
    return min((hint for hint in hints if hint), default=profiles.STARTUP_SECONDS)


def request_seconds(profile: Profile, workload: Resource, container: str | None) -> float:
    """How long a request takes that need not wait: its CPU time is stretched by the container's limit."""
    template = pod_template(workload)
    found = (c for c in (template.spec.get("containers") or () if template else ()) if c.get("name") == container)
    limit = _cpu_limit(next(found, {}))
    return profile.request_seconds + (wall_seconds(profile.cpu_seconds, limit) - profile.cpu_seconds)


def main_container(spec: Mapping[str, Any], annotations: Mapping[str, str]) -> str:
    """The application among a pod's containers: the one that kubectl takes, else the first."""
    containers = spec.get("containers") or [{}]
    return str(annotations.get(DEFAULT_CONTAINER) or containers[0].get("name", ""))


def hook_seconds(handler: Mapping[str, Any]) -> float:
    """How long a lifecycle handler takes: its sleep, or the first `sleep N` in its command."""
    if "sleep" in handler:
        return float(dig(handler, "sleep", "seconds", default=0))
    words = " ".join(str(word) for word in dig(handler, "exec", "command", default=())).replace(";", " ").split()
    for word, number in pairwise(words):
        if word.rsplit("/", 1)[-1] == "sleep":
            try:
                return float(number.rstrip("s"))
            except ValueError:
                return 0.0
    return 0.0


def _cpu_limit(container: Mapping[str, Any]) -> float:
    limit = dig(container, "resources", "limits", "cpu")
    return quantities.millis(limit) / 1000 if limit is not None else inf


def _end(pod: Object, container: Mapping[str, Any], profile: Profile) -> Exit | None:
    names = {c.get("name") for c in pod.spec.get("initContainers") or ()}
    if container.get("name") in names:
        return None if pods.is_sidecar(container) else Exit(after=profiles.INIT_SECONDS)
    owner = controller_of(pod)
    runs_once = owner is not None and owner["kind"] == "Job"
    alone = owner is None and pod.spec.get("restartPolicy") in ("Never", "OnFailure")
    return Exit(after=profile.run_seconds) if runs_once or alone else None
