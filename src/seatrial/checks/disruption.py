"""Planned disruption (chapter 5): budgets, and how many replicas there are to live on meanwhile.

Arithmetic as in pkg/controller/disruption, Kubernetes 1.36: both percentages are rounded up; the expected count is the
sum over the controllers whose pods a budget selects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.findings.finding import Fix
from seatrial.manifests.resources import Resource
from seatrial.model.intorpercent import scaled
from seatrial.model.objects import dig

MOST_COUNTS = 200
"""So many replica counts of an autoscaler's range are looked at, from its floor on."""
SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"


def disruptions_allowed(budget: Resource, replicas: int) -> int:
    """How many of `replicas` healthy pods the budget lets go at once; it may be negative."""
    limit, floor = budget.spec.get("maxUnavailable"), budget.spec.get("minAvailable")
    if limit is not None:
        return scaled(limit, replicas, round_up=True)
    if floor is not None:
        return replicas - scaled(floor, replicas, round_up=True)
    return 0


def needs_budget(workload: Workload) -> bool:
    """Whether several pods share the work, so that a budget can keep some while others go."""
    return workload.kind in ("Deployment", "StatefulSet") and workload.least_replicas >= 2


@rule(
    "pdb-missing",
    title="What runs in several replicas has a PodDisruptionBudget",
    chapter=5,
    severity="warning",
    covers=("16",),
    why="During a cluster upgrade nodes are drained one after the other, or several at a time. Without a budget "
    "nothing stops "
    "all replicas from being evicted in the same minute.",
    how_to_fix="Add a PodDisruptionBudget with maxUnavailable 1 that selects the workload's pods.",
)
def pdb_missing(scene: Scene) -> Iterator[Breach]:
    """Deployments and StatefulSets of two replicas or more that no budget selects."""
    for workload in scene.workloads:
        if needs_budget(workload) and not workload.budgets:
            yield Breach(
                workload.resource,
                "",
                f"{workload.name} has {workload.least_replicas} replicas and no PodDisruptionBudget: a drain may take "
                "all "
                "of them "
                "at once",
                fixes.creating(workload.resource, "add a budget that lets one pod go at a time", _budget(workload)),
                severity=None if workload.services else "note",
            )


def _budget(workload: Workload) -> dict[str, Any]:
    metadata = {"name": workload.name}
    if workload.resource.object.namespace:
        metadata["namespace"] = workload.namespace
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata,
        "spec": {"maxUnavailable": 1, "selector": workload.resource.spec.get("selector")},
    }


@rule(
    "pdb-blocks-drain",
    title="A PodDisruptionBudget lets at least one pod go",
    chapter=5,
    severity="error",
    covers=("17", "18", "19", "N1", "N3"),
    why="A budget that allows no disruption while everything is healthy makes every drain of a node with one of these "
    "pods "
    "wait for ever: the cluster upgrade hangs, until somebody deletes the budget or the pod by force.",
    how_to_fix="Use maxUnavailable 1, or keep minAvailable below the number of replicas (below the autoscaler's "
    "minReplicas "
    "where there is one). A single replica needs a second one, or no budget.",
)
def pdb_blocks_drain(scene: Scene) -> Iterator[Breach]:
    """No disruption allowed at the replicas that are declared, or at a count that the autoscaler may choose."""
    for budget in scene.inventory.of_kind("PodDisruptionBudget"):
        workloads = scene.selected_by(budget)
        field = "maxUnavailable" if budget.spec.get("maxUnavailable") is not None else "minAvailable"
        value = budget.spec.get(field)
        if value is None or not workloads or not all(workload.scaled for workload in workloads):
            continue
        least, most = (sum(w.least_replicas for w in workloads), sum(w.most_replicas for w in workloads))
        counts = range(max(1, least), min(most, least + MOST_COUNTS) + 1)
        blocked = [count for count in counts if disruptions_allowed(budget, count) <= 0]
        if not blocked:
            continue
        whose = " and ".join(str(workload) for workload in workloads)
        at = f"with {blocked[0]} {'replica' if blocked[0] == 1 else 'replicas'}"
        yield Breach(
            budget,
            f"spec.{field}",
            f"{field} {value} allows no disruption of {whose} {at}: a drain of their nodes waits for ever",
            fixes.setting(budget, "let one pod go at a time", ("spec.maxUnavailable", 1))
            if field == "maxUnavailable"
            else _one_at_a_time(budget, least),
            severity=None if blocked[0] == counts[0] else "warning",
            evidence={"replicas": blocked[0], "disruptionsAllowed": 0},
            cause=tuple(fixes.cause(w.resource, "spec.replicas") for w in workloads),
        )


