"""Rollouts and controllers (chapters 9 and 13): what happens while the new version replaces the old one."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.manifests.resources import Resource
from seatrial.model import selectors
from seatrial.model.intorpercent import scaled
from seatrial.model.objects import dig

ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}


def single_node_claim(scene: Scene, workload: Workload) -> tuple[Resource, str] | None:
    """A claim of its pods that only one node can mount, and the path of the volume."""
    for index, volume in enumerate(workload.template.spec.get("volumes") or ()):
        name = dig(volume, "persistentVolumeClaim", "claimName")
        claim = scene.inventory.get("PersistentVolumeClaim", workload.namespace, str(name)) if name else None
        modes = set(claim.spec.get("accessModes") or ()) if claim else set()
        if claim and modes and modes <= ONE_NODE:
            return claim, f"{workload.template.path}.volumes[{index}]"
    return None


@rule(
    "rolling-update-with-single-node-volume",
    title="A volume for one node is not rolled over",
    chapter=13,
    severity="error",
    covers=("74", "N14"),
    why="A rolling update starts the new pod while the old one still holds the volume. On another node the new pod "
    "waits for "
    "the volume, the old one waits to be replaced, and the rollout hangs.",
    how_to_fix="Use strategy Recreate, or a volume that several nodes can mount (ReadWriteMany), or a StatefulSet.",
)
def rolling_update_with_single_node_volume(scene: Scene) -> Iterator[Breach]:
    """Deployments that surge, with a ReadWriteOnce or ReadWriteOncePod claim."""
    for workload in scene.workloads:
        if workload.kind != "Deployment" or dig(workload.resource.object, "spec", "strategy", "type") == "Recreate":
            continue
        found = single_node_claim(scene, workload)
        if found is None:
            continue
        claim, path = found
        surge = dig(workload.resource.object, "spec", "strategy", "rollingUpdate", "maxSurge", default="25%")
        if scaled(surge, max(1, workload.most_replicas), round_up=True) == 0 and workload.most_replicas == 1:
            continue
        mode = "/".join(claim.spec["accessModes"])
        several = workload.most_replicas > 1
        what = (
            f"only pods on one node can have it, and there are {workload.most_replicas}"
            if several
            else "the new pod of a rollout waits for the old one to let go"
        )
        yield Breach(
            workload.resource,
            path,
            f"{workload.name} mounts claim {claim.name} ({mode}): {what}",
            fixes.advice("use a StatefulSet with a claim for each pod, or a ReadWriteMany volume")
            if several
            else fixes.setting(workload.resource, "stop the old pod first", ("spec.strategy", {"type": "Recreate"})),
            cause=(fixes.cause(claim, "spec.accessModes"),),
        )


@rule(
    "rollout-takes-all-down",
    title="A rollout keeps pods that serve",
    chapter=13,
    severity="error",
    covers=("71",),
    why="All old pods are stopped before the first new one serves: every rollout is an outage.",
    how_to_fix="Use RollingUpdate with maxUnavailable 0 (or 1 of several) and maxSurge 1.",
)
def rollout_takes_all_down(scene: Scene) -> Iterator[Breach]:
    """Serving Deployments with strategy Recreate, or whose maxUnavailable is all of them."""
    for workload in scene.serving():
        if workload.kind != "Deployment" or not workload.least_replicas:
            continue
        strategy = workload.resource.spec.get("strategy") or {}
        unavailable = dig(strategy, "rollingUpdate", "maxUnavailable", default="25%")
        if strategy.get("type") == "Recreate":
            if single_node_claim(scene, workload) or any(
                dig(volume, "persistentVolumeClaim") for volume in workload.template.spec.get("volumes") or ()
            ):
                continue
            path, how = "spec.strategy.type", "strategy Recreate stops"
        elif scaled(unavailable, workload.least_replicas, round_up=False) >= workload.least_replicas:
            path, how = (
                "spec.strategy.rollingUpdate.maxUnavailable",
                f"maxUnavailable {unavailable} lets a rollout stop",
            )
        else:
            continue
        replicas = workload.least_replicas
        rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
        yield Breach(
            workload.resource,
            path,
            f"{how} {'the only pod' if replicas == 1 else f'all {replicas} pods'} of {workload} before a new one "
            "serves",
            fixes.setting(workload.resource, "start new pods first", ("spec.strategy", rolling)),
            severity="warning" if strategy.get("type") == "Recreate" else None,
        )


@rule(
    "selectors-overlap",
    title="Controllers select pods of their own",
    chapter=9,
    severity="error",
    covers=("N29",),
    why="Two controllers whose selectors match each other's pods count them as their own in budgets, Services and "
    "tools; adopted "
    "pods are deleted by the wrong one. kubectl and autoscalers show figures of both.",
    how_to_fix="Give each workload a label of its own, in the selector and in the pod template.",
)
def selectors_overlap(scene: Scene) -> Iterator[Breach]:
    """Controllers of one namespace whose selectors each match the other's pod template."""
    for workload in scene.workloads:
        rivals = {id(rival.resource): rival for rival in _rivals(scene, workload)}
        for resource in scene.variants.nearest(workload.resource, [rival.resource for rival in rivals.values()]):
            other = rivals[id(resource)]
            if other.resource.key > workload.resource.key:  # each pair once, variants of one object never
                yield Breach(
                    other.resource,
                    "spec.selector",
                    f"the selectors of {workload} and {other} match each other's pods",
                    fixes.advice("add a label of its own to the selector and the template of each"),
                    severity="warning" if scene.variants.may_be_apart(workload.resource, other.resource) else None,
                    cause=(fixes.cause(workload.resource, "spec.selector"),),
                )


def _rivals(scene: Scene, workload: Workload) -> Iterator[Workload]:
    """Workloads that select each other's pods; only those that share a label are compared."""
    if not workload.long_running:
        return
    for other in scene.with_labels(workload.namespace, workload.labels):
        if other is not workload and other.long_running and _selects(workload, other) and _selects(other, workload):
            yield other


def _selects(workload: Workload, other: Workload) -> bool:
    selector = workload.resource.spec.get("selector")
    if workload.kind == "ReplicationController":
        return selectors.matches_map(selector or workload.template.labels, other.template.labels)
    return selectors.matches(selector, other.template.labels)


@rule(
    "pod-without-controller",
    title="Pods belong to a controller",
    chapter=9,
    severity="warning",
    covers=("73",),
    why="A pod without a controller is gone for good when its node fails or is drained.",
    how_to_fix="Make it a Deployment (or a StatefulSet, DaemonSet, Job).",
)
def pod_without_controller(scene: Scene) -> Iterator[Breach]:
    """Bare pods that are meant to run for ever; a note for those that end."""
    for workload in scene.workloads:
        if workload.kind != "Pod" or workload.resource.object.metadata.get("ownerReferences"):
            continue
        if "helm.sh/hook" in workload.template.annotations:
            continue
        ends = workload.template.spec.get("restartPolicy", "Always") != "Always"
        yield Breach(
            workload.resource,
            "kind",
            f"Pod {workload.name} has no controller: nobody {'tries again' if ends else 'replaces it'} when its node "
            "goes",
            fixes.advice("make it a Job" if ends else "make it a Deployment"),
            severity="note" if ends else None,
        )
