"""The cluster as the scheduler sees it: node infos as arrays, kept current (pkg/scheduler/backend/cache, 1.36).

Nodes have slots, in the order in which they came. `table` holds for each slot two rows of equal columns, what the node
has and what its pods ask for, so that filters and scores are array operations. Every pod that comes or goes touches one
row, the tallies that count it and `changes`, from which `evaluation.py` sees which answers are stale. When nodes or
columns change, `generation` moves on and everything derived is made anew.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from seatrial.cluster.scheduler.assume_cache import AssumeCache
from seatrial.cluster.scheduler.framework import Ints
from seatrial.cluster.scheduler.lister import Lister
from seatrial.cluster.scheduler.node_facts import NodeFacts
from seatrial.cluster.scheduler.node_info import ClaimKey, NodeInfo, PlacedPod
from seatrial.cluster.scheduler.pod_info import PodInfo, signature
from seatrial.cluster.scheduler.queries import Carriers, Query, carried_by
from seatrial.cluster.scheduler.requests import is_counted
from seatrial.cluster.scheduler.topology import PodTally
from seatrial.model import quantities
from seatrial.model.objects import Key, Object, evolve

HAS, USED = 0, 1
"""Rows of `Snapshot.table`."""
PODS, NONZERO_CPU, NONZERO_MEMORY, CPU, MEMORY, EPHEMERAL_STORAGE = range(6)
"""First columns of `Snapshot.table`; further resources follow as they turn up."""
MOST_COUNTED = 25_000_000
"""With more numbers in tallies than this they are all forgotten, and made anew where they are still asked for."""
MOST_INFOS = 20_000
"""With more sorts of pods than this, those of which there is none on a node are forgotten from time to time."""


class Placed:
    """All pods of one `PodInfo` that are on nodes, and which tallies count them."""

    __slots__ = ("live", "row", "seen", "tallies", "terminating")

    def __init__(self, row: Ints) -> None:
        self.row = row
        """What one such pod adds to a node's row of `table`."""
        self.live: dict[NodeInfo, int] = {}
        self.terminating: dict[NodeInfo, int] = {}
        self.tallies: list[tuple[PodTally, int, bool]] = []
        """(tally, how often a pod counts, whether live pods only)."""
        self.seen = 0

    def __bool__(self) -> bool:
        return bool(self.live or self.terminating)

    def copy(self, nodes: Mapping[NodeInfo, NodeInfo]) -> Placed:
        """The same pods on the twins of their nodes."""
        twin = Placed(self.row)
        twin.live = {nodes[node]: number for node, number in self.live.items()}
        twin.terminating = {nodes[node]: number for node, number in self.terminating.items()}
        return twin