def _one_at_a_time(budget: Resource, replicas: int) -> Fix:
    if replicas < 2:
        return fixes.advice("run a second replica, or do without the budget")
    swap = fixes.removing(budget, "let one pod go at a time", "spec.minAvailable")
    added = fixes.setting(budget, "", ("spec.maxUnavailable", 1))
    return fixes.joined(swap, added)


@rule(
    "pdb-selects-nothing",
    title="A PodDisruptionBudget selects pods",
    chapter=5,
    severity="warning",
    covers=("21",),
    why="A budget whose selector matches no pod protects nothing, and everybody believes that it does.",
    how_to_fix="Make the selector that of the workload's pods.",
)
def pdb_selects_nothing(scene: Scene) -> Iterator[Breach]:
    """Budgets whose selector matches no pod template of their namespace."""
    for budget in scene.inventory.of_kind("PodDisruptionBudget"):
        if scene.workloads_in(budget.namespace) and id(budget) not in scene.budgets_in_use:
            yield Breach(
                budget,
                "spec.selector",
                f"PodDisruptionBudget {budget.name} selects no pod of namespace {budget.namespace}: it protects "
                "nothing",
                fixes.advice("select the labels of the workload's pod template"),
                severity="note" if budget.namespace in scene.makers_of_pods else None,
            )


@rule(
    "pdb-overlap",
    title="A pod belongs to one PodDisruptionBudget",
    chapter=5,
    severity="error",
    covers=("22", "N2"),
    why='The eviction API refuses to evict a pod that two budgets select, with an error, not with "later": a drain of '
    "its node never ends.",
    how_to_fix="Narrow the selectors, so that each pod is under one budget.",
)
def pdb_overlap(scene: Scene) -> Iterator[Breach]:
    """Workloads whose pods more than one budget selects."""
    for workload in scene.workloads:
        for first, other in zip(workload.budgets, workload.budgets[1:], strict=False):
            yield Breach(
                other,
                "spec.selector",
                f"PodDisruptionBudgets {first.name} and {other.name} both select the pods of {workload}: none of them "
                "can be "
                "evicted",
                fixes.advice("keep one of the two, or narrow its selector"),
                cause=(fixes.cause(first, "spec.selector"),),
            )


@rule(
    "pdb-covers-several",
    title="A PodDisruptionBudget covers one workload",
    chapter=5,
    severity="note",
    covers=("N1",),
    why="A budget counts all pods that it selects as one lot. Where it spans several workloads, it may allow one of "
    "them to be "
    "evicted whole as long as the others are there.",
    how_to_fix="Give each workload a budget of its own.",
)
def pdb_covers_several(scene: Scene) -> Iterator[Breach]:
    """Budgets over several workloads; a warning where one that serves may be evicted whole."""
    for budget in scene.inventory.of_kind("PodDisruptionBudget"):
        workloads = [w for w in scene.selected_by(budget) if w.scaled]
        if len(workloads) < 2:
            continue
        allowed = disruptions_allowed(budget, sum(w.least_replicas for w in workloads))
        shared = set.intersection(*({s.key for s in w.services} for w in workloads))
        emptied = [w for w in workloads if w.serves and not shared and 2 <= w.least_replicas <= allowed]
        names = ", ".join(str(workload) for workload in workloads)
        what = f": all pods of {emptied[0]} may be evicted at once" if emptied else ""
        yield Breach(
            budget,
            "spec.selector",
            f"PodDisruptionBudget {budget.name} counts the pods of {names} as one lot{what}",
            fixes.advice("give each workload a budget of its own"),
            severity="warning" if emptied else None,
        )


