"""PrioritySort: pods of higher priority first, then those that have waited longer (plugins/queuesort, 1.36)."""

from __future__ import annotations

from seatrial.cluster.scheduler.framework import Plugin


class PrioritySort(Plugin):
    """QueueSort."""

    name = "PrioritySort"

    @staticmethod
    def key(priority: int, since: float, sequence: int) -> tuple[int, float, int]:
        """What the active queue is sorted by, smallest first; `sequence` tells apart what came at one moment."""
        return (-priority, since, sequence)
