"""What a trial leaves out of what it was given, and what it takes for granted: said, never guessed silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import BUILT_IN_GROUPS, dig, group_of
from seatrial.trial.profiles import API_VERSION, RPS, STARTUP_SECONDS, Profiles

BUILT_IN = {
    "Node": "Node objects among the manifests: give them with --fleet",
    "NetworkPolicy": "NetworkPolicies: all traffic is let through",
    "ValidatingWebhookConfiguration": "admission webhooks",
    "MutatingWebhookConfiguration": "admission webhooks: what they would change is not changed",
    "ValidatingAdmissionPolicy": "admission policies written in CEL",
    "MutatingAdmissionPolicy": "admission policies written in CEL",
    "HorizontalPodAutoscaler": "load on CPU and memory: autoscalers see no usage and keep to their minimum",
    "Role": "RBAC: everybody may do everything",
    "ClusterRole": "RBAC: everybody may do everything",
    "PodSecurityPolicy": "PodSecurityPolicies",
    "ResourceClaim": "dynamic resource allocation",
    "ResourceClaimTemplate": "dynamic resource allocation",
}


def _has_other_scheduler(resource: Resource) -> bool:
    template = pod_template(resource)
    return template is not None and template.spec.get("schedulerName", DEFAULT_SCHEDULER) != DEFAULT_SCHEDULER


def _bounds_disk(resource: Resource) -> bool:
    template = pod_template(resource)
    if template is None:
        return False
    containers = template.spec.get("containers") or ()
    volumes = template.spec.get("volumes") or ()
    return any(dig(c, "resources", "limits", "ephemeral-storage") for c in containers) or any(
        dig(v, "emptyDir", "sizeLimit") and dig(v, "emptyDir", "medium") != "Memory" for v in volumes
    )


def _has_topology_mode(resource: Resource) -> bool:
    return resource.kind == "Service" and TOPOLOGY_MODE in resource.object.annotations


def _has_session_affinity(resource: Resource) -> bool:
    return resource.kind == "Service" and resource.spec.get("sessionAffinity") == "ClientIP"


def _updates_several(resource: Resource) -> bool:
    return resource.kind == "StatefulSet" and bool(
        dig(resource.spec, "updateStrategy", "rollingUpdate", "maxUnavailable")
    )


DEFAULT_SCHEDULER = "default-scheduler"
TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
FEATURES: tuple[tuple[Callable[[Resource], bool], str], ...] = (
    (_has_other_scheduler, "schedulers other than default-scheduler: their pods stay pending"),
    (_bounds_disk, "disks that fill up: no container reaches its limit of ephemeral storage"),
    (_has_topology_mode, f"hints by {TOPOLOGY_MODE}: requests go to all zones"),
    (_updates_several, "maxUnavailable of StatefulSets, a feature that is off by default: one pod goes at a time"),
    (_has_session_affinity, "clients one by one: session affinity keeps nobody with a pod that is not ready"),
)
"""What objects may ask for, and what is said where one does."""
SHOWN = 6
"""So many kinds of custom resources are named, the rest is counted."""


def not_modelled(inventory: Inventory, known: Profiles) -> tuple[str, ...]:
    """Sentences for the outcome, in a fixed order."""
    said = list(_custom_resources(inventory))
    for kind, text in BUILT_IN.items():
        if inventory.of_kind(kind) and text not in said:
            said.append(text)
    said.extend(text for asked, text in FEATURES if any(asked(resource) for resource in inventory))
    said.append("calls between workloads: each is judged by its own users")
    said.extend(known.not_modelled)
    return tuple(said)


def _custom_resources(inventory: Inventory) -> list[str]:
    counts: Counter[str] = Counter()
    for resource in inventory:
        version = str(resource.object.get("apiVersion", ""))
        if version != API_VERSION and group_of(version) not in BUILT_IN_GROUPS:
            counts[f"{resource.kind}.{group_of(version)}"] += 1
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    names = ", ".join(f"{count} {kind}" for kind, count in ranked[:SHOWN])
    rest = f" and {len(ranked) - SHOWN} kinds more" if len(ranked) > SHOWN else ""
    return [f"{counts.total()} custom resources and what their controllers would make of them: {names}{rest}"]


def assumed(inventory: Inventory, known: Profiles) -> tuple[str, ...]:
    """What is taken for granted about applications, since manifests cannot say it."""
    silent = [
        w for w in inventory.workloads() if not known.of(w.kind, w.namespace, w.name).stated and w.kind != "CronJob"
    ]
    if not silent:
        return ()
    names = ", ".join(w.name for w in silent[:SHOWN]) + (" ..." if len(silent) > SHOWN else "")
    return (
        f"no profile says how {names} behave{'s' if len(silent) == 1 else ''}: {RPS:.0f} requests/s through Services, "
        f"serving {STARTUP_SECONDS:.0f} s after the start (or after a probe's initialDelaySeconds), "
        "ending at once on SIGTERM",
    )
