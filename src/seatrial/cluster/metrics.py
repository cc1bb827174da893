"""What the metrics APIs know: the use of pods, as metrics.k8s.io publishes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from seatrial.model.objects import Object


@dataclass(frozen=True, slots=True)
class PodMetrics:
    """One pod's use over the `window` seconds that ended at `timestamp` (virtual time)."""

    timestamp: float
    window: float
    containers: Mapping[str, Mapping[str, int]]
    """Container to resource to use: cpu in millicores, memory in bytes."""


class MetricsSource(Protocol):
    """Whoever knows what pods use; a cluster without one has no metrics API."""

    def pod_metrics(self, pods: Iterable[Object]) -> Mapping[str, PodMetrics]:
        """The latest published use of those pods that have any, by pod name."""
