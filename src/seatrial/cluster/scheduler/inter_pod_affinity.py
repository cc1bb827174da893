"""InterPodAffinity: pods that want to be near other pods, or far from them (plugins/interpodaffinity, 1.36)."""

from __future__ import annotations

import numpy as np

from seatrial.cluster.scheduler.affinity_term import AffinityTerm
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    MAX_NODE_SCORE,
    ClusterScorer,
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
from seatrial.cluster.scheduler.queries import Carriers, SelectedByAll
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.topology import DomainCount, PodTally, Topology

AFFINITY = unresolvable("node(s) didn't match pod affinity rules")
ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules")
EXISTING_ANTI_AFFINITY = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
STATUSES = (AFFINITY, ANTI_AFFINITY, EXISTING_ANTI_AFFINITY)
HARD_POD_AFFINITY_WEIGHT = 1
"""What an existing pod's required affinity counts for when scoring (InterPodAffinityArgs)."""


class InterPodAffinity(FilterPlugin, ScorePlugin):
    """Filter by required terms, score by preferred ones; both look at the pod's terms and at those of existing pods."""

    name = "InterPodAffinity"
    events = (
        ClusterEvent.POD_ADD,
        ClusterEvent.POD_UPDATE_LABELS,
        ClusterEvent.POD_DELETE,
        ClusterEvent.NODE_ADD,
        ClusterEvent.NODE_LABEL,
    )

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter:
        """Pods without terms may still be unwelcome to existing ones, now or later."""
        return AffinityFilter(pod, snapshot)

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """Whose terms are in the way."""
        affinity = AffinityFilter(pod, snapshot)
        status = affinity.status_at(node.slot)
        if status is AFFINITY:
            keys = ", ".join(dict.fromkeys(term.topology_key for term in pod.pod_affinity.required))
            return f"have the pods that it wants to be near in the node's domain of {keys}, or only prefer that"
        if status is ANTI_AFFINITY:
            keys = ", ".join(dict.fromkeys(term.topology_key for term in pod.pod_affinity.required_anti))
            return f"add domains of {keys}, or only prefer the anti-affinity"
        return "let the anti-affinity of pods that are there not select this one"

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Pods that come help where the pod wants to be near them, pods that go where one of them kept it away."""
        affinity = pod.pod_affinity
        if happened.event in (ClusterEvent.NODE_ADD, ClusterEvent.NODE_LABEL):
            return True
        other = snapshot.info(happened.obj)
        labels = snapshot.namespace_labels
        near = bool(affinity.required) and all(
            term.selects_existing(other.namespace, other.labels, labels) for term in affinity.required
        )
        if happened.event is ClusterEvent.POD_ADD:
            return near
        far = any(term.selects_existing(other.namespace, other.labels, labels) for term in affinity.required_anti)
        unwelcome = any(term.selects(pod.namespace, pod.labels, labels) for term in other.pod_affinity.required_anti)
        return far or unwelcome or happened.event is ClusterEvent.POD_UPDATE_LABELS

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer | None:
        """Pods without terms may still be wished for by existing ones, unless the arguments say to ignore that."""
        if self.args.get("ignorePreferredTermsOfExistingPods") and not pod.pod_affinity.preferred:
            return None
        hard = self.args.get("hardPodAffinityWeight")
        return AffinityScorer(pod, snapshot, HARD_POD_AFFINITY_WEIGHT if hard is None else int(hard))


class CarriedTerms:
    """Terms of existing pods that select the pod; new ones are noticed as they turn up."""

    def __init__(self, pod: PodInfo, snapshot: Snapshot, roles: frozenset[str]) -> None:
        self._pod = pod
        self._snapshot = snapshot
        self._roles = roles
        self._seen = 0
        self._found: list[tuple[Carriers, PodTally, DomainCount]] = []

    def current(self) -> list[tuple[Carriers, PodTally, DomainCount]]:
        """Each term with the pods that carry it, by node and by domain."""
        carried = self._snapshot.carried
        if self._seen < len(carried):
            for carriers in carried[self._seen :]:
                if carriers.role in self._roles and self._selects(carriers.term):
                    tally = self._snapshot.tally(carriers)
                    count = tally.counted_by(self._snapshot.facts.topology(carriers.term.topology_key))
                    self._found.append((carriers, tally, count))
            self._seen = len(carried)
        return self._found

    def _selects(self, term: AffinityTerm) -> bool:
        return term.selects(self._pod.namespace, self._pod.labels, self._snapshot.namespace_labels)


class AffinityFilter(NodeFilter):
    """Codes: 1 own affinity, 2 own anti-affinity, 3 anti-affinity of existing pods; checked in that order."""

    reach = Reach.CLUSTER

    def __init__(self, pod: PodInfo, snapshot: Snapshot) -> None:
        facts, affinity = snapshot.facts, pod.pod_affinity
        self._topologies = [facts.topology(term.topology_key) for term in affinity.required]
        self._near: list[DomainCount] = []
        self._first_may = False
        if affinity.required:
            tally = snapshot.tally(SelectedByAll(affinity.required))
            self._near = [tally.counted_by(topology) for topology in self._topologies]
            self._first_may = all(
                term.selects_existing(pod.namespace, pod.labels, snapshot.namespace_labels)
                for term in affinity.required
            )
        self._far = [
            snapshot.tally(SelectedByAll((term,))).counted_by(facts.topology(term.topology_key))
            for term in affinity.required_anti
        ]
        self._unwelcome = CarriedTerms(pod, snapshot, frozenset({"required_anti"}))
        self._none: Ints = np.zeros(len(snapshot), dtype=np.int64)

    def is_idle(self) -> bool:
        """Whether the pod has no terms and no existing pod objects to it."""
        return not (self._near or self._far or any(tally.total for _, tally, _ in self._unwelcome.current()))

    def codes(self, where: Where) -> Ints:
        """The first rule that is broken decides."""
        codes = self._none[where]
        for carriers, tally, count in self._unwelcome.current():
            del carriers
            if tally.total:
                codes = np.where(_occupied(count)[where], 3, codes)
        for count in self._far:
            codes = np.where(_occupied(count)[where], 2, codes)
        if self._near:
            codes = np.where(self._wanted()[where], codes, 1)
        return codes

    def status(self, slot: int, code: int) -> Status:
        """Which rule it is."""
        return STATUSES[code - 1]

    def status_at(self, slot: int) -> Status | None:
        """The rule that is broken at a node."""
        code = int(self.codes(np.array([slot], dtype=np.intp))[0])
        return self.status(slot, code) if code else None

    def _wanted(self) -> Mask:
        """Nodes with a matching pod in the domain of every term; all that have the keys where nothing matches yet."""
        if self._first_may and not any(count.counts[:-1].any() for count in self._near):
            found = self._topologies[0].present
            for topology in self._topologies[1:]:
                found = found & topology.present
            return found
        found = _occupied(self._near[0])
        for count in self._near[1:]:
            found = found & _occupied(count)
        return found


def _occupied(count: DomainCount) -> Mask:
    """Nodes that lie in a domain with at least one of the pods counted."""
    there: Mask = count.counts > 0
    there[-1] = False
    return there[:-1] if count.topology.one_to_one else there.take(count.topology.domains)


class AffinityScorer(ClusterScorer):
    """Sums the weights of all terms, the pod's and existing pods', by domain."""

    def __init__(self, pod: PodInfo, snapshot: Snapshot, hard_weight: int) -> None:
        self._snapshot = snapshot
        self._hard_weight = hard_weight
        self._own: list[tuple[int, PodTally, DomainCount]] = []
        for weighted in pod.pod_affinity.preferred:
            tally = snapshot.tally(SelectedByAll((weighted.term,)))
            count = tally.counted_by(snapshot.facts.topology(weighted.term.topology_key))
            self._own.append((weighted.weight, tally, count))
        roles = {"required", "preferred"} if hard_weight > 0 else {"preferred"}
        self._wishes = CarriedTerms(pod, snapshot, frozenset(roles))

    def scores(self, where: Where) -> Ints:
        """The sum of weights at each node."""
        total = self._sum()
        return np.zeros(len(self._snapshot), dtype=np.int64)[where] if total is None else total[where]

    def final(self, feasible: Mask) -> Ints | None:
        """From the lowest to the highest sum, stretched over 0 to 100 and cut to whole numbers."""
        total = self._sum()
        if total is None:
            return None
        among = total[feasible]
        lowest, highest = int(among.min()), int(among.max())
        if highest == lowest:
            return None
        scores: Ints = (float(MAX_NODE_SCORE) * ((total - lowest) / float(highest - lowest))).astype(np.int64)
        return scores

    def _sum(self) -> Ints | None:
        wishes = self._wishes.current()
        if not (self._own or wishes):
            return None
        by_topology: dict[int, tuple[Topology, Ints]] = {}
        terms = [(weight, tally, count) for weight, tally, count in self._own if tally.total]
        for carriers, tally, count in wishes:
            if tally.total:
                weight = self._hard_weight if carriers.role == "required" else carriers.weight
                terms.append((weight, tally, count))
        if not terms:
            return None
        for weight, _, count in terms:
            topology = count.topology
            if id(topology) in by_topology:
                by_topology[id(topology)] = (topology, by_topology[id(topology)][1] + count.counts * weight)
            else:
                by_topology[id(topology)] = (topology, count.counts * weight)
        total: Ints = np.zeros(len(self._snapshot), dtype=np.int64)
        for topology, sums in by_topology.values():
            sums[-1] = 0
            total = total + topology.spread(sums)
        return total
