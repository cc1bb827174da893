"""Whether one node suits a pod spec: name, selector, affinity and taints, as DaemonSets ask it of each node.

As component-helpers scheduling/corev1/nodeaffinity and the predicates of the daemon controller (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.model import selectors
from seatrial.model.objects import Object, dig

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def matches_affinity(spec: Mapping[str, Any], node: Object) -> bool:
    """Whether the node has the labels of the nodeSelector and meets the required node affinity."""
    if any(node.labels.get(k) != v for k, v in (spec.get("nodeSelector") or {}).items()):
        return False
    selector = dig(spec, "affinity", "nodeAffinity", REQUIRED)
    return selector is None or matches_any_term(selector.get("nodeSelectorTerms") or (), node)


def matches_any_term(terms: Iterable[Mapping[str, Any]], node: Object) -> bool:
    """Whether the node meets all requirements of at least one term; an empty term matches nothing."""
    return any(_matches_term(term, node) for term in terms)


def _matches_term(term: Mapping[str, Any], node: Object) -> bool:
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    name = {"metadata.name": node.name}
    return all(_holds(e, node.labels) for e in expressions) and all(_holds(f, name) for f in fields)


def _holds(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    operator = requirement.get("operator")
    if operator not in ("Gt", "Lt"):
        return selectors.matches({"matchExpressions": [requirement]}, labels)
    try:
        value, bound = int(labels[requirement["key"]]), int(requirement["values"][0])
    except (KeyError, IndexError, ValueError):
        return False
    return value > bound if operator == "Gt" else value < bound
