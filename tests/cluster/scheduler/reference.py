"""The default plugins, slow and obvious: one node at a time, every pod recounted, straight from the objects.

What the scheduler does with arrays, tallies and kept answers has to agree with this. Claims, images and preemption
are left to the recordings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from seatrial.model import pods as model_pods
from seatrial.model import quantities, selectors
from seatrial.model.objects import Object, controller_of

HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
Placed = Sequence[tuple[Object, Object]]
"""(pod, its node)."""


def decide(
    pod: Object, nodes: Sequence[Object], placed: Placed, replica_sets: Mapping[str, Object]
) -> tuple[dict[str, str], dict[str, int]]:
    """The plugin that refuses each node, and the total score of each feasible node."""
    refused: dict[str, str] = {}
    for node in nodes:
        plugin = first_refusal(pod, node, nodes, placed)
        if plugin:
            refused[node.name] = plugin
    feasible = [node for node in nodes if node.name not in refused]
    parts = [
        weighted(normalised([soft_taints(pod, n) for n in feasible], reverse=True), 3),
        weighted(normalised([wishes(pod, n) for n in feasible], reverse=False), 2),
        weighted(spread_scores(pod, feasible, nodes, placed, replica_sets), 2),
        weighted(affinity_scores(pod, feasible, placed), 2),
        [least_allocated(pod, n, placed) for n in feasible],
        [balance(pod, n, placed) for n in feasible],
    ]
    return refused, {node.name: sum(part[i] for part in parts) for i, node in enumerate(feasible)}


def weighted(scores: list[int], weight: int) -> list[int]:
    return [score * weight for score in scores]


def normalised(scores: list[int], *, reverse: bool) -> list[int]:
    highest = max(scores, default=0)
    if highest == 0:
        return [100 if reverse else 0 for _ in scores]
    scaled = [score * 100 // highest for score in scores]
    return [100 - score for score in scaled] if reverse else scaled


def first_refusal(pod: Object, node: Object, nodes: Sequence[Object], placed: Placed) -> str:
    here = [p for p, n in placed if n.name == node.name]
    if node.spec.get("unschedulable"):
        return "NodeUnschedulable"
    if any(t["effect"] != "PreferNoSchedule" and not tolerated(pod, t) for t in node.spec.get("taints") or ()):
        return "TaintToleration"
    if not matches_node(pod, node):
        return "NodeAffinity"
    mine = host_ports(pod)
    if any(mine & host_ports(p) for p in here):
        return "NodePorts"
    if not fits(pod, node, here):
        return "NodeResourcesFit"
    if not spread_allows(pod, node, nodes, placed):
        return "PodTopologySpread"
    return "" if affinity_allows(pod, node, placed) else "InterPodAffinity"


def tolerated(pod: Object, taint: Mapping[str, Any]) -> bool:
    for t in pod.spec.get("tolerations") or ():
        if t.get("effect") and t["effect"] != taint["effect"]:
            continue
        if t.get("operator") == "Exists" and t.get("key") in (None, taint["key"]):
            return True
        if t.get("operator", "Equal") == "Equal" and (t.get("key"), t.get("value")) == (
            taint["key"],
            taint.get("value"),
        ):
            return True
    return False


def soft_taints(pod: Object, node: Object) -> int:
    return sum(t["effect"] == "PreferNoSchedule" and not tolerated(pod, t) for t in node.spec.get("taints") or ())


def matches_node(pod: Object, node: Object) -> bool:
    selector = pod.spec.get("nodeSelector") or {}
    if any(node.labels.get(k) != v for k, v in selector.items()):
        return False
    terms = ((pod.spec.get("affinity") or {}).get("nodeAffinity") or {}).get(REQUIRED)
    return terms is None or any(matches_term(term, node) for term in terms["nodeSelectorTerms"])


def matches_term(term: Mapping[str, Any], node: Object) -> bool:
    return selectors.matches({"matchExpressions": term["matchExpressions"]}, node.labels)


def wishes(pod: Object, node: Object) -> int:
    found = ((pod.spec.get("affinity") or {}).get("nodeAffinity") or {}).get(PREFERRED) or ()
    return sum(wish["weight"] for wish in found if matches_term(wish["preference"], node))


def host_ports(pod: Object) -> set[tuple[str, int]]:
    ports = [p for c in pod.spec["containers"] for p in c.get("ports") or ()]
    return {(p.get("protocol", "TCP"), p["hostPort"]) for p in ports if p.get("hostPort")}


def allocatable(node: Object, resource: str) -> int:
    return quantities.amount(resource, node.status["allocatable"].get(resource, 0))


def fits(pod: Object, node: Object, here: Sequence[Object]) -> bool:
    if len(here) + 1 > allocatable(node, "pods"):
        return False
    for resource, need in model_pods.requests(pod.spec).items():
        used = sum(model_pods.requests(p.spec).get(resource, 0) for p in here)
        if need > 0 and used + need > allocatable(node, resource):
            return False
    return True


def counted(pod: Object, resource: str) -> int:
    """Requests of cpu and memory, a little where a container names none."""
    little = {"cpu": "100m", "memory": "200Mi"}[resource]
    amounts = [c["resources"].get("requests", {}).get(resource, little) for c in pod.spec["containers"]]
    return sum(quantities.amount(resource, amount) for amount in amounts)


def least_allocated(pod: Object, node: Object, placed: Placed) -> int:
    scores = []
    for resource in ("cpu", "memory"):
        has = allocatable(node, resource)
        used = sum(counted(p, resource) for p, n in placed if n.name == node.name) + counted(pod, resource)
        scores.append((has - used) * 100 // has if used <= has else 0)
    return sum(scores) // 2


def balance(pod: Object, node: Object, placed: Placed) -> int:
    own = model_pods.requests(pod.spec)
    if not own.get("cpu") and not own.get("memory"):
        return 0
    fractions = []
    for resource in ("cpu", "memory"):
        used = sum(model_pods.requests(p.spec).get(resource, 0) for p, n in placed if n.name == node.name)
        fractions.append(min((used + own.get(resource, 0)) / allocatable(node, resource), 1.0))
    return int((1 - abs((fractions[0] - fractions[1]) / 2)) * 100)


def selected(selector: Mapping[str, Any] | None, namespace: str, placed: Placed) -> list[Object]:
    """The node of each live pod that a constraint counts; an empty selector counts none."""
    if not selector or not any(selector.values()):
        return []
    return [
        n for p, n in placed if p.namespace == namespace and not p.deleting and selectors.matches(selector, p.labels)
    ]


def honoured(constraint: Mapping[str, Any], pod: Object, node: Object) -> bool:
    if constraint.get("nodeAffinityPolicy", "Honor") == "Honor" and not matches_node(pod, node):
        return False
    if constraint.get("nodeTaintsPolicy", "Ignore") == "Honor":
        return all(t["effect"] == "PreferNoSchedule" or tolerated(pod, t) for t in node.spec.get("taints") or ())
    return True


def spread_allows(pod: Object, node: Object, nodes: Sequence[Object], placed: Placed) -> bool:
    hard = [c for c in pod.spec.get("topologySpreadConstraints") or () if c["whenUnsatisfiable"] == "DoNotSchedule"]
    keyed = [n for n in nodes if all(c["topologyKey"] in n.labels for c in hard)]
    for constraint in hard:
        key = constraint["topologyKey"]
        if key not in node.labels:
            return False
        counts = {n.labels[key]: 0 for n in keyed if honoured(constraint, pod, n)}
        for n in selected(constraint["labelSelector"], pod.namespace, placed):
            if n in keyed and honoured(constraint, pod, n):
                counts[n.labels[key]] += 1
        least = min(counts.values(), default=0) if len(counts) >= constraint.get("minDomains", 1) else 0
        own = int(selectors.matches(constraint["labelSelector"], pod.labels))
        if counts.get(node.labels[key], 0) + own - least > constraint["maxSkew"]:
            return False
    return True


def spread_scores(
    pod: Object, feasible: Sequence[Object], nodes: Sequence[Object], placed: Placed, replica_sets: Mapping[str, Object]
) -> list[int]:
    own = pod.spec.get("topologySpreadConstraints") or []
    soft: list[Mapping[str, Any]] = [c for c in own if c["whenUnsatisfiable"] == "ScheduleAnyway"]
    if not own:
        owner = controller_of(pod)
        if owner is None:
            return [0] * len(feasible)
        selector = replica_sets[owner["name"]].spec["selector"]
        soft = [
            {"topologyKey": HOSTNAME, "maxSkew": 3, "labelSelector": selector},
            {"topologyKey": ZONE, "maxSkew": 5, "labelSelector": selector},
        ]
    if not soft:
        return [0] * len(feasible)
    keys = [c["topologyKey"] for c in soft]
    scored = [not own or all(key in n.labels for key in keys) for n in feasible]
    raw = [0.0] * len(feasible)
    for constraint in soft:
        key = constraint["topologyKey"]
        hosts = selected(constraint["labelSelector"], pod.namespace, placed)
        if key == HOSTNAME:
            size = sum(scored)
            count = {n.name: sum(h.name == n.name for h in hosts) for n in feasible}
        else:
            size = len({n.labels.get(key, "") for n, ok in zip(feasible, scored, strict=True) if ok})
            counting = [
                h for h in hosts if honoured(constraint, pod, h) and (not own or all(k in h.labels for k in keys))
            ]
            count = {n.name: sum(h.labels.get(key) == n.labels.get(key) for h in counting) for n in feasible}
        for i, n in enumerate(feasible):
            if key in n.labels:
                raw[i] += count[n.name] * math.log(size + 2) + (constraint["maxSkew"] - 1)
    rounded = [math.floor(x + 0.5) for x in raw]
    among = [x for x, ok in zip(rounded, scored, strict=True) if ok]
    highest, lowest = max(among, default=0), min(among, default=0)
    result = []
    for x, ok in zip(rounded, scored, strict=True):
        full = 100 if highest == 0 else 100 * (highest + lowest - x) // highest
        result.append(full if ok else 0)
    return result


def pod_terms(pod: Object, kind: str, strength: str) -> list[Mapping[str, Any]]:
    return list(((pod.spec.get("affinity") or {}).get(kind) or {}).get(strength) or ())


def term_selects(term: Mapping[str, Any], owner: Object, other: Object) -> bool:
    return other.namespace == owner.namespace and selectors.matches(term["labelSelector"], other.labels)


def together(key: str, one: Object, other: Object) -> bool:
    return key in one.labels and one.labels[key] == other.labels.get(key)


def affinity_allows(pod: Object, node: Object, placed: Placed) -> bool:
    near = pod_terms(pod, "podAffinity", REQUIRED)
    if near:
        matching = [(p, n) for p, n in placed if all(term_selects(t, pod, p) for t in near)]
        if not all(t["topologyKey"] in node.labels for t in near):
            return False
        anywhere = any(t["topologyKey"] in n.labels for _, n in matching for t in near)
        first = not anywhere and all(term_selects(t, pod, pod) for t in near)
        there = all(any(together(t["topologyKey"], node, n) for _, n in matching) for t in near)
        if not there and not first:
            return False
    for term in pod_terms(pod, "podAntiAffinity", REQUIRED):
        if any(term_selects(term, pod, p) and together(term["topologyKey"], node, n) for p, n in placed):
            return False
    return not any(
        term_selects(term, p, pod) and together(term["topologyKey"], node, n)
        for p, n in placed
        for term in pod_terms(p, "podAntiAffinity", REQUIRED)
    )


def affinity_scores(pod: Object, feasible: Sequence[Object], placed: Placed) -> list[int]:
    sums = [0] * len(feasible)
    for p, n in placed:
        pulls = [(t["podAffinityTerm"], t["weight"], pod, p) for t in pod_terms(pod, "podAffinity", PREFERRED)]
        pulls += [(t["podAffinityTerm"], -t["weight"], pod, p) for t in pod_terms(pod, "podAntiAffinity", PREFERRED)]
        pulls += [(t, 1, p, pod) for t in pod_terms(p, "podAffinity", REQUIRED)]
        pulls += [(t["podAffinityTerm"], t["weight"], p, pod) for t in pod_terms(p, "podAffinity", PREFERRED)]
        pulls += [(t["podAffinityTerm"], -t["weight"], p, pod) for t in pod_terms(p, "podAntiAffinity", PREFERRED)]
        for term, weight, owner, target in pulls:
            if term_selects(term, owner, target):
                for i, node in enumerate(feasible):
                    sums[i] += weight * together(term["topologyKey"], node, n)
    lowest, highest = min(sums, default=0), max(sums, default=0)
    if lowest == highest:
        return [0] * len(sums)
    return [int(100.0 * ((x - lowest) / float(highest - lowest))) for x in sums]
