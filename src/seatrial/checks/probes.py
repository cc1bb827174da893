"""Probes (chapter 5): when a pod gets requests, when the kubelet gives it up (pkg/kubelet/prober, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.ports import serving_containers
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Container, Scene, Workload
from seatrial.model.objects import dig

HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
SHORTEST_PATIENCE = 20
"""Seconds after the start: who is killed sooner, without a startup probe, has hardly a chance on a busy node."""
PROGRESS_DEADLINE = 600
"""Default of `progressDeadlineSeconds`, in seconds."""


def patience(probe: Mapping[str, Any]) -> int:
    """Seconds of failing, from the first probe on, after which the probe has failed for good."""
    return int(probe.get("failureThreshold") or 3) * int(probe.get("periodSeconds") or 10)


def budget(probe: Mapping[str, Any]) -> int:
    """Seconds from the container's start until a probe that never succeeds has failed for good."""
    return int(probe.get("initialDelaySeconds") or 0) + patience(probe)


def handler(probe: Mapping[str, Any]) -> dict[str, Any]:
    """What the probe does, without its timing."""
    return {name: probe[name] for name in HANDLERS if probe.get(name)}


def _long_running(scene: Scene) -> Iterator[tuple[Workload, Container]]:
    for workload in scene.workloads:
        if workload.long_running:
            for container in workload.containers:
                if container.runs_on:
                    yield workload, container


@rule(
    "readiness-probe-missing",
    title="What a Service sends requests to has a readiness probe",
    chapter=5,
    severity="warning",
    covers=("9",),
    why="Without a readiness probe a pod counts as ready the moment that its process exists: during every rollout, "
    "restart "
    "and scale-up, users' requests go to pods that do not serve yet, and fail.",
    how_to_fix="Give the container that serves a readinessProbe that asks it what users would ask: whether it can "
    "serve now.",
)
def readiness_probe_missing(scene: Scene) -> Iterator[Breach]:
    """Containers that a Service's port leads to, without a readiness probe."""
    for workload in scene.serving():
        for container, port in serving_containers(workload):
            if not container.spec.get("readinessProbe"):
                probe = {"tcpSocket": {"port": port}, "periodSeconds": 5}
                path = f"{container.path}.readinessProbe"
                yield Breach(
                    workload.resource,
                    path,
                    f"container {container.name} gets requests on port {port} and has no readiness probe: they come "
                    "before it "
                    "serves",
                    fixes.setting(
                        workload.resource,
                        "add a readiness probe (httpGet of a health path is better still)",
                        (path, probe),
                    ),
                )


@rule(
    "liveness-probe-missing",
    title="Containers that run for ever have a liveness probe",
    chapter=5,
    severity="note",
    covers=("9",),
    why="A process that hangs without exiting stays as it is: the pod is out of service, or worse in it, until "
    "somebody looks.",
    how_to_fix="Add a livenessProbe that answers as long as the process can make progress, and that looks at nothing "
    "outside "
    "of it. A process that exits when it cannot go on needs none.",
)
def liveness_probe_missing(scene: Scene) -> Iterator[Breach]:
    """Containers that run for ever and have no liveness probe."""
    for workload, container in _long_running(scene):
        if not container.spec.get("livenessProbe"):
            yield Breach(
                workload.resource,
                f"{container.path}.livenessProbe",
                f"container {container.name} has no liveness probe: if it hangs, nobody restarts it",
                fixes.advice("add a liveness probe, more patient than the readiness probe"),
            )


