"""KubeSchedulerConfiguration: profiles, plugin sets, weights, arguments (kubescheduler.config.k8s.io/v1, 1.36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.cluster.scheduler.profile import DEFAULT_PROFILE, Profile
from seatrial.cluster.scheduler.scheduling_queue import INITIAL_BACKOFF, MAX_BACKOFF


@dataclass(frozen=True)
class Configuration:
    """What a scheduler is made from."""

    profiles: Sequence[Profile] = (DEFAULT_PROFILE,)
    initial_backoff: float = INITIAL_BACKOFF
    max_backoff: float = MAX_BACKOFF
    unsupported: Sequence[str] = ()
    """Parts of the document that are not modelled, by path."""


DEFAULT_CONFIGURATION = Configuration()
