"""PodTopologySpread: pods of a kind are spread over zones, nodes ... (plugins/podtopologyspread, 1.34)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler import affinity_term, node_selector, tolerations
from seatrial.cluster.scheduler.default_selector import default_selector
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    MAX_NODE_SCORE,
    ClassScorer,
    FilterPlugin,
    Ints,
    Mask,
    NodeFilter,
    NodeScorer,
    Reach,
    ScorePlugin,
    Status,
    Where,
    unresolvable,
    unschedulable,
)
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.queries import LivePods
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.topology import DomainCount, PodTally
from seatrial.model import selectors

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
SYSTEM_DEFAULTS = (
    {"maxSkew": 3, "topologyKey": HOSTNAME, "whenUnsatisfiable": "ScheduleAnyway"},
    {"maxSkew": 5, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway"},
)
MISSING_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")
SKEWED = unschedulable("node(s) didn't match pod topology spread constraints")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint on one pod (topologySpreadConstraint)."""

    max_skew: int
    topology_key: str
    min_domains: int
    honors_affinity: bool
    honors_taints: bool
    selector: Mapping[str, Any] | None

    @property
    def selects_nothing(self) -> bool:
        """Whether no pod is counted: no selector, or an empty one (countPodsMatchSelector)."""
        return not self.selector or not any(self.selector.values())