@rule(
    "liveness-not-after-readiness",
    title="A pod leaves the Service before it is restarted",
    chapter=5,
    severity="warning",
    covers=("10", "N9"),
    why="Where liveness asks the same question as readiness and loses patience no later, a pod that is merely "
    "overloaded is "
    "killed instead of being left alone for a while. Its load goes to the others, which are killed next.",
    how_to_fix="Let the liveness probe ask only whether the process lives, or give it a failureThreshold of several "
    "times "
    "that of the readiness probe.",
)
def liveness_not_after_readiness(scene: Scene) -> Iterator[Breach]:
    """Both probes do the same, and liveness gives up no later than readiness."""
    for workload, container in _long_running(scene):
        liveness, readiness = container.spec.get("livenessProbe") or {}, container.spec.get("readinessProbe") or {}
        if not liveness or handler(liveness) != handler(readiness) or patience(liveness) > patience(readiness):
            continue
        period = int(liveness.get("periodSeconds") or 10)
        threshold = max(3, -(-3 * patience(readiness) // period))
        yield Breach(
            workload.resource,
            f"{container.path}.livenessProbe",
            f"container {container.name}: liveness asks what readiness asks and gives up after {patience(liveness)} "
            "s, readiness "
            f"after {patience(readiness)} s: under load the pod is killed rather than spared",
            fixes.setting(
                workload.resource,
                "let liveness wait three times as long",
                (f"{container.path}.livenessProbe.failureThreshold", threshold),
            ),
            evidence={"livenessSeconds": patience(liveness), "readinessSeconds": patience(readiness)},
        )


@rule(
    "liveness-before-startup",
    title="The liveness probe leaves time to start",
    chapter=5,
    severity="warning",
    covers=("N7",),
    why="A container that is killed before it has started is started again, and killed again: a crash loop on the day "
    "when "
    "the disk is slow or the node is busy.",
    how_to_fix="Add a startupProbe with room for the slowest start (failureThreshold × periodSeconds); liveness waits "
    "until it "
    "has succeeded.",
)
def liveness_before_startup(scene: Scene) -> Iterator[Breach]:
    """No startup probe, and liveness gives up very soon, or before the readiness probe even begins."""
    for workload, container in _long_running(scene):
        liveness, readiness = container.spec.get("livenessProbe") or {}, container.spec.get("readinessProbe") or {}
        if not liveness or container.spec.get("startupProbe"):
            continue
        starting = int(readiness.get("initialDelaySeconds") or 0)
        if budget(liveness) >= max(SHORTEST_PATIENCE, starting):
            continue
        reason = f", and the readiness probe waits {starting} s for the start" if starting > budget(liveness) else ""
        startup = {**handler(liveness), "periodSeconds": 5, "failureThreshold": max(30, starting // 5 * 2)}
        yield Breach(
            workload.resource,
            f"{container.path}.livenessProbe",
            f"container {container.name} is killed when it does not answer {budget(liveness)} s after its "
            f"start{reason}; no startup "
            "probe holds the liveness probe back",
            fixes.setting(
                workload.resource,
                "add a startup probe that leaves time for a slow start",
                (f"{container.path}.startupProbe", startup),
            ),
            evidence={"budgetSeconds": budget(liveness)},
        )


@rule(
    "startup-longer-than-progress-deadline",
    title="A slow start fits into the rollout's deadline",
    chapter=13,
    severity="note",
    covers=("N8",),
    why="A rollout whose first pod takes all the time that its startup probe allows is reported as failed, and "
    "pipelines roll "
    "it back, although the pod would have come up.",
    how_to_fix="Raise progressDeadlineSeconds above the startup probe's failureThreshold × periodSeconds, or lower "
    "these.",
)
def startup_longer_than_progress_deadline(scene: Scene) -> Iterator[Breach]:
    """A startup probe that allows more time than `progressDeadlineSeconds`."""
    for workload, container in _long_running(scene):
        startup = container.spec.get("startupProbe")
        deadline = int(workload.resource.spec.get("progressDeadlineSeconds") or PROGRESS_DEADLINE)
        if workload.kind == "Deployment" and startup and budget(startup) >= deadline:
            yield Breach(
                workload.resource,
                f"{container.path}.startupProbe",
                f"container {container.name} may take {budget(startup)} s to start; the rollout counts as failed "
                f"after {deadline} s",
                fixes.setting(
                    workload.resource,
                    "give the rollout more time",
                    ("spec.progressDeadlineSeconds", budget(startup) + 300),
                ),
                evidence={"startupSeconds": budget(startup), "deadlineSeconds": deadline},
            )


@rule(
    "probe-port-unknown",
    title="Probes name ports that the container has",
    chapter=5,
    severity="error",
    covers=("11",),
    why="A probe of a port name that the container does not declare fails every time: the pod never becomes ready, or "
    "is "
    "restarted for ever.",
    how_to_fix="Declare the port under this name in the same container, or use its number.",
)
def probe_port_unknown(scene: Scene) -> Iterator[Breach]:
    """Probes of a named port that is not among the container's own."""
    for workload in scene.workloads:
        for container in workload.containers:
            names = {port.get("name") for port in container.ports}
            for probe in PROBES:
                for kind in ("httpGet", "tcpSocket"):
                    port = dig(container.spec, probe, kind, "port")
                    if isinstance(port, str) and not port.isdecimal() and port not in names:
                        yield Breach(
                            workload.resource,
                            f"{container.path}.{probe}.{kind}.port",
                            f"container {container.name}: {probe} asks port {port!r}, and the container has no port "
                            "of that name",
                            fixes.advice("use the name or number of a port that the container declares"),
                            evidence={"ports": sorted(str(name) for name in names if name)},
                        )
