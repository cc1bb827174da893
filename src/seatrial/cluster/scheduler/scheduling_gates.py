"""SchedulingGates: pods with gates are not tried at all (plugins/schedulinggates, 1.36)."""

from __future__ import annotations

from seatrial.cluster.scheduler.framework import Plugin
from seatrial.cluster.scheduler.pod_info import PodInfo


class SchedulingGates(Plugin):
    """PreEnqueue."""

    name = "SchedulingGates"

    def allows(self, pod: PodInfo) -> bool:
        """Whether the pod may enter the queue."""
        return not pod.scheduling_gates
