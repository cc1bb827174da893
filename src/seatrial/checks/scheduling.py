"""Where pods may run (chapter 9): spreading, anti-affinity, node selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene, Workload
from seatrial.model import selectors
from seatrial.model.objects import dig

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
USUAL_ZONES = 3
"""Zones that a region has with all large providers."""


def constraints(workload: Workload) -> list[Mapping[str, Any]]:
    """The topology spread constraints of its pods."""
    return list(workload.template.spec.get("topologySpreadConstraints") or ())


def required_terms(workload: Workload) -> list[Mapping[str, Any]]:
    """Required anti-affinity terms of its pods."""
    field = "requiredDuringSchedulingIgnoredDuringExecution"
    return list(dig(workload.template.spec, "affinity", "podAntiAffinity", field, default=()))


def _preferred_terms(workload: Workload) -> list[Mapping[str, Any]]:
    field = "preferredDuringSchedulingIgnoredDuringExecution"
    found = dig(workload.template.spec, "affinity", "podAntiAffinity", field, default=())
    return [term.get("podAffinityTerm") or {} for term in found]


def _spreads(workload: Workload) -> bool:
    terms = [*constraints(workload), *required_terms(workload), *_preferred_terms(workload)]
    return any(selectors.matches(term.get("labelSelector"), workload.template.labels) for term in terms)


@rule(
    "spread-missing",
    title="Replicas are spread over nodes",
    chapter=9,
    severity="warning",
    covers=("24", "25"),
    why="Unless told otherwise, the scheduler only prefers to spread replicas, and gives in easily: two or three of "
    "them on one "
    "node are common. When that node fails or is drained, they are all gone at once.",
    how_to_fix="Add a topologySpreadConstraint over kubernetes.io/hostname (and one over zones), or pod anti-affinity.",
)
def spread_missing(scene: Scene) -> Iterator[Breach]:
    """Two replicas or more, and neither a spread constraint nor anti-affinity that selects their own pods."""
    for workload in scene.workloads:
        if workload.kind not in ("Deployment", "StatefulSet") or workload.least_replicas < 2 or _spreads(workload):
            continue
        path = f"{workload.template.path}.topologySpreadConstraints"
        constraint = {
            "maxSkew": 1,
            "topologyKey": HOSTNAME,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": workload.resource.spec.get("selector"),
        }
        yield Breach(
            workload.resource,
            workload.template.path,
            f"nothing spreads the {workload.least_replicas} replicas of {workload} over nodes: they may all go down "
            "with one",
            fixes.setting(workload.resource, "spread them over nodes", (path, [*constraints(workload), constraint])),
            severity=None if workload.services else "note",
        )


@rule(
    "spread-selects-others",
    title="A spread constraint counts the pods that it stands in",
    chapter=9,
    severity="warning",
    covers=("26", "N19"),
    why="A constraint whose selector does not match its own pods spreads nothing; with DoNotSchedule it may still "
    "keep them "
    "from being placed.",
    how_to_fix="Make labelSelector the selector of the workload.",
)
def spread_selects_others(scene: Scene) -> Iterator[Breach]:
    """Spread constraints whose selector does not match the pod's own labels."""
    for workload in scene.workloads:
        for index, constraint in enumerate(constraints(workload)):
            if selectors.matches(constraint.get("labelSelector"), workload.template.labels):
                continue
            path = f"{workload.template.path}.topologySpreadConstraints[{index}].labelSelector"
            selector = workload.resource.spec.get("selector")
            yield Breach(
                workload.resource,
                path,
                f"the spread constraint over {constraint.get('topologyKey')} does not select the pods of {workload}: "
                "it spreads "
                "nothing",
                fixes.setting(workload.resource, "select its own pods", (path, selector)) if selector else None,
            )


@rule(
    "anti-affinity-too-strict",
    title="Required anti-affinity leaves room for every replica",
    chapter=9,
    severity="error",
    covers=("N13", "N20"),
    why="Required anti-affinity allows one pod for each node or zone. What is more stays pending: at a scale-up, and "
    "at every "
    "rollout that starts the new pod before it stops an old one.",
    how_to_fix="Prefer (preferredDuringScheduling...) or spread (topologySpreadConstraints) instead of requiring; or "
    "let the "
    "rollout stop a pod first (maxSurge 0).",
)
def anti_affinity_too_strict(scene: Scene) -> Iterator[Breach]:
    """More replicas, with the rollout's extra ones, than there are nodes or zones for."""
    for workload in scene.workloads:
        if not workload.scaled:
            continue
        for index, term in enumerate(required_terms(workload)):
            key = term.get("topologyKey", "")
            domains, known = _domains(scene, key)
            if not domains or not selectors.matches(term.get("labelSelector"), workload.template.labels):
                continue
            most = workload.most_replicas
            stuck = workload.kind == "Deployment" and most == domains and _needs_surge(workload)
            if most <= domains and not stuck:
                continue
            places = f"{'' if known else 'usually '}{domains} {'nodes' if key == HOSTNAME else 'zones'}"
            what = "the pod that a rollout adds has no place" if stuck else f"{most - domains} of them stay pending"
            yield Breach(
                workload.resource,
                f"{workload.template.path}.affinity.podAntiAffinity"
                f".requiredDuringSchedulingIgnoredDuringExecution[{index}]",
                f"{workload.name} runs up to {most} replicas, one for each {key}, and there are {places}: {what}",
                fixes.advice("spread with topologySpreadConstraints (ScheduleAnyway) instead"),
                severity=None if known else "warning",
                evidence={"replicas": most, "domains": domains},
            )


def _domains(scene: Scene, key: str) -> tuple[int, bool]:
    """How many nodes or zones there are, and whether that is known; 0 where nothing can be said."""
    values = {node.object.labels.get(key, node.name if key == HOSTNAME else "") for node in scene.nodes()} - {""}
    if values:
        return len(values), True
    return (USUAL_ZONES, False) if key == ZONE else (0, False)


def _needs_surge(workload: Workload) -> bool:
    """Whether a rollout must start a pod before it may stop one."""
    strategy = workload.resource.spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return False
    unavailable = dig(strategy, "rollingUpdate", "maxUnavailable", default="25%")
    if isinstance(unavailable, str) and unavailable.endswith("%"):
        return int(unavailable[:-1]) * workload.most_replicas < 100
    return bool(unavailable == 0)


@rule(
    "node-selector-unmatched",
    title="Some node carries the labels that pods ask for",
    chapter=9,
    severity="error",
    covers=("N22",),
    why="A pod whose node selector no node satisfies stays pending for ever.",
    how_to_fix="Use a label that the nodes have, or label the nodes.",
)
def node_selector_unmatched(scene: Scene) -> Iterator[Breach]:
    """Node selectors that none of the nodes among the manifests satisfies; silent where there are no nodes."""
    nodes = scene.nodes()
    for workload in scene.workloads if nodes else ():
        selector = workload.template.spec.get("nodeSelector")
        if selector and not any(selectors.matches_map(selector, node.object.labels) for node in nodes):
            wanted = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
            yield Breach(
                workload.resource,
                f"{workload.template.path}.nodeSelector",
                f"none of the {len(nodes)} nodes has {wanted}: the pods of {workload} stay pending",
                fixes.advice("use labels that the nodes have"),
            )
