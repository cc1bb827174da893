"""What the plugins said about pods that are alike, kept and mended: the only cache of the scheduler.

An `Evaluation` holds the answers of all plugins for one `PodInfo`. Between two pods of the same template only the nodes
whose pods changed are asked about again, and only by the plugins that look at pods on a node; `Reach` says which.
Plugins themselves remember nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import (
    ALL,
    ClusterScorer,
    FilterPlugin,
    Ints,
    Mask,
    NodeFilter,
    NodeScorer,
    Reach,
    ScorePlugin,
    Status,
    unresolvable,
)
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.model.objects import Object

NEVER = -(1 << 40)
"""A total far below any that a node can reach."""
MEMO_LIMIT = 10_000


class Evaluation:
    """Answers of all plugins about one `PodInfo` on one generation of the snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        pod: PodInfo,
        filters: Sequence[FilterPlugin],
        scorers: Sequence[tuple[ScorePlugin, int]],
    ) -> None:
        self.snapshot = snapshot
        self.pod = pod
        self._position = len(snapshot.changes)
        self.refusal: tuple[str, Status] | None = None
        """The plugin that turned the pod down before any node was looked at, and why."""
        self.filters: list[tuple[str, NodeFilter]] = []
        self.scorers: list[tuple[str, NodeScorer, int]] = []
        self.narrowed_by: list[str] = []
        self._elsewhere: Mask | None = None
        self._pre_filter(filters)
        if self.refusal is None:
            for score_plugin, weight in scorers:
                scorer = score_plugin.pre_score(pod, snapshot)
                if scorer is not None:
                    self.scorers.append((score_plugin.name, scorer, weight))
            self._evaluate()

    def _pre_filter(self, plugins: Sequence[FilterPlugin]) -> None:
        names: frozenset[str] | None = None
        for plugin in plugins:
            found = plugin.pre_filter(self.pod, self.snapshot)
            if isinstance(found, Status):
                self.refusal = (plugin.name, found)
                return
            if found is None:
                continue
            self.filters.append((plugin.name, found))
            if found.node_names is not None:
                names = found.node_names if names is None else names & found.node_names
                self.narrowed_by.append(plugin.name)
        if names is not None:
            self._elsewhere = np.array([node.name not in names for node in self.snapshot.nodes], dtype=np.bool_)

    def _evaluate(self) -> None:
        n = len(self.snapshot)
        filters = [f for _, f in self.filters]
        self._on_node = [f for f in filters if f.reach is Reach.PODS_ON_NODE]
        self._anywhere = [f for f in filters if f.reach is Reach.CLUSTER]
        self._never: Mask = np.zeros(n, dtype=np.bool_) if self._elsewhere is None else self._elsewhere.copy()
        for node_filter in filters:
            if node_filter.reach is Reach.NODE:
                self._never |= node_filter.codes(ALL) != 0
        self._local_scorers = [(s, w) for _, s, w in self.scorers if s.reach is not Reach.CLUSTER and not s.normalizes]
        self._mended_scorers = [(s, w) for s, w in self._local_scorers if s.reach is Reach.PODS_ON_NODE]
        self._cluster_scorers = [(s, w) for _, s, w in self.scorers if isinstance(s, ClusterScorer)]
        self._relative_scorers = [
            (s, s.scores(ALL), w) for _, s, w in self.scorers if s.reach is not Reach.CLUSTER and s.normalizes
        ]
        self._fixed: Ints = np.zeros(n, dtype=np.int64)
        for scorer, weight in self._local_scorers:
            if scorer.reach is Reach.NODE:
                self._fixed += scorer.scores(ALL) * weight
        self.feasible: Mask = np.zeros(n, dtype=np.bool_)
        """Where all filters pass that look at one node at a time."""
        self._base: Ints = np.full(n, NEVER, dtype=np.int64)
        self._memo: dict[bytes, int] = {}
        self._relative: Ints | None = None
        self.count = 0
        self._recompute_all()

    def _recompute_all(self) -> None:
        blocked = self._never.copy()
        for node_filter in self._on_node:
            blocked |= node_filter.codes(ALL) != 0
        base = self._fixed.copy()
        for scorer, weight in self._mended_scorers:
            base += scorer.scores(ALL) * weight
        base[blocked] = NEVER
        self._base = base
        self.feasible = ~blocked
        self.count = int(np.count_nonzero(self.feasible))
        self._relative = None

    def mend(self) -> None:
        """Ask again about the nodes whose pods changed since the last time."""
        changes = self.snapshot.changes
        if self._position == len(changes):
            return
        stale = changes[self._position :]
        self._position = len(changes)
        if len(stale) == 1:
            self._mend(np.array(stale, dtype=np.intp))
        elif len(stale) > len(self.snapshot):
            self._recompute_all()
        else:
            self._mend(np.unique(np.array(stale, dtype=np.intp)))

    def _mend(self, slots: NDArray[np.intp]) -> None:
        blocked = self._never[slots]
        for node_filter in self._on_node:
            blocked = blocked | (node_filter.codes(slots) != 0)
        base = self._fixed[slots]
        for scorer, weight in self._mended_scorers:
            base = base + scorer.scores(slots) * weight
        base[blocked] = NEVER
        self._base[slots] = base
        before = self.feasible[slots]
        if not np.array_equal(before, ~blocked):
            self.feasible[slots] = ~blocked
            self.count = int(np.count_nonzero(self.feasible))
            self._relative = None

    def feasible_now(self) -> tuple[Mask, int]:
        """Nodes that pass every filter, and how many they are."""
        if not self._anywhere:
            return self.feasible, self.count
        feasible = self.feasible
        for node_filter in self._anywhere:
            feasible = feasible & (node_filter.codes(ALL) == 0)
        return feasible, int(np.count_nonzero(feasible))

    def totals(self, feasible: Mask) -> Ints:
        """Each feasible node's sum of weighted scores; other nodes stay below zero."""
        total = self._base
        if self._relative_scorers:
            total = total + self._relative_scores(feasible)
        for scorer, weight in self._cluster_scorers:
            total = total + scorer.final(feasible) * weight
        if feasible is not self.feasible:
            total = np.where(feasible, total, NEVER)
        return total

    def _relative_scores(self, feasible: Mask) -> Ints:
        if self._relative is not None and feasible is self.feasible:
            return self._relative
        total: Ints = np.zeros(len(self.snapshot), dtype=np.int64)
        for scorer, raw, weight in self._relative_scorers:
            total += scorer.normalize(raw, feasible) * weight
        if feasible is self.feasible:
            self._relative = total
        return total

    def scores(self, feasible: Mask) -> dict[str, Ints]:
        """Each plugin's weighted score of every node."""
        found = {}
        for name, scorer, weight in self.scorers:
            if isinstance(scorer, ClusterScorer):
                values = scorer.final(feasible)
            else:
                values = scorer.normalize(scorer.scores(ALL), feasible)
            found[name] = values * weight
        return found

    def refusals(self) -> list[tuple[str, Status, list[int]]]:
        """Every node that is refused, grouped by the first plugin that refuses it and what it says."""
        groups: dict[tuple[str, Status], list[int]] = {}
        if self.refusal is not None:
            return [(*self.refusal, list(range(len(self.snapshot))))]
        left: Mask = np.ones(len(self.snapshot), dtype=np.bool_)
        if self._elsewhere is not None:
            said = unresolvable(f"node(s) didn't satisfy plugin(s) [{' '.join(sorted(self.narrowed_by))}]")
            groups[self.narrowed_by[0], said] = np.flatnonzero(self._elsewhere).tolist()
            left &= ~self._elsewhere
        for name, node_filter in self.filters:
            codes = node_filter.codes(ALL)
            for slot in np.flatnonzero(left & (codes != 0)).tolist():
                status = node_filter.status(slot, int(codes[slot]))
                groups.setdefault((name, status), []).append(slot)
            left &= codes == 0
        return [(name, status, slots) for (name, status), slots in groups.items() if slots]

    def refusal_at(self, slot: int) -> tuple[str, Status] | None:
        """The first plugin that refuses a node right now, whatever was said before, and what it says."""
        where = np.array([slot], dtype=np.intp)
        for name, node_filter in self.filters:
            code = int(node_filter.codes(where)[0])
            if code:
                return name, node_filter.status(slot, code)
        return None


