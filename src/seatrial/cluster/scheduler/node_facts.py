"""What plugins ask of the node objects, worked out once for all nodes of one generation of the snapshot."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.cluster.scheduler.framework import Ints, Mask
from seatrial.cluster.scheduler.node_info import NodeInfo
from seatrial.cluster.scheduler.topology import Topology

Taints = Sequence[Mapping[str, Any]]
TaintKey = tuple[tuple[str | None, str | None, str | None], ...]


class ImageState:
    """An image by one of its names, and the nodes that have it (framework.ImageStateSummary)."""

    def __init__(self, size: int) -> None:
        self.size = size
        """Bytes, as the first node to have it says."""
        self.slots: list[int] = []


class Combinations(NamedTuple):
    """Distinct combinations of features of nodes: by column one of each, and the column of each node."""

    kinds: NDArray[np.intp]
    column: NDArray[np.intp]
    columns: list[int]
    """The same as `column`."""


class NodeFacts:
    """Facts about all nodes, found when first asked for."""

    def __init__(self, nodes: Sequence[NodeInfo]) -> None:
        self._nodes = nodes
        self._topologies: dict[str, Topology] = {}
        self._combinations: dict[Hashable, Combinations] = {}
        self._taints: dict[TaintKey, int] = {}
        """The numbers of the distinct lists of taints: when a taint was added makes no difference."""

    def topology(self, key: str) -> Topology:
        """The domains of a topology key."""
        found = self._topologies.get(key)
        if found is None:
            found = self._topologies[key] = Topology([node.labels.get(key) for node in self._nodes])
        return found

    def combinations(self, key: Hashable, features: Sequence[NDArray[Any]]) -> Combinations:
        """The distinct combinations of features that nodes have, worked out once for each key."""
        found = self._combinations.get(key)
        if found is None:
            kinds, column = np.unique(np.array(features, dtype=np.intp), axis=1, return_inverse=True)
            found = self._combinations[key] = Combinations(kinds, column.reshape(-1), column.reshape(-1).tolist())
        return found

    @cached_property
    def names(self) -> Topology:
        """Nodes by `metadata.name`."""
        return Topology([node.name for node in self._nodes])

    @cached_property
    def unschedulable(self) -> Mask:
        """Which nodes are cordoned."""
        return np.array([bool(node.node.spec.get("unschedulable")) for node in self._nodes], dtype=np.bool_)

    @cached_property
    def taints(self) -> tuple[NDArray[np.intp], list[Taints]]:
        """The distinct lists of taints, and which of them each node has."""
        lists: list[Taints] = []
        ids = np.array([self._number(node.taints, lists) for node in self._nodes], dtype=np.intp)
        return ids, lists

    def _number(self, taints: Taints, lists: list[Taints]) -> int:
        key = tuple((t.get("key"), t.get("value"), t.get("effect")) for t in taints)
        number = self._taints.setdefault(key, len(lists))
        if number == len(lists):
            lists.append(taints)
        return number

    def retaint(self, slot: int) -> None:
        """A node's taints have changed, or whether it is cordoned."""
        if "taints" in self.__dict__:
            ids, lists = self.taints
            ids[slot] = self._number(self._nodes[slot].taints, lists)
        if "unschedulable" in self.__dict__:
            self.unschedulable[slot] = bool(self._nodes[slot].node.spec.get("unschedulable"))

    @cached_property
    def images(self) -> dict[str, ImageState]:
        """Images on nodes by name."""
        found: dict[str, ImageState] = {}
        for slot, node in enumerate(self._nodes):
            for image in node.node.status.get("images") or ():
                for name in image.get("names") or ():
                    state = found.setdefault(name, ImageState(int(image.get("sizeBytes") or 0)))
                    if not state.slots or state.slots[-1] != slot:
                        state.slots.append(slot)
        return found

    def by_taints(self, values: Sequence[int]) -> Ints:
        """One number for each distinct list of taints, as numbers by node."""
        return np.array(values, dtype=np.int64)[self.taints[0]]
