"""What a trial leaves out of what it was given, and what it takes for granted: said, never guessed silently."""

from __future__ import annotations

from collections import Counter

from seatrial.manifests.inventory import Inventory
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
SHOWN = 6
"""So many kinds of custom resources are named, the rest is counted."""


def not_modelled(inventory: Inventory, known: Profiles) -> tuple[str, ...]:
    """Sentences for the outcome, in a fixed order."""
    said = list(_custom_resources(inventory))
    for kind, text in BUILT_IN.items():
        if inventory.of_kind(kind) and text not in said:
            said.append(text)
    if any(dig(w.spec, "template", "spec", "schedulerName", default="default-scheduler") != "default-scheduler"
           for w in inventory.workloads()):  # fmt: skip
        said.append("schedulers other than default-scheduler: their pods stay pending")
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
