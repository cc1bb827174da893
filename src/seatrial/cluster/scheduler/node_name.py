"""NodeName: a pod that names its node goes nowhere else (pkg/scheduler/framework/plugins/nodename, 1.36)."""

from __future__ import annotations

from seatrial.cluster.scheduler.events import ClusterEvent
from seatrial.cluster.scheduler.framework import FilterPlugin, NodeFilter, unresolvable
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.scheduler.static_filter import StaticFilter

OTHER_NODE = unresolvable("node(s) didn't match the requested node name")


class NodeName(FilterPlugin):
    """Filter."""

    name = "NodeName"
    events = (ClusterEvent.NODE_ADD,)

    def pre_filter(self, pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
        """Nothing to say unless the spec names a node."""
        wanted = pod.spec.get("nodeName")
        if not wanted:
            return None
        names = snapshot.facts.names
        by_domain = [int(name != wanted) for name in names.values]
        return StaticFilter(names.by_node([*by_domain, 1]), [OTHER_NODE])
