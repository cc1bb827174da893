"""SchedulingGates: pods with gates are not tried at all (plugins/schedulinggates, 1.36)."""

from __future__ import annotations

from seatrial.cluster.scheduler.framework import Plugin, Status, unresolvable
from seatrial.cluster.scheduler.pod_info import PodInfo


class SchedulingGates(Plugin):
    """PreEnqueue."""

    name = "SchedulingGates"

    def pre_enqueue(self, pod: PodInfo) -> Status | None:
        """A refusal while the pod has gates."""
        if not pod.scheduling_gates:
            return None
        return unresolvable(f"waiting for scheduling gates: [{' '.join(pod.scheduling_gates)}]")
