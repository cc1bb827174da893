"""NodeAffinity: nodeSelector and node affinity, by labels and by name (plugins/nodeaffinity, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from seatrial.cluster.scheduler import node_selector
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    FilterPlugin,
    Ints,
    Mask,
    NodeFilter,
    NodeScorer,
    Reach,
    ScorePlugin,
    Status,
    Where,
    default_normalize,
    unresolvable,
)
from seatrial.cluster.scheduler.node_facts import NodeFacts
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter
from seatrial.model.objects import Object

NO_MATCH = unresolvable("node(s) didn't match Pod's node affinity/selector")
NOT_ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity")
CONFLICT = unresolvable("pod affinity terms conflict")


class NodeAffinity(FilterPlugin, ScorePlugin):
    """PreFilter, Filter and Score; the argument `addedAffinity` applies to all pods of a profile."""

    name = "NodeAffinity"
    events = (ClusterEvent.NODE_ADD, ClusterEvent.NODE_LABEL)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | Status | None:
        """Nodes by name narrow the search before any node is looked at."""
        terms = node_selector.required_terms(pod.spec)
        added = self._added.get(node_selector.REQUIRED)
        if terms is None and added is None and not pod.spec.get("nodeSelector"):
            return None
        names = _node_names(terms or ())
        if names is not None and not names:
            return CONFLICT
        facts = snapshot.facts
        codes = np.where(node_selector.required(pod.spec, facts), 0, 1)
        if added is not None:
            enforced = node_selector.match_any(added.get("nodeSelectorTerms") or (), facts)
            codes = np.where(enforced, codes, 2)
        return StaticFilter(codes, [NO_MATCH, NOT_ENFORCED], names)

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """Labels that the node selector asks for and the node lacks, else the affinity as a whole."""
        wanted = pod.spec.get("nodeSelector") or {}
        lacking = [f"{key}={value}" for key, value in wanted.items() if node.labels.get(key) != value]
        return f"label the node {', '.join(lacking)}" if lacking else "let the required node affinity include the node"

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """A node helps that matches, one that changed only where it did not before."""
        if not _matches(pod, happened.obj):
            return False
        return happened.old is None or not _matches(pod, happened.old)

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer | None:
        """Sum up the weights of the preferences that each node meets."""
        own = (pod.affinity.get("nodeAffinity") or {}).get(node_selector.PREFERRED)
        added = self._added.get(node_selector.PREFERRED)
        if own is None and not added:
            return None
        return PreferenceScorer([*(own or ()), *(added or ())], snapshot.facts)

    @property
    def _added(self) -> Mapping[str, Any]:
        return self.args.get("addedAffinity") or {}


class PreferenceScorer(NodeScorer):
    """The more weight a node's labels meet, the better."""

    reach = Reach.NODE
    normalizes = True

    def __init__(self, preferences: Iterable[Mapping[str, Any]], facts: NodeFacts) -> None:
        self._weights = node_selector.weigh(preferences, facts)

    def scores(self, where: Where) -> Ints:
        """The sum of weights."""
        return self._weights[where]

    def normalize(self, scores: Ints, feasible: Mask) -> Ints:
        """The node with the most gets 100."""
        return default_normalize(scores, feasible, reverse=False)


def _matches(pod: PodInfo, node: Object) -> bool:
    return bool(node_selector.required(pod.spec, NodeFacts([NodeInfo(node, 0)]))[0])


def _node_names(terms: Iterable[node_selector.Term]) -> frozenset[str] | None:
    """The nodes that the terms name by `metadata.name In`; None where some term names none."""
    names: frozenset[str] | None = None
    for term in terms:
        own: frozenset[str] | None = None
        for requirement in term.get("matchFields") or ():
            if requirement.get("key") == "metadata.name" and requirement.get("operator") == "In":
                values = frozenset(requirement.get("values") or ())
                own = values if own is None else own & values
        if own is None:
            return None
        names = own if names is None else names | own
    return names