class Evaluations:
    """The evaluations of one profile, by `PodInfo`. Pods with claims are evaluated anew each time: claims change."""

    def __init__(
        self, snapshot: Snapshot, filters: Sequence[FilterPlugin], scorers: Sequence[tuple[ScorePlugin, int]]
    ) -> None:
        self.snapshot = snapshot
        self.filters = filters
        self.scorers = scorers
        self._kept: dict[PodInfo, Evaluation] = {}
        self._generation = snapshot.generation

    def of(self, pod: PodInfo) -> Evaluation:
        """The plugins' answers about a pod, up to date."""
        self.snapshot.row(pod)  # a resource seen for the first time begins a new generation
        if self._generation != self.snapshot.generation:
            self._kept = {}
            self._generation = self.snapshot.generation
        found = self._kept.get(pod)
        if found is None:
            found = Evaluation(self.snapshot, pod, self.filters, self.scorers)
            if not pod.needs_claims:
                self._kept[pod] = found
        elif found.refusal is None:
            found.mend()
        return found

    def forget(self, obj: Object) -> None:
        """A Service or an owner of pods changed: forget what was worked out for the pods in its namespace it may
        concern.
        """
        self._kept = {pod: kept for pod, kept in self._kept.items() if not _concerns(obj, pod)}


def _concerns(obj: Object, pod: PodInfo) -> bool:
    if pod.namespace != obj.namespace:
        return False
    owner = pod.owner
    return obj.kind == "Service" or (owner is not None and owner.get("name") == obj.name)
