"""TaintToleration: taints keep pods off, or make a node less liked (plugins/tainttoleration, 1.34: its wording)."""

from __future__ import annotations

from seatrial.cluster.scheduler import tolerations
from seatrial.cluster.scheduler.events import ClusterEvent, Happened
from seatrial.cluster.scheduler.framework import (
    FilterPlugin,
    Ints,
    Mask,
    NodeFilter,
    NodeScorer,
    Reach,
    ScorePlugin,
    Where,
    default_normalize,
    unresolvable,
)
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter


class TaintToleration(FilterPlugin, ScorePlugin):
    """Filter by NoSchedule and NoExecute, score by PreferNoSchedule."""

    name = "TaintToleration"
    events = (ClusterEvent.NODE_ADD, ClusterEvent.NODE_TAINT)

    def reads_taints(self, pod: PodInfo) -> bool:
        """Nothing else."""
        return True

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Each distinct list of taints is looked at once."""
        codes, statuses = [], []
        for taints in snapshot.facts.taints[1]:
            taint = tolerations.first_untolerated(taints, pod.tolerations)
            codes.append(0)
            if taint is not None:
                said = f"node(s) had untolerated taint {{{taint.get('key', '')}: {taint.get('value') or ''}}}"
                statuses.append(unresolvable(said))
                codes[-1] = len(statuses)
        return StaticFilter(snapshot.facts.by_taints(codes), statuses) if statuses else None

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """All taints that are in the way."""
        repelling = [t for t in node.taints if t.get("effect") in tolerations.REPELLING]
        missing = [t for t in repelling if not tolerations.is_tolerated(t, pod.tolerations)]
        named = (f"{t.get('key')}={t.get('value') or ''}:{t.get('effect')}" for t in missing)
        return f"tolerate {', '.join(named)}"

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """A node helps whose taints the pod tolerates, one that changed only where it did not before."""
        now, old = happened.obj, happened.old
        if tolerations.first_untolerated(now.spec.get("taints") or (), pod.tolerations) is not None:
            return False
        return old is None or tolerations.first_untolerated(old.spec.get("taints") or (), pod.tolerations) is not None

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer:
        """Count the PreferNoSchedule taints of each node that the pod does not tolerate."""
        own = [t for t in pod.tolerations if t.get("effect") in (None, "", "PreferNoSchedule")]
        counts = [
            sum(t.get("effect") == "PreferNoSchedule" and not tolerations.is_tolerated(t, own) for t in taints)
            for taints in snapshot.facts.taints[1]
        ]
        return TaintScorer(snapshot.facts.by_taints(counts))


class TaintScorer(NodeScorer):
    """Fewer untolerated taints are better."""

    reach = Reach.NODE
    normalizes = True

    def __init__(self, intolerable: Ints) -> None:
        self._intolerable = intolerable

    def scores(self, where: Where) -> Ints:
        """How many taints are not tolerated."""
        return self._intolerable[where]

    def normalize(self, scores: Ints, feasible: Mask) -> Ints:
        """The node with the most gets 0."""
        return default_normalize(scores, feasible, reverse=True)
