"""Horizontal autoscaling (chapter 9; pkg/controller/podautoscaler, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.resources import STARTING_POINT, amount_of
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.manifests.resources import Resource
from seatrial.model import quantities
from seatrial.model.objects import dig

KINDS_THAT_SCALE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


def utilisation_metrics(autoscaler: Resource) -> Iterator[tuple[str, str, str, int]]:
    """Each metric that is a percentage of requests: its path, resource, container ("" for all) and target."""
    if (target := autoscaler.spec.get("targetCPUUtilizationPercentage")) is not None:
        yield "spec.targetCPUUtilizationPercentage", "cpu", "", int(target)
    for index, metric in enumerate(autoscaler.spec.get("metrics") or ()):
        for field in ("resource", "containerResource"):
            source: Mapping[str, Any] = metric.get(field) or {}
            percent = dig(source, "target", "averageUtilization", default=source.get("targetAverageUtilization"))
            if percent is not None:
                path = f"spec.metrics[{index}].{field}"
                yield path, str(source.get("name", "")), str(source.get("container", "")), int(percent)


def _scaled(scene: Scene) -> Iterator[tuple[Resource, Workload]]:
    for workload in scene.workloads:
        for autoscaler in workload.autoscalers:
            yield autoscaler, workload


@rule(
    "hpa-without-request",
    title="What the autoscaler measures has requests",
    chapter=9,
    severity="error",
    covers=("N24",),
    why="Utilisation is use divided by request. Where one container of the pod, a sidecar too, has no request, the "
    "autoscaler "
    "cannot work it out: it never scales, and the spike meets the replicas that happen to be there.",
    how_to_fix="Set the request on every container of the pod, or measure one container (type ContainerResource).",
)
def hpa_without_request(scene: Scene) -> Iterator[Breach]:
    """Utilisation targets over containers of which one has no request for that resource."""
    for autoscaler, workload in _scaled(scene):
        for path, resource, only, _ in utilisation_metrics(autoscaler):
            if not only and dig(workload.template.spec, "resources", "requests", resource) is not None:
                continue  # the pod's own request is what use is divided by
            for container in workload.containers:
                if not container.runs_on or (only and container.name != only):
                    continue
                if amount_of(workload, container, "requests", resource) is None:
                    field = f"{container.path}.resources.requests.{resource}"
                    start = STARTING_POINT.get(resource, "1")
                    yield Breach(
                        workload.resource,
                        f"{container.path}.resources",
                        f"HorizontalPodAutoscaler {autoscaler.name} scales {workload} by {resource} utilisation, and "
                        "container "
                        f"{container.name} requests no {resource}: it never scales",
                        fixes.setting(
                            workload.resource, "request what it uses (the figure is a start)", (field, start)
                        ),
                        cause=(fixes.cause(autoscaler, path),),
                    )


@rule(
    "hpa-target-missing",
    title="The autoscaler's target exists",
    chapter=9,
    severity="error",
    covers=("66",),
    why="An autoscaler that points at nothing scales nothing.",
    how_to_fix="Name the workload in scaleTargetRef, with its kind, in the same namespace.",
)
def hpa_target_missing(scene: Scene) -> Iterator[Breach]:
    """Targets of built-in kinds that are not among the manifests, where the namespace has workloads of that kind."""
    for autoscaler in scene.inventory.of_kind("HorizontalPodAutoscaler"):
        target = dig(autoscaler.object, "spec", "scaleTargetRef", default={})
        kind, name = str(target.get("kind")), str(target.get("name"))
        if kind not in KINDS_THAT_SCALE or (kind, autoscaler.namespace, name) in scene.by_key:
            continue
        siblings = scene.workloads_in(autoscaler.namespace)
        if siblings:
            yield Breach(
                autoscaler,
                "spec.scaleTargetRef.name",
                f"HorizontalPodAutoscaler {autoscaler.name} scales {kind} {name}, and there is none in namespace "
                f"{autoscaler.namespace}",
                fixes.advice("name a workload that exists"),
                evidence={"workloads": sorted(str(w) for w in siblings if w.scaled)},
            )


@rule(
    "hpa-and-replicas",
    title="Who has an autoscaler has no replicas of its own",
    chapter=9,
    severity="warning",
    covers=("68",),
    why="Every `kubectl apply` of a Deployment with `replicas` sets the count back to what the file says: a deploy at "
    "the "
    "busiest hour takes away the replicas that the autoscaler had added.",
    how_to_fix="Leave `replicas` out of the workload, and set the autoscaler's minReplicas.",
)
def hpa_and_replicas(scene: Scene) -> Iterator[Breach]:
    """`spec.replicas` of a workload that an autoscaler scales."""
    for autoscaler, workload in _scaled(scene):
        replicas = workload.resource.spec.get("replicas")
        if replicas is not None:
            yield Breach(
                workload.resource,
                "spec.replicas",
                f"{workload.name} says {replicas} replicas and HorizontalPodAutoscaler {autoscaler.name} scales it: "
                "every "
                "apply sets the "
                f"count back to {replicas}",
                fixes.removing(workload.resource, "leave the count to the autoscaler", "spec.replicas"),
                cause=(fixes.cause(autoscaler, "spec.scaleTargetRef"),),
            )


@rule(
    "hpa-cannot-scale",
    title="The autoscaler has room to scale",
    chapter=9,
    severity="warning",
    covers=("67", "N25"),
    why="With the same minimum and maximum, or with a target that use can never reach because the limit stops it "
    "first, "
    "the autoscaler does nothing when the load comes.",
    how_to_fix="Let maxReplicas exceed minReplicas, and keep the target well below limit ÷ request.",
)
def hpa_cannot_scale(scene: Scene) -> Iterator[Breach]:
    """MinReplicas = maxReplicas; targets at or above what limits allow."""
    for autoscaler, workload in _scaled(scene):
        least, most = dig(autoscaler.object, "spec", "minReplicas", default=1), autoscaler.spec.get("maxReplicas")
        if least == most:
            yield Breach(
                autoscaler,
                "spec.maxReplicas",
                f"HorizontalPodAutoscaler {autoscaler.name} has minimum and maximum {most}: it never scales",
                fixes.advice("raise maxReplicas"),
            )
        for path, resource, only, target in utilisation_metrics(autoscaler):
            reach = _most_utilisation(workload, resource, only)
            if reach is not None and target >= reach:
                yield Breach(
                    autoscaler,
                    path,
                    f"HorizontalPodAutoscaler {autoscaler.name} scales {workload} at {target} % of the {resource} "
                    "request, and its "
                    f"limits stop use at {reach} %: it never scales",
                    fixes.advice(f"aim at {min(70, reach * 7 // 10)} %, or raise the limits"),
                    evidence={"targetPercent": target, "reachablePercent": reach},
                )


def _most_utilisation(workload: Workload, resource: str, only: str) -> int | None:
    """The highest utilisation that limits allow, in percent; None where a container has none."""
    use = asked = 0
    for container in workload.containers:
        if not container.runs_on or (only and container.name != only):
            continue
        limit, request = (amount_of(workload, container, part, resource) for part in ("limits", "requests"))
        if limit is None or request is None:
            return None
        use += quantities.amount(resource, limit)
        asked += quantities.amount(resource, request)
    return use * 100 // asked if asked else None


@rule(
    "hpa-conflict",
    title="One autoscaler for each workload",
    chapter=9,
    severity="error",
    covers=("69", "N26"),
    why="Two autoscalers over the same replicas overrule each other all the time; a vertical one over the same "
    "resource moves "
    "the very requests that the horizontal one divides by.",
    how_to_fix="Keep one HorizontalPodAutoscaler (or KEDA ScaledObject) for each workload, with all its metrics; run "
    "the "
    "VerticalPodAutoscaler beside it with updateMode Off, or on other resources.",
)
def hpa_conflict(scene: Scene) -> Iterator[Breach]:
    """Several HPAs, an HPA and a ScaledObject, or an HPA and an active VPA over the same resource."""
    for workload in scene.workloads:
        if not workload.autoscalers:
            continue
        first, *others = workload.autoscalers
        keda = _pointing_at(scene, "ScaledObject.keda.sh", "scaleTargetRef", workload)
        for other in [*others, *keda]:
            yield Breach(
                other,
                "spec.scaleTargetRef",
                f"{other.kind} {other.name} and HorizontalPodAutoscaler {first.name} both scale {workload}: they "
                "overrule each other",
                fixes.advice("put the metrics of both into one"),
                cause=(fixes.cause(first, "spec.scaleTargetRef"),),
            )
        measured = {resource for _, resource, _, _ in utilisation_metrics(first)}
        for vertical in _pointing_at(scene, "VerticalPodAutoscaler.autoscaling.k8s.io", "targetRef", workload):
            if measured and dig(vertical.object, "spec", "updatePolicy", "updateMode") not in ("Off", "Initial"):
                yield Breach(
                    vertical,
                    "spec.targetRef",
                    f"VerticalPodAutoscaler {vertical.name} changes the requests of {workload} that "
                    "HorizontalPodAutoscaler "
                    f"{first.name} divides by",
                    fixes.setting(vertical, "let it recommend only", ("spec.updatePolicy.updateMode", "Off")),
                    severity="warning",
                )


def _pointing_at(scene: Scene, kind: str, field: str, workload: Workload) -> list[Resource]:
    found = []
    for resource in scene.of(kind, workload.namespace):
        target = resource.spec.get(field) or {}
        if target.get("name") == workload.name and target.get("kind", "Deployment") == workload.kind:
            found.append(resource)
    return found