class PodTopologySpread(FilterPlugin, ScorePlugin):
    """Filter by DoNotSchedule, score by ScheduleAnyway; pods without constraints get the defaults."""

    name = "PodTopologySpread"
    events = (
        ClusterEvent.POD_ADD,
        ClusterEvent.POD_UPDATE_LABELS,
        ClusterEvent.POD_DELETE,
        ClusterEvent.POD_TERMINATING,
        ClusterEvent.NODE_ADD,
        ClusterEvent.NODE_LABEL,
        ClusterEvent.NODE_TAINT,
    )

    def reads_taints(self, pod: PodInfo) -> bool:
        """Where a constraint honors them."""
        constraints = pod.spread_constraints or self.args.get("defaultConstraints") or ()
        return any(c.get("nodeTaintsPolicy") == "Honor" for c in constraints)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Nothing to say to pods without hard constraints."""
        constraints = self._constraints(pod, snapshot, "DoNotSchedule")
        return SpreadFilter(pod, snapshot, constraints) if constraints else None

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """The constraints that may be meant, with how far the node's domain is ahead."""
        said = []
        for constraint in self._constraints(pod, snapshot, "DoNotSchedule"):
            key = constraint.topology_key
            if key not in node.labels:
                said.append(f"label the node with {key}")
                continue
            tally = snapshot.tally(LivePods.of(pod.namespace, constraint.selector))
            topology = snapshot.facts.topology(key)
            counts = tally.counted_by(topology).counts
            here, least = int(counts[topology.of_slot[node.slot]]), int(counts[:-1].min())
            if here + 1 - least > constraint.max_skew:
                what = f"{key}={node.labels[key]} has {here} of these pods, another domain {least}"
                said.append(f"{what}: raise maxSkew above {constraint.max_skew}, or say ScheduleAnyway")
        return "; ".join(said)

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Nodes may bring a domain along; pods matter that one of the constraints counts."""
        obj, old = happened.obj, happened.old
        if obj.kind == "Node":
            return True
        return obj.namespace == pod.namespace and any(
            selectors.matches(c.selector, obj.labels) or (old is not None and selectors.matches(c.selector, old.labels))
            for c in self._constraints(pod, snapshot, "DoNotSchedule")
        )

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer | None:
        """Nothing to say to pods without soft constraints."""
        constraints = self._constraints(pod, snapshot, "ScheduleAnyway")
        if not constraints:
            return None
        require_all = bool(pod.spread_constraints) or not self._system_defaulted
        return SpreadScorer(pod, snapshot, constraints, require_all=require_all)

    @property
    def _system_defaulted(self) -> bool:
        return (self.args.get("defaultingType") or "System") == "System"

    def _constraints(self, pod: PodInfo, snapshot: Snapshot, action: str) -> list[Constraint]:
        if pod.spread_constraints:
            return [_parse(c, pod) for c in pod.spread_constraints if _action(c) == action]
        defaults = SYSTEM_DEFAULTS if self._system_defaulted else self.args.get("defaultConstraints") or ()
        wanted = [c for c in defaults if _action(c) == action]
        selector = default_selector(pod, snapshot.lister) if wanted else None
        if selector is None:
            return []
        return [_parse({**c, "labelSelector": selector}, pod) for c in wanted]


def _action(constraint: Mapping[str, Any]) -> str:
    return constraint.get("whenUnsatisfiable") or "DoNotSchedule"


def _parse(constraint: Mapping[str, Any], pod: PodInfo) -> Constraint:
    keys = constraint.get("matchLabelKeys") or ()
    return Constraint(
        max_skew=int(constraint.get("maxSkew") or 1),
        topology_key=constraint.get("topologyKey") or "",
        min_domains=int(constraint.get("minDomains") or 1),
        honors_affinity=(constraint.get("nodeAffinityPolicy") or "Honor") == "Honor",
        honors_taints=(constraint.get("nodeTaintsPolicy") or "Ignore") == "Honor",
        selector=affinity_term.with_label_keys(constraint.get("labelSelector"), pod.labels, "In", keys),
    )


def _eligible(constraint: Constraint, pod: PodInfo, snapshot: Snapshot) -> Mask:
    """Nodes that count for a constraint (matchNodeInclusionPolicies)."""
    facts = snapshot.facts
    found: Mask = np.ones(len(snapshot), dtype=np.bool_)
    if constraint.honors_affinity:
        found &= node_selector.required(pod.spec, facts)
    if constraint.honors_taints:
        free = [tolerations.first_untolerated(taints, pod.tolerations) is None for taints in facts.taints[1]]
        found &= facts.by_taints([int(f) for f in free]) == 1
    return found


def _have_all_keys(constraints: Iterable[Constraint], snapshot: Snapshot) -> Mask:
    found: Mask = np.ones(len(snapshot), dtype=np.bool_)
    for constraint in constraints:
        found &= snapshot.facts.topology(constraint.topology_key).present
    return found


def _narrowed(mask: Mask) -> Mask | None:
    """None where all nodes count: such counts are shared between pods."""
    return None if mask.all() else mask


class HardConstraint:
    """One DoNotSchedule constraint and the pods it counts."""

    def __init__(self, constraint: Constraint, pod: PodInfo, snapshot: Snapshot, eligible: Mask) -> None:
        self.topology = snapshot.facts.topology(constraint.topology_key)
        tally = snapshot.tally(LivePods.of(pod.namespace, constraint.selector))
        self._count = tally.counted_by(self.topology, _narrowed(eligible))
        self._blind = constraint.selects_nothing
        domains = np.unique(self.topology.domains[eligible])
        self._domains = domains[domains < self.topology.size]
        self._enough = len(self._domains) >= constraint.min_domains
        self._room = constraint.max_skew - int(selectors.matches(constraint.selector, pod.labels))

    def allows(self) -> Mask:
        """For each domain whether one more pod keeps within the skew; domains without an eligible node count 0 pods."""
        counts = np.zeros_like(self._count.counts) if self._blind else self._count.counts
        least = int(counts[self._domains].min()) if self._enough and len(self._domains) else 0
        return counts <= least + self._room


class SpreadFilter(NodeFilter):
    """Code 1 where a label is missing, 2 where the skew would be too large."""

    reach = Reach.CLUSTER

    def __init__(self, pod: PodInfo, snapshot: Snapshot, constraints: list[Constraint]) -> None:
        keys = _have_all_keys(constraints, snapshot)
        self._constraints = [HardConstraint(c, pod, snapshot, keys & _eligible(c, pod, snapshot)) for c in constraints]

    def codes(self, where: Where) -> Ints:
        """The first constraint that does not hold decides."""
        codes: Any = 0
        for constraint in self._constraints:
            domains = constraint.topology.domains[where]
            allowed = constraint.allows()
            code = np.where(allowed, 0, 2)
            code[-1] = 1
            codes = np.where(codes == 0, code[domains], codes)
        result: Ints = codes
        return result

    def status(self, slot: int, code: int) -> Status:
        """Which of the two it is."""
        return MISSING_LABEL if code == 1 else SKEWED


class SoftConstraint:
    """One ScheduleAnyway constraint and the pods it counts."""

    def __init__(self, constraint: Constraint, pod: PodInfo, snapshot: Snapshot, counted: Mask) -> None:
        self.topology = snapshot.facts.topology(constraint.topology_key)
        self.by_host = constraint.topology_key == HOSTNAME
        self.base = float(constraint.max_skew - 1)
        self.blind = constraint.selects_nothing
        self.tally: PodTally = snapshot.tally(LivePods.of(pod.namespace, constraint.selector))
        self._count: DomainCount | None = None
        if not self.by_host:
            self._count = self.tally.counted_by(self.topology, _narrowed(counted))

    def pods(self) -> Ints:
        """How many pods count at each node."""
        found = self.tally.per_node if self._count is None else self.topology.spread(self._count.counts)
        return np.zeros_like(found) if self.blind else found

    def pods_by_domain(self) -> Ints:
        """How many pods count in each domain, not for constraints on hosts."""
        assert self._count is not None
        return np.zeros_like(self._count.counts) if self.blind else self._count.counts

    def domains_among(self, scored: Mask) -> int:
        """How many domains the scored nodes lie in; "in none" is one of them."""
        if self.by_host:
            return int(np.count_nonzero(scored))
        return int(np.count_nonzero(np.bincount(self.topology.domains[scored], minlength=self.topology.size + 1)))


class SpreadScorer(ClassScorer):
    """The fewer pods of its kind there are where a node is, the better.

    Upstream's floating point steps are kept: the sum over the constraints, in their order, of pods * ln(domains + 2)
    and maxSkew - 1, rounded.
    """

    def __init__(self, pod: PodInfo, snapshot: Snapshot, constraints: list[Constraint], *, require_all: bool) -> None:
        keys = _have_all_keys(constraints, snapshot)
        self._scored = keys if require_all else np.ones_like(keys)
        self._constraints = [
            SoftConstraint(c, pod, snapshot, self._scored & _eligible(c, pod, snapshot)) for c in constraints
        ]
        # A column of the classes: a domain for each constraint (hosts: whether it has a name), whether it is scored.
        features = [c.topology.present if c.by_host else c.topology.domains for c in self._constraints]
        key = ("spread", require_all, *(c.topology_key for c in constraints))
        kinds, self._column, self._columns = snapshot.facts.combinations(key, [*features, self._scored])
        self._domains: list[list[int]] = kinds[:-1].tolist()
        self._ignored: list[bool] = (kinds[-1] == 0).tolist()
        self._lacking: list[list[bool]] = [
            (kind == (0 if c.by_host else c.topology.size)).tolist()
            for c, kind in zip(self._constraints, kinds, strict=False)
        ]
        self._any_ignored = any(self._ignored)
        self._any_lacking = [any(lacking) for lacking in self._lacking]

    def scores(self, where: Where) -> Ints:
        """Weighted counts of pods, before they are turned upside down."""
        return self._raw(self._scored)[where]

    def final(self, feasible: Mask) -> Ints:
        """Upside down, so that the fullest place gets least; nodes that lack a key get 0."""
        scored = feasible & self._scored
        raw = self._raw(scored)
        return np.where(self._scored, _upside_down(raw, raw[scored]), 0)

    def columns(self) -> tuple[NDArray[np.intp], list[int], int]:
        """Nodes in the same domains are in the same column."""
        return self._column, self._columns, len(self._ignored)

    def pods_on_nodes(self) -> Ints | None:
        """The pods that a constraint on hosts counts."""
        found = [c.tally.per_node for c in self._constraints if c.by_host and not c.blind]
        return found[0] if found else None

    def by_class(self, pods: Sequence[int], columns: Sequence[int], sizes: Sequence[int]) -> list[int]:
        """The same as `final`, once for all nodes of a class."""
        if self._any_ignored:
            scored = [not self._ignored[column] for column in columns]
            found = iter(
                self._by_scored_class(
                    list(compress(pods, scored)), list(compress(columns, scored)), list(compress(sizes, scored))
                )
            )
            return [next(found) if counts else 0 for counts in scored]
        return self._by_scored_class(pods, columns, sizes)

    def _by_scored_class(self, pods: Sequence[int], columns: Sequence[int], sizes: Sequence[int]) -> list[int]:
        sums: list[float] = []
        for i, constraint in enumerate(self._constraints):
            base = constraint.base
            if constraint.by_host:
                weight = math.log(sum(sizes) + 2)
                own = [base] * len(pods) if constraint.blind else [n * weight + base for n in pods]
            else:
                domains = [self._domains[i][column] for column in columns]
                weight = math.log(len(set(domains)) + 2)
                counts = constraint.pods_by_domain()
                if len(counts) > len(domains):
                    own = [int(counts[domain]) * weight + base for domain in domains]
                else:
                    by_domain = [n * weight + base for n in counts.tolist()]
                    own = [by_domain[domain] for domain in domains]
            if self._any_lacking[i]:
                lacking = self._lacking[i]
                own = [0.0 if lacking[column] else x for x, column in zip(own, columns, strict=True)]
            sums = [x + y for x, y in zip(sums, own, strict=True)] if i else own
        return _turned([math.floor(x + 0.5) for x in sums])

    def _raw(self, scored: Mask) -> Ints:
        total: NDArray[np.float64] = np.zeros(len(scored), dtype=np.float64)
        for constraint in self._constraints:
            weight = math.log(constraint.domains_among(scored) + 2)
            own = constraint.pods() * weight + constraint.base
            total = total + np.where(constraint.topology.present, own, 0.0)
        return _rounded(total)


def _rounded(total: NDArray[np.float64]) -> Ints:
    """math.Round of numbers that are never negative."""
    rounded: Ints = np.floor(total + 0.5).astype(np.int64)
    return rounded


def _turned(raw: Sequence[int]) -> list[int]:
    """NormalizeScore: the highest score becomes the least."""
    highest, lowest = max(raw, default=0), min(raw, default=0)
    if highest == 0:
        return [MAX_NODE_SCORE] * len(raw)
    return [MAX_NODE_SCORE * (highest + lowest - r) // highest for r in raw]


def _upside_down(raw: Ints, among: Ints) -> Ints:
    """NormalizeScore, by the highest and the lowest of the scores of feasible nodes."""
    if not among.size:
        return np.zeros_like(raw)
    highest, lowest = max(int(among.max()), 0), int(among.min())
    if highest == 0:
        return np.full_like(raw, MAX_NODE_SCORE)
    return MAX_NODE_SCORE * (highest + lowest - raw) // highest