@rule(
    "pdb-keeps-broken-pods",
    title="Broken pods do not hold up a drain",
    chapter=5,
    severity="note",
    covers=("20",),
    why="By default a budget also protects pods that are not ready: where a workload is broken, nobody can drain its "
    "nodes.",
    how_to_fix="Set unhealthyPodEvictionPolicy: AlwaysAllow (stable since Kubernetes 1.31).",
)
def pdb_keeps_broken_pods(scene: Scene) -> Iterator[Breach]:
    """Budgets with the default unhealthyPodEvictionPolicy."""
    for budget in scene.inventory.of_kind("PodDisruptionBudget"):
        if budget.spec.get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            path = "spec.unhealthyPodEvictionPolicy"
            yield Breach(
                budget,
                path,
                f"PodDisruptionBudget {budget.name} protects pods that are not ready too: while they are broken, "
                "drains wait",
                fixes.setting(budget, "let pods that are not ready go", (path, "AlwaysAllow")),
            )


@rule(
    "single-replica",
    title="What users reach runs in more than one replica",
    chapter=5,
    severity="warning",
    covers=("15", "63", "67"),
    why="With one replica, every drain, node failure and crash is an outage for as long as a new pod takes to start.",
    how_to_fix="Run two replicas or more, on different nodes. What can only run once (a database on one disk) needs "
    "replication of its own, or a decision that the outage is acceptable.",
)
def single_replica(scene: Scene) -> Iterator[Breach]:
    """Workloads behind a Service with one replica, or whose autoscaler may go down to one."""
    for workload in scene.serving():
        if workload.kind not in ("Deployment", "StatefulSet") or workload.least_replicas != 1:
            continue
        alone = workload.kind == "StatefulSet" or _has_claim(workload)
        autoscaler = workload.autoscalers[0] if workload.autoscalers else None
        owner, path = (autoscaler, "spec.minReplicas") if autoscaler else (workload.resource, "spec.replicas")
        services = ", ".join(service.name for service in workload.services)
        what = "may be scaled down to one replica" if autoscaler else "has one replica"
        yield Breach(
            owner,
            path,
            f"{workload.name} {what} behind Service {services}: nobody answers while its pod moves or restarts",
            fixes.advice("replicate what it stores, then run more than one")
            if alone
            else fixes.setting(owner, "run two replicas", (path, 2)),
            severity="note" if alone else None,
        )


def _has_claim(workload: Workload) -> bool:
    return any(volume.get("persistentVolumeClaim") for volume in workload.template.spec.get("volumes") or ())


@rule(
    "not-safe-to-evict",
    title="No pod holds its node for ever",
    chapter=6,
    severity="note",
    covers=("23",),
    why="The cluster autoscaler never removes a node with a pod that is marked as not safe to evict: the node stays, "
    "and is "
    "paid for.",
    how_to_fix="Use a PodDisruptionBudget to say how many pods may go at a time, and take the annotation away.",
)
def not_safe_to_evict(scene: Scene) -> Iterator[Breach]:
    """Pods that run for ever with the annotation `safe-to-evict: "false"`."""
    for workload in scene.workloads:
        if workload.long_running and workload.template.annotations.get(SAFE_TO_EVICT) == "false":
            yield Breach(
                workload.resource,
                f"{workload.template.metadata_path}.annotations[{SAFE_TO_EVICT}]",
                f"{workload.name} is marked as not safe to evict: its nodes are never scaled down",
                fixes.advice("say with a PodDisruptionBudget what may go"),
            )


@rule(
    "quorum-lost-with-budget",
    title="A budget keeps the quorum of a StatefulSet",
    chapter=9,
    severity="note",
    covers=("N5",),
    why="Members of a cluster that decides by majority stop serving when fewer than half of them are left, although "
    "pods are "
    "running.",
    how_to_fix="Let one pod go at a time (maxUnavailable 1), and run three or five.",
)
def quorum_lost_with_budget(scene: Scene) -> Iterator[Breach]:
    """StatefulSets of three or more whose budget lets so many go that no majority is left."""
    for workload in scene.workloads:
        replicas = workload.least_replicas
        if workload.kind != "StatefulSet" or replicas < 3 or len(workload.budgets) != 1:
            continue
        budget = workload.budgets[0]
        if (
            scene.selected_by(budget) == [workload]
            and replicas - disruptions_allowed(budget, replicas) < replicas // 2 + 1
        ):
            path = (
                "spec.maxUnavailable"
                if dig(budget.object, "spec", "maxUnavailable") is not None
                else "spec.minAvailable"
            )
            yield Breach(
                budget,
                path,
                f"of {replicas} pods of {workload} {disruptions_allowed(budget, replicas)} may be evicted at once: no "
                "majority is "
                "left",
                fixes.advice("allow one at a time where the members need a majority"),
            )
