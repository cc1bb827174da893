"""A scheduling profile: which plugins run, in which order, with which weights and arguments (pkg/scheduler/profile,
1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.scheduler.default_preemption import DefaultPreemption
from seatrial.cluster.scheduler.framework import FilterPlugin, Plugin, ScorePlugin
from seatrial.cluster.scheduler.image_locality import ImageLocality
from seatrial.cluster.scheduler.inter_pod_affinity import InterPodAffinity
from seatrial.cluster.scheduler.node_affinity import NodeAffinity
from seatrial.cluster.scheduler.node_name import NodeName
from seatrial.cluster.scheduler.node_ports import NodePorts
from seatrial.cluster.scheduler.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from seatrial.cluster.scheduler.node_resources_fit import NodeResourcesFit
from seatrial.cluster.scheduler.node_unschedulable import NodeUnschedulable
from seatrial.cluster.scheduler.node_volume_limits import NodeVolumeLimits
from seatrial.cluster.scheduler.pod_info import DEFAULT_SCHEDULER
from seatrial.cluster.scheduler.pod_topology_spread import PodTopologySpread
from seatrial.cluster.scheduler.priority_sort import PrioritySort
from seatrial.cluster.scheduler.scheduling_gates import SchedulingGates
from seatrial.cluster.scheduler.taint_toleration import TaintToleration
from seatrial.cluster.scheduler.volume_binding import VolumeBinding
from seatrial.cluster.scheduler.volume_restrictions import VolumeRestrictions
from seatrial.cluster.scheduler.volume_zone import VolumeZone

PLUGINS: Mapping[str, type[Plugin]] = {
    plugin.name: plugin
    for plugin in (
        SchedulingGates, PrioritySort, NodeUnschedulable, NodeName, TaintToleration, NodeAffinity, NodePorts,
        NodeResourcesFit, VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone, PodTopologySpread,
        InterPodAffinity, DefaultPreemption, NodeResourcesBalancedAllocation, ImageLocality,
    )
}  # fmt: skip
"""Plugins by name, in the order of the default profile (apis/config/v1 getDefaultPlugins)."""
NOT_MODELLED = ("DynamicResources",)
"""Default plugins that are not modelled: pods that use them are scheduled as if they did not."""
WEIGHTS: Mapping[str, int] = {
    "TaintToleration": 3,
    "NodeAffinity": 2,
    "PodTopologySpread": 2,
    "InterPodAffinity": 2,
    "NodeResourcesFit": 1,
    "NodeResourcesBalancedAllocation": 1,
    "ImageLocality": 1,
}
"""Default weights of score plugins."""


@dataclass(frozen=True)
class Profile:
    """The plugins of one `schedulerName`."""

    filters: Sequence[FilterPlugin]
    scorers: Sequence[tuple[ScorePlugin, int]]
    preemption: DefaultPreemption | None
    gates: SchedulingGates | None = None
    scheduler_name: str = DEFAULT_SCHEDULER
    percentage_of_nodes_to_score: int = 0
    """0 is upstream's rule: all of up to 100 nodes, a shrinking share of more."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Profile:
        return self

    @property
    def weights(self) -> dict[str, int]:
        """Weights of the score plugins by name."""
        return {plugin.name: weight for plugin, weight in self.scorers}

    def plugin(self, name: str) -> Plugin | None:
        """The plugin of that name, where the profile has it."""
        found = [plugin for plugin in (*self.filters, *(p for p, _ in self.scorers)) if plugin.name == name]
        return found[0] if found else None


def make_profile(
    *,
    filters: Sequence[str] | None = None,
    weights: Mapping[str, int] | None = None,
    args: Mapping[str, dict[str, Any]] | None = None,
    preemption: bool = True,
    gates: bool = True,
    scheduler_name: str = DEFAULT_SCHEDULER,
    percentage_of_nodes_to_score: int = 0,
) -> Profile:
    """A profile from names; what is not given is as in the default profile.

    Raises:
        KeyError: where a plugin is not modelled.
        ValueError: where arguments make no sense.
    """
    made = {name: plugin((args or {}).get(name)) for name, plugin in PLUGINS.items()}
    names = [name for name, plugin in made.items() if isinstance(plugin, FilterPlugin)] if filters is None else filters
    scoring = WEIGHTS if weights is None else weights
    found_preemption = made["DefaultPreemption"]
    found_gates = made["SchedulingGates"]
    assert isinstance(found_preemption, DefaultPreemption)
    assert isinstance(found_gates, SchedulingGates)
    return Profile(
        filters=[plugin for name in names if isinstance(plugin := made[name], FilterPlugin)],
        scorers=[(plugin, weight) for name, weight in scoring.items() if isinstance(plugin := made[name], ScorePlugin)],
        preemption=found_preemption if preemption else None,
        gates=found_gates if gates else None,
        scheduler_name=scheduler_name,
        percentage_of_nodes_to_score=percentage_of_nodes_to_score,
    )


DEFAULT_PROFILE = make_profile()
EVERY_NODE = make_profile(percentage_of_nodes_to_score=100)
"""The default profile, but every node is looked at however many there are: what replays and packing go by."""
