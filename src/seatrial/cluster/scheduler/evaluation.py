"""What the plugins said about pods that are alike, kept and mended: the only cache of the scheduler.

An `Evaluation` holds the answers of all plugins for one `PodInfo`. Between two pods of the same template only the nodes
whose pods changed are asked about again, and only by the plugins that look at pods on a node; `Reach` says which.
Plugins themselves remember nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import (
    ALL,
    ClassScorer,
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
from seatrial.cluster.scheduler.node_classes import NodeClasses
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.model.objects import Object

NEVER = -(1 << 40)
"""A total far below any that a node can reach."""
FEW = 6
"""Up to so many nodes are quicker mended one by one."""
MOST_KEPT = 256
MOST_NUMBERS = 5_000_000
"""So many evaluations are kept, and more where nodes are few: each holds numbers for every node."""
MOST_ROWS = 10_000
"""So many different rows are remembered."""


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
        self._plugins = filters
        self._score_plugins = scorers
        self._position = len(snapshot.changes)
        self._retainted = len(snapshot.retainted)
        self.refusal: tuple[str, Status] | None = None
        """The plugin that turned the pod down before any node was looked at, and why."""
        self._filters: dict[str, NodeFilter | None] = {}
        self._scorers: dict[str, NodeScorer | None] = {}
        self.narrowed_by: list[str] = []
        self._elsewhere: Mask | None = None
        self._pre_filter()
        if self.refusal is None:
            self._scorers = {plugin.name: plugin.pre_score(pod, snapshot) for plugin, _ in scorers}
            self._evaluate()

    @property
    def filters(self) -> list[tuple[str, NodeFilter]]:
        """What the filter plugins have to say that say anything, in their order."""
        return [(name, found) for name, found in self._filters.items() if found is not None]

    @property
    def scorers(self) -> list[tuple[str, NodeScorer, int]]:
        """What the score plugins have to say that say anything, in their order, and their weights."""
        found = ((plugin.name, self._scorers[plugin.name], weight) for plugin, weight in self._score_plugins)
        return [(name, scorer, weight) for name, scorer, weight in found if scorer is not None]

    def _pre_filter(self) -> None:
        names: frozenset[str] | None = None
        for plugin in self._plugins:
            found = plugin.pre_filter(self.pod, self.snapshot)
            if isinstance(found, Status):
                self.refusal = (plugin.name, found)
                return
            self._filters[plugin.name] = found
            if found is not None and found.node_names is not None:
                names = found.node_names if names is None else names & found.node_names
                self.narrowed_by.append(plugin.name)
        if names is not None:
            self._elsewhere = np.array([node.name not in names for node in self.snapshot.nodes], dtype=np.bool_)

    def _evaluate(self) -> None:
        n = len(self.snapshot)
        filters = [f for _, f in self.filters]
        self._on_node = [f for f in filters if f.reach in (Reach.ROW, Reach.PODS_ON_NODE)]
        self._anywhere = [f for f in filters if f.reach is Reach.CLUSTER]
        self._never: Mask = self._refused_for_ever()
        self._local_scorers = [(s, w) for _, s, w in self.scorers if s.reach is not Reach.CLUSTER and not s.normalizes]
        self._mended_scorers = [(s, w) for s, w in self._local_scorers if s.reach is not Reach.NODE]
        self._cluster_scorers = [(s, w) for _, s, w in self.scorers if isinstance(s, ClusterScorer)]
        self._by_row = all(f.reach is Reach.ROW for f in self._on_node) and all(
            s.reach is Reach.ROW for s, _ in self._mended_scorers
        )
        self._relative_scorers = self._relative_ones()
        self._fixed: Ints = np.zeros(n, dtype=np.int64)
        for scorer, weight in self._local_scorers:
            if scorer.reach is Reach.NODE:
                self._fixed += scorer.scores(ALL) * weight
        self.feasible: Mask = np.zeros(n, dtype=np.bool_)
        """Where all filters pass that look at one node at a time."""
        self._base: Ints = np.full(n, NEVER, dtype=np.int64)
        self._rows: dict[bytes, int] = {}
        """What nodes with equal rows in the snapshot's table score, NEVER where they are refused."""
        self._classes: dict[ClassScorer, NodeClasses] = {}
        self._relative: tuple[Ints | None] | None = None
        self.count = 0
        self._recompute_all()

    def _refused_for_ever(self) -> Mask:
        """Nodes that are refused as long as the node objects stay as they are."""
        never = np.zeros(len(self.snapshot), dtype=np.bool_) if self._elsewhere is None else self._elsewhere.copy()
        for _, node_filter in self.filters:
            if node_filter.reach is Reach.NODE:
                never |= node_filter.codes(ALL) != 0
        return never

    def _relative_ones(self) -> list[tuple[NodeScorer, Ints, int]]:
        return [
            (s, raw, w)
            for _, s, w in self.scorers
            if s.reach is not Reach.CLUSTER and s.normalizes and (raw := s.scores(ALL)).any()
        ]  # where all are 0, all nodes get the same

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
        self._classes = {}

    def mend(self) -> bool:
        """Ask again about the nodes whose pods or taints changed since the last time; whether that was enough."""
        retainted = self.snapshot.retainted[self._retainted :]
        if retainted:
            self._retainted += len(retainted)
            if self.refusal is not None or not self._ask_about_taints():
                return False
        if self.refusal is None:
            changes = self.snapshot.changes
            stale = changes[self._position :] + retainted
            self._position = len(changes)
            if stale:
                self._mend(stale)
        return True

    def _ask_about_taints(self) -> bool:
        """Ask the plugins again that go by taints; False where one of them goes by other things, too."""
        for plugin in self._plugins:
            if plugin.reads_taints(self.pod):
                found = plugin.pre_filter(self.pod, self.snapshot)
                if isinstance(found, Status) or (found is not None and found.reach is not Reach.NODE):
                    return False
                self._filters[plugin.name] = found
        for score_plugin, _ in self._score_plugins:
            if score_plugin.reads_taints(self.pod):
                scorer = score_plugin.pre_score(self.pod, self.snapshot)
                if scorer is not None and not (scorer.reach is Reach.NODE and scorer.normalizes):
                    return False
                self._scorers[score_plugin.name] = scorer
        self._never = self._refused_for_ever()
        self._relative_scorers = self._relative_ones()
        self._relative = None
        return True

    def _mend(self, stale: list[int]) -> None:
        if len(stale) > len(self.snapshot):
            self._recompute_all()
            return
        slots = stale if len(stale) == 1 else sorted(set(stale))
        scores = self._local(slots)
        if len(slots) > FEW:
            self._note_many(np.array(slots, dtype=np.intp), np.array(scores, dtype=np.int64))
        else:
            for slot, score in zip(slots, scores, strict=True):
                self._note(slot, score)
        for classes in self._classes.values():
            classes.mend(slots, self.feasible)

    def _note(self, slot: int, score: int) -> None:
        """A node's score from plugins that look at one node at a time, NEVER where one of them refuses it."""
        feasible = score != NEVER and not self._never[slot]
        self._base[slot] = score + self._fixed[slot] if feasible else NEVER
        if self.feasible[slot] != feasible:
            self.feasible[slot] = feasible
            self.count += 1 if feasible else -1
            self._relative = None

    def _note_many(self, slots: NDArray[np.intp], scores: Ints) -> None:
        """The same for several nodes at once."""
        feasible = (scores != NEVER) & ~self._never[slots]
        self._base[slots] = np.where(feasible, scores + self._fixed[slots], NEVER)
        before = self.feasible[slots]
        if not np.array_equal(before, feasible):
            self.feasible[slots] = feasible
            self.count += int(np.count_nonzero(feasible)) - int(np.count_nonzero(before))
            self._relative = None

    def _local(self, slots: list[int]) -> list[int]:
        """Scores of nodes, or NEVER; nodes with equal rows are asked about once where nothing but the rows matters."""
        if not self._by_row:
            return self._ask(slots)
        table, known = self.snapshot.table, self._rows
        keys = [table[slot].tobytes() for slot in slots]
        unknown = {key: slot for key, slot in zip(keys, slots, strict=True) if key not in known}
        if unknown:
            if len(known) > MOST_ROWS:
                known.clear()
                unknown = dict(zip(keys, slots, strict=True))
            known.update(zip(unknown, self._ask(list(unknown.values())), strict=True))
        return [known[key] for key in keys]

    def _ask(self, slots: list[int]) -> list[int]:
        where = np.array(slots, dtype=np.intp)
        score: Ints = np.zeros(len(slots), dtype=np.int64)
        for scorer, weight in self._mended_scorers:
            score = score + scorer.scores(where) * weight
        for node_filter in self._on_node:
            score = np.where(node_filter.codes(where) != 0, NEVER, score)
        found: list[int] = score.tolist()
        return found

    def feasible_now(self) -> tuple[Mask, int]:
        """Nodes that pass every filter, and how many they are."""
        asked = [node_filter for node_filter in self._anywhere if not node_filter.is_idle()]
        if not asked:
            return self.feasible, self.count
        feasible = self.feasible
        for node_filter in asked:
            feasible = feasible & (node_filter.codes(ALL) == 0)
        return feasible, int(np.count_nonzero(feasible))

    def totals(self, feasible: Mask) -> Ints:
        """Each feasible node's sum of weighted scores; other nodes stay below zero.

        What is the same for all nodes may be left out.
        """
        total = self._base
        if self._relative_scorers:
            relative = self._relative_scores(feasible)
            if relative is not None:
                total = total + relative
        for scorer, weight in self._cluster_scorers:
            found = self._cluster_score(scorer, weight, feasible)
            if found is not None:
                total = np.add(total, found, out=found)
        if feasible is not self.feasible:
            total = np.where(feasible, total, NEVER)
        return total

    def _cluster_score(self, scorer: ClusterScorer, weight: int, feasible: Mask) -> Ints | None:
        if isinstance(scorer, ClassScorer):
            classes = self._classes.get(scorer)
            if classes is None:
                classes = self._classes[scorer] = NodeClasses(scorer, self.feasible)
            found = classes.scores(weight, None if feasible is self.feasible else feasible)
            if found is not None:
                return found
        final = scorer.final(feasible)
        return None if final is None else final * weight

    def _relative_scores(self, feasible: Mask) -> Ints | None:
        """Scores that are normalised over the feasible nodes; None where all nodes have the same."""
        if self._relative is not None and feasible is self.feasible:
            return self._relative[0]
        total: Ints = np.zeros(len(self.snapshot), dtype=np.int64)
        for scorer, raw, weight in self._relative_scorers:
            total += scorer.normalize(raw, feasible) * weight
        found = None if total.min() == total.max() else total
        if feasible is self.feasible:
            self._relative = (found,)
        return found

    def scores(self, feasible: Mask) -> dict[str, Ints]:
        """Each plugin's weighted score of every node."""
        found = {}
        for name, scorer, weight in self.scorers:
            if isinstance(scorer, ClusterScorer):
                final = scorer.final(feasible)
                values = np.zeros(len(feasible), dtype=np.int64) if final is None else final
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

    def __deepcopy__(self, memo: dict[int, Any]) -> Evaluations:
        """A fork works its answers out anew when it is asked."""
        return Evaluations(copy.deepcopy(self.snapshot, memo), self.filters, self.scorers)

    def of(self, pod: PodInfo) -> Evaluation:
        """The plugins' answers about a pod, up to date."""
        self.snapshot.prepare(pod)
        if self._generation != self.snapshot.generation:
            self._kept = {}
            self._generation = self.snapshot.generation
        found = self._kept.pop(pod, None)
        if found is None:
            found = self._new(pod)
            if len(self._kept) >= max(MOST_KEPT, MOST_NUMBERS // max(1, len(self.snapshot))):
                del self._kept[next(iter(self._kept))]  # the one that was not asked for the longest
        elif not found.mend():
            found = self._new(pod)
        if not pod.needs_claims:
            self._kept[pod] = found
        return found

    def _new(self, pod: PodInfo) -> Evaluation:
        return Evaluation(self.snapshot, pod, self.filters, self.scorers)

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
