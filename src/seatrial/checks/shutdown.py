"""How pods end (chapters 5 and 13): the race between the last requests and the signal, and the time that is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.checks import fixes
from seatrial.checks.ports import serving_containers
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Container, Scene, Workload
from seatrial.model.objects import dig

GRACE = 30
"""Default of `terminationGracePeriodSeconds`."""
PAUSE = 5
"""Seconds that endpoints take, with a margin, to leave every node's rules."""
AUTOSCALER_GRACE = 600
"""Longest that the cluster autoscaler waits for a pod (`--max-graceful-termination-sec`, cluster-autoscaler 1.36)."""
SPOT_NOTICE = {
    "cloud.google.com/gke-spot": ("true", 15),
    "cloud.google.com/gke-preemptible": ("true", 15),
    "eks.amazonaws.com/capacityType": ("SPOT", 120),
    "kubernetes.azure.com/scalesetpriority": ("spot", 30),
    "karpenter.sh/capacity-type": ("spot", 120),
}
"""Node labels of machines that may be taken away: the value, and the seconds of notice that pods get.

GKE gives ordinary pods 15 of the 30 seconds (kubelet graceful node shutdown).
"""
_SLEEP = re.compile(r"\bsleep\s+(\d+)(?:\.\d+)?(m?)")


def grace_seconds(workload: Workload) -> int:
    """`terminationGracePeriodSeconds` with its default."""
    grace = workload.template.spec.get("terminationGracePeriodSeconds")
    return GRACE if grace is None else int(grace)


def pre_stop_seconds(container: Container) -> int | None:
    """How long the preStop hook sleeps; 0 for a hook that does something else, None where there is none."""
    hook = dig(container.spec, "lifecycle", "preStop")
    if hook is None:
        return None
    seconds = dig(hook, "sleep", "seconds")
    if isinstance(seconds, int):
        return seconds
    command = " ".join(str(word) for word in dig(hook, "exec", "command", default=()))
    return sum(int(count) * (60 if minutes else 1) for count, minutes in _SLEEP.findall(command))


@rule(
    "pre-stop-missing",
    title="Pods that serve wait before they stop",
    chapter=13,
    severity="warning",
    covers=("14", "N11"),
    why="When a pod goes, its process gets SIGTERM at the same time as every node begins to take it out of the "
    "Service. For a "
    "second or two, requests still come to a process that has stopped: each rollout costs a few failed requests for "
    "each pod.",
    how_to_fix="Let a preStop hook sleep for about five seconds before the signal comes. An application that goes on "
    "serving "
    "for a while after SIGTERM needs none: say so with the annotation seatrial.dev/ignore.",
)
def pre_stop_missing(scene: Scene) -> Iterator[Breach]:
    """Containers that a Service leads to, without a preStop hook, in workloads that are meant to be always there."""
    for workload in scene.serving():
        if workload.kind == "DaemonSet" or workload.most_replicas < 2:
            continue
        for container, _ in serving_containers(workload):
            if pre_stop_seconds(container) is None and container.role == "main":
                path = f"{container.path}.lifecycle.preStop"
                yield Breach(
                    workload.resource,
                    f"{container.path}.lifecycle",
                    f"container {container.name} gets requests and has no preStop hook: those that are on their way "
                    "when it "
                    "stops fail",
                    fixes.setting(
                        workload.resource, f"sleep {PAUSE} s before it stops", (path, {"sleep": {"seconds": PAUSE}})
                    ),
                )


@rule(
    "pre-stop-longer-than-grace",
    title="The preStop hook leaves time to stop",
    chapter=13,
    severity="error",
    covers=("N10",),
    why="The grace period begins with the preStop hook, not after it. Where the hook takes all of it, the process is "
    "killed "
    "without having had a chance to finish what it is doing: every request in flight is lost with every pod that goes.",
    how_to_fix="Make terminationGracePeriodSeconds the hook's time plus what the longest request takes.",
)
def pre_stop_longer_than_grace(scene: Scene) -> Iterator[Breach]:
    """A hook that sleeps for as long as the grace period, or longer."""
    for workload in scene.workloads:
        grace = grace_seconds(workload)
        for container in workload.containers:
            seconds = pre_stop_seconds(container)
            if seconds and seconds >= grace:
                yield Breach(
                    workload.resource,
                    f"{container.path}.lifecycle.preStop",
                    f"container {container.name} sleeps {seconds} s in its preStop hook and is killed after {grace} "
                    "s: it never "
                    "gets to finish its requests",
                    fixes.setting(
                        workload.resource,
                        "make the grace period longer than the hook",
                        (f"{workload.template.path}.terminationGracePeriodSeconds", seconds + GRACE),
                    ),
                    evidence={"preStopSeconds": seconds, "graceSeconds": grace},
                )


@rule(
    "grace-longer-than-notice",
    title="Pods stop within the time that their node gives them",
    chapter=5,
    severity="warning",
    covers=("23", "N6"),
    why="A spot machine goes when its notice is over, and the cluster autoscaler waits ten minutes at most: a pod "
    "that counts "
    "on more is killed in the middle of its work.",
    how_to_fix="Shorten what the pod does at its end, save its work as it goes, or keep it off such nodes.",
)
def grace_longer_than_notice(scene: Scene) -> Iterator[Breach]:
    """Grace periods above the notice of the spot machines that the pods ask for, or above the autoscaler's patience."""
    for workload in scene.workloads:
        grace = grace_seconds(workload)
        notice = _notice(workload)
        path = f"{workload.template.path}.terminationGracePeriodSeconds"
        if notice is not None and grace > max(notice, GRACE):
            message = f"its pods take up to {grace} s to stop, and the spot machines that it asks for give {notice} s"
            yield Breach(workload.resource, path, message, fixes.advice("stop faster, or run on machines that stay"))
        elif grace > AUTOSCALER_GRACE:
            yield Breach(
                workload.resource,
                path,
                f"its pods take up to {grace} s to stop; the cluster autoscaler kills them after {AUTOSCALER_GRACE} s",
                fixes.advice("stop within ten minutes, or raise --max-graceful-termination-sec"),
                severity="note",
            )


def _notice(workload: Workload) -> int | None:
    selector = workload.template.spec.get("nodeSelector") or {}
    notices = [seconds for label, (value, seconds) in SPOT_NOTICE.items() if selector.get(label) == value]
    return min(notices) if notices else None
