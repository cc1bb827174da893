"""The scheduling framework: extension points, status codes and how far a plugin looks (pkg/scheduler/framework, 1.36).

Upstream asks a plugin about one node at a time. Here a plugin answers for many nodes at once, as NumPy arrays in the
order of the snapshot's nodes. For each pod a plugin makes an object that knows the pod (upstream's preFilterState and
preScoreState): a `NodeFilter` or a `NodeScorer`. What such an object said is kept by `evaluation.py`, the only place
that caches; `Reach` tells it which changes make an answer stale.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from seatrial.cluster.scheduler.events import ClusterEvent, Happened
    from seatrial.cluster.scheduler.node_info import NodeInfo
    from seatrial.cluster.scheduler.pod_info import PodInfo
    from seatrial.cluster.scheduler.snapshot import Snapshot

MAX_NODE_SCORE = 100
"""The best score that a plugin gives a node (framework.MaxNodeScore)."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Where = slice | NDArray[np.intp]
"""Which nodes are asked about: `ALL`, or slots of the snapshot."""
ALL = slice(None)


class Reach(Enum):
    """What an answer about a node depends on, besides the pod."""

    NODE = "the node object"
    ROW = "what the node has and what its pods ask for: its rows in the snapshot's table"
    PODS_ON_NODE = "the node object and the pods on it"
    CLUSTER = "pods and nodes anywhere"


class Code(IntEnum):
    """Why a pod cannot go somewhere (framework.Code)."""

    UNSCHEDULABLE = 2
    UNSCHEDULABLE_AND_UNRESOLVABLE = 3
    """Taking pods away from the node would not help: preemption does not look at it."""


@dataclass(frozen=True, slots=True)
class Status:
    """A plugin's refusal."""

    code: Code
    reasons: tuple[str, ...]


def unschedulable(*reasons: str) -> Status:
    """A refusal that evicting pods might lift."""
    return Status(Code.UNSCHEDULABLE, reasons)


def unresolvable(*reasons: str) -> Status:
    """A refusal that evicting pods cannot lift."""
    return Status(Code.UNSCHEDULABLE_AND_UNRESOLVABLE, reasons)


class NodeFilter(ABC):
    """What a filter plugin has to say about one pod."""

    reach = Reach.NODE
    node_names: frozenset[str] | None = None
    """Where PreFilter has narrowed the nodes down: the only ones worth asking about (PreFilterResult.NodeNames)."""

    def is_idle(self) -> bool:
        """Whether no node is refused as things are; asked of filters that look at the whole cluster."""
        return False

    @abstractmethod
    def codes(self, where: Where) -> Ints:
        """For each node 0 where the pod may go there, else a number that `status` understands."""

    @abstractmethod
    def status(self, slot: int, code: int) -> Status:
        """The refusal behind a code at a node."""


class NodeScorer(ABC):
    """What a score plugin has to say about one pod."""

    reach = Reach.NODE
    normalizes = False
    """Whether `normalize` does anything: final scores then depend on all feasible nodes."""

    @abstractmethod
    def scores(self, where: Where) -> Ints:
        """A score for each node asked about."""

    def normalize(self, scores: Ints, feasible: Mask) -> Ints:
        """Final scores from 0 to `MAX_NODE_SCORE` (NormalizeScore); only those of feasible nodes count."""
        return scores


class ClusterScorer(NodeScorer):
    """A scorer whose answers depend on which nodes are feasible at all: asked anew for every pod."""

    reach = Reach.CLUSTER

    @abstractmethod
    def final(self, feasible: Mask) -> Ints | None:
        """Normalised scores of all nodes, of which only those of feasible nodes mean anything; None: 0 everywhere."""


class ClassScorer(ClusterScorer):
    """A scorer that sees of a node only some of its domains and how many pods of a kind are on it."""

    @abstractmethod
    def columns(self) -> tuple[NDArray[np.intp], list[int], int]:
        """A number for each node, equal where the domains are, also as a list, and how many such numbers there are."""

    @abstractmethod
    def pods_on_nodes(self) -> Ints | None:
        """The pods that count on each node, an array that stays current; None where they do not matter."""

    @abstractmethod
    def by_class(self, pods: Sequence[int], columns: Sequence[int], sizes: Sequence[int]) -> list[int]:
        """The final score of each class, told by pods, column and size; together they are all feasible nodes."""


class Plugin:
    """Base of all plugins. `args` are the plugin's arguments in a KubeSchedulerConfiguration."""

    name = ""
    events: tuple[ClusterEvent, ...] = ()
    """What may make a pod schedulable that this plugin refused (EventsToRegister)."""

    def __init__(self, args: dict[str, Any] | None = None) -> None:
        self.args = args or {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Plugin:
        return self  # plugins have no state

    def reads_taints(self, pod: PodInfo) -> bool:
        """Whether what it says about this pod goes by nodes' taints, or by whether they are cordoned."""
        return False

    def helps(self, pod: PodInfo, happened: Happened, snapshot: Snapshot) -> bool:
        """Whether one of the `events` can help this pod (QueueingHintFn); yes unless a plugin knows better."""
        return True


class FilterPlugin(Plugin, ABC):
    """PreFilter and Filter."""

    @abstractmethod
    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | Status | None:
        """The plugin's view of the pod, a refusal of all nodes, or None where it has nothing to say (Skip)."""

    def advice(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
        """What would have to change for the pod to be let on a node that this plugin refuses; "" where it cannot
        tell.
        """
        return ""


class ScorePlugin(Plugin, ABC):
    """PreScore, Score and NormalizeScore."""

    @abstractmethod
    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer | None:
        """The plugin's view of the pod, or None where it has nothing to say (Skip)."""


def default_normalize(scores: Ints, feasible: Mask, *, reverse: bool) -> Ints:
    """Scale so that the highest feasible score becomes 100, or 0 in reverse (helper.DefaultNormalizeScore)."""
    highest = int(scores[feasible].max(initial=0))
    if highest == 0:
        return np.full_like(scores, MAX_NODE_SCORE) if reverse else scores
    scaled = scores * MAX_NODE_SCORE // highest
    return MAX_NODE_SCORE - scaled if reverse else scaled