class Snapshot:
    """Nodes, the pods on them and the pods assumed to be there."""

    def __init__(self, lister: Lister) -> None:
        self.lister = lister
        self.nodes: list[NodeInfo] = []
        self.by_name: dict[str, NodeInfo] = {}
        self.columns: dict[str, int] = {"cpu": CPU, "memory": MEMORY, "ephemeral-storage": EPHEMERAL_STORAGE}
        self._rows: Ints = np.zeros((0, 2, 8), dtype=np.int64)
        self.table: Ints = self._rows
        self.facts = NodeFacts(self.nodes)
        self.generation = 0
        self.changes: list[int] = []
        """Slots of nodes whose pods changed, in order, since the present generation began."""
        self.retainted: list[int] = []
        """The same of nodes whose taints changed."""
        self.carried: list[Carriers] = []
        """Every affinity term that pods on nodes carry or carried."""
        self.claim_users: dict[ClaimKey, int] = {}
        """How many pods on nodes use a claim."""
        self.claims = AssumeCache(lister)
        self._infos: dict[bytes, PodInfo] = {}
        self._infos_allowed = MOST_INFOS
        self._pods: dict[Key, NodeInfo] = {}
        self._homeless: dict[str, dict[Key, PlacedPod]] = {}
        self._placed: dict[PodInfo, Placed] = {}
        self._tallies: dict[Query, PodTally] = {}
        self._queries: list[Query] = []
        self._carried: set[Carriers] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> Snapshot:
        """Pods and what is known of them are shared; what is derived is left behind."""
        twin = Snapshot.__new__(Snapshot)
        memo[id(self)] = twin
        twin.lister = copy.deepcopy(self.lister, memo)
        twin.claims = copy.deepcopy(self.claims, memo)
        node_twins = {node: node.copy() for node in self.nodes}
        twin.nodes = list(node_twins.values())
        twin.by_name = {node.name: node for node in twin.nodes}
        twin.columns = dict(self.columns)
        twin._rows = self._rows.copy()
        twin.table = twin._rows[: len(twin.nodes)]
        twin.carried, twin._carried = list(self.carried), set(self._carried)
        twin.claim_users = dict(self.claim_users)
        twin._infos, twin._infos_allowed = dict(self._infos), self._infos_allowed
        twin._pods = {key: node_twins[node] for key, node in self._pods.items()}
        twin._homeless = {name: dict(pods) for name, pods in self._homeless.items()}
        twin._placed = {info: placed.copy(node_twins) for info, placed in self._placed.items()}
        twin.generation = self.generation
        twin.restart()
        return twin

    def __len__(self) -> int:
        return len(self.nodes)

    def info(self, pod: Object) -> PodInfo:
        """What the scheduler knows of a pod; the same object for pods that are alike."""
        key = signature(pod)
        found = self._infos.get(key)
        if found is None:
            unbound = {name: value for name, value in pod.spec.items() if name != "nodeName"}
            found = self._infos[key] = PodInfo(evolve(pod, spec=unbound))
        return found

    def prepare(self, info: PodInfo) -> None:
        """Make room for a pod that is about to be scheduled, and throw out what has piled up."""
        self._record(info)
        if len(self._queries) * len(self.nodes) > MOST_COUNTED:
            self.restart()
        if len(self._infos) > self._infos_allowed:
            self._placed = {known: placed for known, placed in self._placed.items() if placed or known is info}
            self._infos = {key: known for key, known in self._infos.items() if known in self._placed}
            self._infos_allowed = max(MOST_INFOS, 2 * len(self._infos))

    def set_node(self, node: Object) -> None:
        """Add a node, or take note of its present state."""
        info = self.by_name.get(node.name)
        if info is not None and not changed(info.node, node):
            retainted = taints_differ(info.node, node)
            info.node = node
            if retainted:
                self.facts.retaint(info.slot)
                self.retainted.append(info.slot)
            return
        for resource in allocatable(node):
            self._column(resource)
        if info is None:
            info = NodeInfo(node, len(self.nodes))
            self.nodes.append(info)
            self.by_name[node.name] = info
            self._grow()
        info.node = node
        self.table[info.slot, HAS] = self._has(node)
        self.restart()
        for key, placed in self._homeless.pop(node.name, {}).items():
            self._put(key, placed, info)

    def remove_node(self, name: str) -> None:
        """Forget a node; pods that are still bound to it wait in case it comes back."""
        info = self.by_name.get(name)
        if info is None:
            return
        for key, placed in list(info.pods.items()):
            self._take(key, info)
            self._homeless.setdefault(name, {})[key] = placed
        del self.by_name[name]
        del self.nodes[info.slot]
        self._rows = self.table = np.delete(self.table, info.slot, axis=0)
        for later in self.nodes[info.slot :]:
            later.slot -= 1
        self.restart()

    def restart(self) -> None:
        """Begin a new generation: nodes, columns or objects that plugins look at have changed."""
        self.generation += 1
        self.changes = []
        self.retainted = []
        self.facts = NodeFacts(self.nodes)
        self._forget_tallies()

    def set_pod(self, pod: Object, node_name: str, pod_info: PodInfo | None = None) -> None:
        """Place a pod, or take note of the present state of one that is placed; `pod_info` where it is known."""
        key = pod.key
        info = self._pods.get(key)
        if info is not None:
            old = info.pods[key]
            if info.name == node_name and same_to_nodes(old.pod, pod):
                info.pods[key] = PlacedPod(pod, old.info)
                return
            self._take(key, info)
        elif self._homeless:
            self.remove_pod(key)
        placed = PlacedPod(pod, pod_info or self.info(pod))
        info = self.by_name.get(node_name)
        if info is None:
            self._homeless.setdefault(node_name, {})[key] = placed
        else:
            self._put(key, placed, info)

    def note(self, pod: Object) -> bool:
        """Take note of a new status of a pod on a node; whether it is on one."""
        key = pod.key
        node = self._pods.get(key)
        if node is None:
            return False
        node.pods[key] = PlacedPod(pod, node.pods[key].info)
        return True

    def remove_pod(self, key: Key) -> None:
        """Forget a pod; harmless where it is unknown."""
        info = self._pods.get(key)
        if info is not None:
            self._take(key, info)
        elif self._homeless:
            for waiting in self._homeless.values():
                waiting.pop(key, None)

    def node_of(self, key: Key) -> NodeInfo | None:
        """The node that a pod is on."""
        return self._pods.get(key)

    def tally(self, query: Query) -> PodTally:
        """How many pods each node has of the sort that is asked for; it stays current."""
        found = self._tallies.get(query)
        if found is None:
            found = self._tallies[query] = PodTally(len(self.nodes))
            self._queries.append(query)
            for info, placed in self._placed.items():
                self._catch_up(info, placed)
                times = query.count(info, self.namespace_labels)
                if times:
                    for node, number in placed.live.items():
                        found.add(node.slot, number * times)
                    if not query.live:
                        for node, number in placed.terminating.items():
                            found.add(node.slot, number * times)
        return found

    def namespace_labels(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of a namespace, its name's label included; None where there is no such namespace."""
        found = self.lister.get("Namespace", "", namespace)
        return None if found is None else {**found.labels, "kubernetes.io/metadata.name": namespace}

    def count_out(self, placed: PlacedPod, node: NodeInfo) -> None:
        """Suppose a pod were gone from its node (preemption's dry run); `count_in` takes it back."""
        self._count(placed, node, -1, supposed=True)
        del node.pods[placed.pod.key]

    def count_in(self, placed: PlacedPod, node: NodeInfo) -> None:
        """Suppose a pod were on a node."""
        self._count(placed, node, 1, supposed=True)
        node.pods[placed.pod.key] = placed

    def _put(self, key: Key, placed: PlacedPod, node: NodeInfo) -> None:
        node.pods[key] = placed
        self._pods[key] = node
        self._count(placed, node, 1)

    def _take(self, key: Key, node: NodeInfo) -> None:
        self._count(node.pods.pop(key), node, -1)
        del self._pods[key]

    def _count(self, placed: PlacedPod, node: NodeInfo, delta: int, *, supposed: bool = False) -> None:
        info, slot = placed.info, node.slot
        record = self._record(info)
        if delta > 0:
            self.table[slot, USED] += record.row
        else:
            self.table[slot, USED] -= record.row
        if info.host_ports:
            node.occupy(info.host_ports, delta)
        for claim in placed.claims:
            self.claim_users[claim] = self.claim_users.get(claim, 0) + delta
        if placed.claims:
            node.use(placed.claims, delta)
        terminating = placed.pod.deleting
        on = record.terminating if terminating else record.live
        left = on.get(node, 0) + delta
        if left:
            on[node] = left
        else:
            del on[node]
        if record.seen < len(self._queries):
            self._catch_up(info, record)
        for tally, times, live in record.tallies:
            # updateWithPod in pod topology spread's dry run counts terminating pods out though they were never in.
            if supposed or not (live and terminating):
                tally.add(slot, delta * times)
        self.changes.append(slot)

    def _record(self, info: PodInfo) -> Placed:
        record = self._placed.get(info)
        if record is None:
            record = self._placed[info] = Placed(self._row(info))
            for term in carried_by(info):
                if term not in self._carried:
                    self._carried.add(term)
                    self.carried.append(term)
        return record

    def _catch_up(self, info: PodInfo, record: Placed) -> None:
        """Find the tallies, made since the last time, that count these pods."""
        for query in self._queries[record.seen :]:
            times = query.count(info, self.namespace_labels)
            if times:
                record.tallies.append((self._tallies[query], times, query.live))
        record.seen = len(self._queries)

    def _forget_tallies(self) -> None:
        self._tallies = {}
        self._queries = []
        for record in self._placed.values():
            record.tallies = []
            record.seen = 0

    def _row(self, info: PodInfo) -> Ints:
        for resource in info.requests:
            self._column(resource)
        row: Ints = np.zeros(self.table.shape[2], dtype=np.int64)
        row[PODS] = 1
        row[NONZERO_CPU], row[NONZERO_MEMORY] = info.nonzero_requests
        for resource, amount in info.requests.items():
            row[self.columns[resource]] = amount
        return row

    def _has(self, node: Object) -> Ints:
        row: Ints = np.zeros(self.table.shape[2], dtype=np.int64)
        for resource, amount in allocatable(node).items():
            if resource == "pods":
                row[PODS] = quantities.whole(amount)
            elif resource in self.columns:
                row[self.columns[resource]] = quantities.amount(resource, amount)
        row[NONZERO_CPU], row[NONZERO_MEMORY] = row[CPU], row[MEMORY]
        return row

    def _column(self, resource: str) -> None:
        """Make room for a resource that has not been seen before."""
        if resource in self.columns or not is_counted(resource):
            return
        self.columns[resource] = column = CPU + len(self.columns)
        more = self._rows.shape[2]
        if column >= more:
            self._rows = np.pad(self._rows, ((0, 0), (0, 0), (0, more)))
            self.table = self._rows[: len(self.nodes)]
            for record in self._placed.values():
                record.row = np.pad(record.row, (0, more))
            self.restart()

    def _grow(self) -> None:
        """Room for another node; the array behind `table` doubles when it is full."""
        if len(self.nodes) > len(self._rows):
            self._rows = np.pad(self._rows, ((0, max(16, len(self._rows))), (0, 0), (0, 0)))
        self.table = self._rows[: len(self.nodes)]
        self.table[-1] = 0


def allocatable(node: Object) -> Mapping[str, Any]:
    """What pods may use of a node; a node that does not say has its capacity."""
    return node.status.get("allocatable") or node.status.get("capacity") or {}


def same_to_nodes(old: Object, new: Object) -> bool:
    """Whether a pod on a node is still the same to all others: its status does not count."""
    before, after = old["metadata"], new["metadata"]
    return (
        ("deletionTimestamp" in before) == ("deletionTimestamp" in after)
        and (old.spec is new.spec or old.spec == new.spec)
        and before.get("labels") == after.get("labels")
        and before.get("uid") == after.get("uid")
    )


def changed(old: Object, new: Object) -> bool:
    """Whether anything but its taints changed about a node that a plugin looks at; conditions do not count."""
    return (
        old.labels != new.labels
        or allocatable(old) != allocatable(new)
        or old.status.get("images") != new.status.get("images")
    )


def taints_differ(old: Object, new: Object) -> bool:
    """Whether a node's taints changed, or whether it is cordoned."""
    return old.spec.get("taints") != new.spec.get("taints") or bool(old.spec.get("unschedulable")) != bool(
        new.spec.get("unschedulable")
    )
