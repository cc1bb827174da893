"""How fast and how far a HorizontalPodAutoscaler may go: stabilisation windows, scaling policies, bounds.

As the normalize..., stabilize... and convert... functions of pkg/controller/podautoscaler/horizontal.go (1.36).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOWN_WINDOW = 300.0
"""Seconds for which the highest recommendation holds before scaling down (--horizontal-pod-autoscaler-downscale...)."""
WITHIN = ("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_MANY = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
UP_LIMIT = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
DOWN_LIMIT = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
UP_STABILIZED = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
DOWN_STABILIZED = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
)
DEFAULT_UP: Mapping[str, Any] = {
    "stabilizationWindowSeconds": 0, "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}  # fmt: skip
DEFAULT_DOWN: Mapping[str, Any] = {
    "stabilizationWindowSeconds": 300, "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}  # fmt: skip
Reason = tuple[str, str]


@dataclass
class History:
    """What one autoscaler recommended and did: (time, replicas) and (time, change)."""

    recommendations: list[tuple[float, int]] = field(default_factory=list)
    ups: list[tuple[float, int]] = field(default_factory=list)
    downs: list[tuple[float, int]] = field(default_factory=list)

    def note_scaling(self, before: int, after: int, now: float, longest: float) -> None:
        """Remember a change of size; what is older than the longest period of any policy is forgotten."""
        changes = self.ups if after > before else self.downs
        changes[:] = [c for c in changes if c[0] > now - longest]
        changes.append((now, abs(after - before)))


@dataclass(frozen=True)
class Verdict:
    """The size to go for; why it is not the recommended one (None: it is); whether bounds changed it, and which."""

    replicas: int
    stabilized: Reason | None
    limited: bool
    limit: Reason


def rules(behavior: Mapping[str, Any], direction: str) -> dict[str, Any]:
    """The scaling rules for `scaleUp` or `scaleDown` with what the API server fills in."""
    default = DEFAULT_UP if direction == "scaleUp" else DEFAULT_DOWN
    given = {k: v for k, v in (behavior.get(direction) or {}).items() if v is not None}
    return {**default, **given}


def longest_period(behavior: Mapping[str, Any]) -> float:
    """The longest period of any policy, in seconds."""
    policies = [p for d in ("scaleUp", "scaleDown") for p in rules(behavior, d)["policies"]]
    return max((float(p["periodSeconds"]) for p in policies), default=0.0)


def plain(history: History, current: int, desired: int, least: int, most: int, now: float) -> Verdict:
    """Without a behavior: down after five minutes, up by doubling (normalizeDesiredReplicas)."""
    stable = max([desired, *(r for t, r in history.recommendations if t > now - DOWN_WINDOW)])
    _remember(history, desired, now, DOWN_WINDOW)
    ceiling, reason = most, TOO_MANY
    if most > (limit := max(2 * current, 4)):
        ceiling, reason = limit, UP_LIMIT
    if stable < least:
        replicas, reason = least, TOO_FEW
    elif stable > ceiling:
        replicas = ceiling
    else:
        replicas, reason = stable, WITHIN
    return Verdict(replicas, DOWN_STABILIZED if stable != desired else None, replicas != stable, reason)


def with_behavior(
    behavior: Mapping[str, Any], history: History, current: int, desired: int, least: int, most: int, now: float
) -> Verdict:
    """With a behavior: its windows and policies in both directions (normalizeDesiredReplicasWithBehaviors)."""
    up, down = rules(behavior, "scaleUp"), rules(behavior, "scaleDown")
    stable = _stable(history, current, desired, up, down, now)
    stabilized = None
    if stable != desired:
        stabilized = UP_STABILIZED if desired >= current else DOWN_STABILIZED
    replicas, reason = stable, WITHIN
    if stable > current:
        ceiling, why = most, TOO_MANY
        if most > (limit := max(current, up_limit(history, current, up, now))):
            ceiling, why = limit, UP_LIMIT
        if stable > ceiling:
            replicas, reason = ceiling, why
    elif stable < current:
        floor, why = least, TOO_FEW
        if least < (limit := min(current, down_limit(history, current, down, now))):
            floor, why = limit, DOWN_LIMIT
        if stable < floor:
            replicas, reason = floor, why
    return Verdict(replicas, stabilized, replicas != stable, reason)


def _stable(
    history: History, current: int, desired: int, up: Mapping[str, Any], down: Mapping[str, Any], now: float
) -> int:
    """No higher than the lowest recent recommendation, no lower than the highest (stabilizeRecommendationWith...)."""
    up_window, down_window = (float(r["stabilizationWindowSeconds"]) for r in (up, down))
    lowest = min([desired, *(r for t, r in history.recommendations if t > now - up_window)])
    highest = max([desired, *(r for t, r in history.recommendations if t > now - down_window)])
    _remember(history, desired, now, max(up_window, down_window))
    return min(max(current, lowest), highest)


def _remember(history: History, desired: int, now: float, window: float) -> None:
    history.recommendations = [(t, r) for t, r in history.recommendations if t > now - window]
    history.recommendations.append((now, desired))


def up_limit(history: History, current: int, up: Mapping[str, Any], now: float) -> int:
    """The most replicas that the scale-up policies allow now."""
    if up["selectPolicy"] == "Disabled":
        return current
    found = []
    for policy in up["policies"]:
        start = _at_period_start(history, current, float(policy["periodSeconds"]), now)
        if policy["type"] == "Pods":
            found.append(start + int(policy["value"]))
        else:
            found.append(math.ceil(start * (1 + int(policy["value"]) / 100)))
    return min(found) if up["selectPolicy"] == "Min" else max(found)


def down_limit(history: History, current: int, down: Mapping[str, Any], now: float) -> int:
    """The fewest replicas that the scale-down policies allow now."""
    if down["selectPolicy"] == "Disabled":
        return current
    found = []
    for policy in down["policies"]:
        start = _at_period_start(history, current, float(policy["periodSeconds"]), now)
        if policy["type"] == "Pods":
            found.append(start - int(policy["value"]))
        else:
            found.append(int(start * (1 - int(policy["value"]) / 100)))
    return max(found) if down["selectPolicy"] == "Min" else min(found)


def _at_period_start(history: History, current: int, period: float, now: float) -> int:
    added = sum(change for t, change in history.ups if t > now - period)
    removed = sum(change for t, change in history.downs if t > now - period)
    return current - added + removed
