"""Why a kubelet fails a pod: not admitted, past its deadline, evicted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reason and message of a pod's failure."""

    reason: str
    message: str
    disruption: bool = False
    """Whether the pod is told to be a DisruptionTarget."""
