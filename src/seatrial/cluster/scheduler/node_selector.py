"""Node selectors asked of all nodes at once (component-helpers scheduling/corev1/nodeaffinity, 1.36)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from seatrial.cluster.scheduler.framework import Ints, Mask
from seatrial.cluster.scheduler.node_facts import NodeFacts
from seatrial.cluster.scheduler.topology import Topology

Requirement = Mapping[str, Any]
Term = Mapping[str, Any]
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_INTEGER = re.compile(r"[+-]?\d+")


def required(spec: Mapping[str, Any], facts: NodeFacts) -> Mask:
    """Nodes that match a pod spec's nodeSelector and required node affinity (RequiredNodeAffinity.Match)."""
    found = match_labels(spec.get("nodeSelector") or {}, facts)
    selector = required_terms(spec)
    return found if selector is None else found & match_any(selector, facts)


def required_terms(spec: Mapping[str, Any]) -> Sequence[Term] | None:
    """The terms of the required node affinity, None where the spec has none."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    selector = affinity.get(REQUIRED)
    return None if selector is None else selector.get("nodeSelectorTerms") or ()


def match_labels(wanted: Mapping[str, str], facts: NodeFacts) -> Mask:
    """Nodes that have all these labels."""
    found: Mask = np.ones(len(facts.unschedulable), dtype=np.bool_)
    for key, value in wanted.items():
        found &= _holds({"key": key, "operator": "In", "values": [value]}, facts.topology(key))
    return found


def match_any(terms: Iterable[Term], facts: NodeFacts) -> Mask:
    """Nodes that match at least one term."""
    found: Mask = np.zeros(len(facts.unschedulable), dtype=np.bool_)
    for term in terms:
        found |= match_term(term, facts)
    return found


def weigh(preferences: Iterable[Mapping[str, Any]], facts: NodeFacts) -> Ints:
    """Each node's sum of the weights of the preferences that it matches (PreferredSchedulingTerms.Score)."""
    total: Ints = np.zeros(len(facts.unschedulable), dtype=np.int64)
    for wish in preferences:
        total += match_term(wish.get("preference") or {}, facts) * int(wish.get("weight") or 0)
    return total


def match_term(term: Term, facts: NodeFacts) -> Mask:
    """Nodes that meet all of a term's requirements; an empty term matches none, nor does one that cannot be read."""
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    found: Mask = np.full(len(facts.unschedulable), bool(expressions or fields), dtype=np.bool_)
    for requirement in expressions:
        found &= _holds(requirement, facts.topology(requirement.get("key", "")))
    for requirement in fields:
        single = len(requirement.get("values") or ()) == 1 and requirement.get("operator") in ("In", "NotIn")
        if single and requirement.get("key") == "metadata.name":
            found &= _holds(requirement, facts.names)
        else:
            found &= False
    return found


def _holds(requirement: Requirement, topology: Topology) -> Mask:
    """labels.Requirement.Matches, decided once for each value that nodes have."""
    operator, values = requirement.get("operator"), requirement.get("values") or ()
    absent = operator in ("NotIn", "DoesNotExist")
    by_domain = [_value_holds(operator, value, values) for value in topology.values]
    return np.array([*by_domain, absent], dtype=np.bool_)[topology.domains]


def _value_holds(operator: str | None, value: str, wanted: Sequence[str]) -> bool:
    match operator:
        case "In":
            return value in wanted
        case "NotIn":
            return value not in wanted
        case "Exists":
            return True
        case "Gt" | "Lt":
            if len(wanted) != 1 or not _INTEGER.fullmatch(value) or not _INTEGER.fullmatch(wanted[0]):
                return False
            return int(value) > int(wanted[0]) if operator == "Gt" else int(value) < int(wanted[0])
    return False
