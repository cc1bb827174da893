"""Jobs and CronJobs (chapter 9): runs that meet, runs that are missed, runs that never end (Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.model.objects import dig

SHORTEST_DEADLINE = 10
"""The CronJob controller looks at a schedule every ten seconds: a shorter startingDeadlineSeconds misses runs."""


def _cron_jobs(scene: Scene) -> Iterator[Workload]:
    return (workload for workload in scene.workloads if workload.kind == "CronJob")


def _job_spec(workload: Workload) -> tuple[dict[str, object], str]:
    if workload.kind == "CronJob":
        return dig(workload.resource.object, "spec", "jobTemplate", "spec", default={}), "spec.jobTemplate.spec"
    return workload.resource.spec, "spec"


@rule(
    "cron-job-overlap",
    title="Runs of a CronJob do not meet",
    chapter=9,
    severity="warning",
    covers=("81", "N33"),
    why="By default the next run starts although the last one still goes on. A run that hangs or is slow meets the "
    "next one, "
    "and the one after that: they work on the same data, and pile up until the cluster is full.",
    how_to_fix="Set concurrencyPolicy to Forbid (or Replace).",
)
def cron_job_overlap(scene: Scene) -> Iterator[Breach]:
    """CronJobs with concurrencyPolicy Allow, which is the default."""
    for workload in _cron_jobs(scene):
        if workload.resource.spec.get("concurrencyPolicy", "Allow") == "Allow":
            yield Breach(
                workload.resource,
                "spec.concurrencyPolicy",
                f"{workload.name} starts its next run while the last one still goes on",
                fixes.setting(workload.resource, "wait for the last run", ("spec.concurrencyPolicy", "Forbid")),
            )


@rule(
    "cron-job-deadline",
    title="A missed run of a CronJob is caught up with, or let go",
    chapter=9,
    severity="note",
    covers=("81", "N33"),
    why="Without startingDeadlineSeconds a run that was missed starts whenever the controller is back, however late; "
    "after more "
    "than 100 missed ones up to Kubernetes 1.31 it never starts again. Below ten seconds, runs are missed on good "
    "days.",
    how_to_fix="Set startingDeadlineSeconds to how late a run is still useful, some minutes at least.",
)
def cron_job_deadline(scene: Scene) -> Iterator[Breach]:
    """CronJobs without startingDeadlineSeconds, or with one that is too short."""
    for workload in _cron_jobs(scene):
        deadline = workload.resource.spec.get("startingDeadlineSeconds")
        if deadline is None:
            message = f"{workload.name} has no startingDeadlineSeconds: a missed run starts however late it is"
        elif deadline < SHORTEST_DEADLINE:
            message = (
                f"{workload.name} gives up a run after {deadline} s, and the controller looks every "
                f"{SHORTEST_DEADLINE} s: runs are lost"
            )
        else:
            continue
        yield Breach(
            workload.resource,
            "spec.startingDeadlineSeconds",
            message,
            fixes.setting(workload.resource, "allow ten minutes", ("spec.startingDeadlineSeconds", 600)),
            severity=None if deadline is None else "error",
        )


@rule(
    "cron-job-suspended",
    title="A CronJob that should run is not suspended",
    chapter=9,
    severity="note",
    covers=("83",),
    why="A suspended CronJob does nothing, and nobody is told.",
    how_to_fix="Take `suspend: true` away, or the CronJob.",
)
def cron_job_suspended(scene: Scene) -> Iterator[Breach]:
    """CronJobs with suspend: true."""
    for workload in _cron_jobs(scene):
        if workload.resource.spec.get("suspend"):
            yield Breach(
                workload.resource,
                "spec.suspend",
                f"{workload.name} is suspended: it never runs",
                fixes.setting(workload.resource, "let it run", ("spec.suspend", False)),
            )


@rule(
    "job-never-ends",
    title="A Job has a time by which it must end",
    chapter=9,
    severity="note",
    covers=("N33",),
    why="A Job whose process hangs runs for ever. Of a CronJob that forbids concurrent runs, one that hangs silently "
    "stops all "
    "that should follow.",
    how_to_fix="Set activeDeadlineSeconds to some times what a run takes.",
)
def job_never_ends(scene: Scene) -> Iterator[Breach]:
    """Jobs and CronJobs without activeDeadlineSeconds."""
    for workload in scene.workloads:
        if workload.kind not in ("Job", "CronJob"):
            continue
        spec, path = _job_spec(workload)
        if spec.get("activeDeadlineSeconds") is None and workload.template.spec.get("activeDeadlineSeconds") is None:
            blocks = workload.resource.spec.get("concurrencyPolicy") == "Forbid"
            yield Breach(
                workload.resource,
                f"{path}.activeDeadlineSeconds",
                f"{workload.name} has no activeDeadlineSeconds: a run that hangs "
                f"{'blocks all later ones' if blocks else 'never ends'}",
                fixes.setting(workload.resource, "end it after an hour", (f"{path}.activeDeadlineSeconds", 3600)),
            )


@rule(
    "job-never-removed",
    title="Finished Jobs go away",
    chapter=9,
    severity="note",
    covers=("82",),
    why="A finished Job and its pods stay until somebody deletes them, and the same name cannot be applied again.",
    how_to_fix="Set ttlSecondsAfterFinished.",
)
def job_never_removed(scene: Scene) -> Iterator[Breach]:
    """Jobs without ttlSecondsAfterFinished; CronJobs remove theirs by history limits, tools their hooks."""
    for workload in scene.workloads:
        if workload.kind != "Job" or workload.resource.spec.get("ttlSecondsAfterFinished") is not None:
            continue
        annotations = workload.resource.object.annotations
        if "helm.sh/hook" in annotations or "argocd.argoproj.io/hook" in annotations:
            continue
        yield Breach(
            workload.resource,
            "spec.ttlSecondsAfterFinished",
            f"{workload.name} stays for ever after it has finished",
            fixes.setting(workload.resource, "remove it after a day", ("spec.ttlSecondsAfterFinished", 86400)),
        )
