"""How allocation becomes a score (plugins/noderesources: least_allocated.go, most_allocated.go,
requested_to_capacity_ratio.go, resource_allocation.go; 1.36). Integers throughout, as upstream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from seatrial.cluster.scheduler.framework import MAX_NODE_SCORE, Ints
from seatrial.cluster.scheduler.requests import is_scalar
from seatrial.cluster.scheduler.snapshot import NONZERO_CPU, NONZERO_MEMORY, Snapshot
from seatrial.model.pods import Resources

DEFAULT_RESOURCES: Sequence[Mapping[str, Any]] = ({"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1})
MAX_CUSTOM_PRIORITY = 10
"""Scores in a RequestedToCapacityRatio shape go from 0 to 10."""


@dataclass(frozen=True, slots=True)
class ScoredResource:
    """A resource to score: its column, what the pod asks for, and how much it counts."""

    column: int
    request: int
    weight: int


class Amounts(NamedTuple):
    """What nodes have of a resource, and what would be used with the pod on them."""

    has: Ints
    used: Ints


def scored_resources(
    configured: Sequence[Mapping[str, Any]] | None, requests: Resources, snapshot: Snapshot, *, nonzero: bool
) -> list[ScoredResource]:
    """The resources that count for this pod: scalar ones only if it asks for them."""
    found = []
    for resource in configured or DEFAULT_RESOURCES:
        name, request = resource["name"], requests.get(resource["name"], 0)
        if (request == 0 and is_scalar(name)) or name not in snapshot.columns:
            continue
        column = snapshot.columns[name]
        if nonzero:
            column = {"cpu": NONZERO_CPU, "memory": NONZERO_MEMORY}.get(name, column)
        found.append(ScoredResource(column, request, int(resource.get("weight") or 1)))
    return found


class Strategy(Protocol):
    """A scoring strategy of NodeResourcesFit."""

    def score(self, amounts: Sequence[Amounts], weights: Sequence[int]) -> Ints:
        """One score for each node."""


class LeastAllocated:
    """The more is left, the better."""

    def score(self, amounts: Sequence[Amounts], weights: Sequence[int]) -> Ints:
        """(has - used) * 100 / has, 0 where more is used than there is."""
        return _weighted_mean([np.maximum(a.has - a.used, 0) * MAX_NODE_SCORE for a in amounts], amounts, weights)


class MostAllocated:
    """The less is left, the better: pods are packed."""

    def score(self, amounts: Sequence[Amounts], weights: Sequence[int]) -> Ints:
        """Used * 100 / has."""
        return _weighted_mean([np.minimum(a.used, a.has) * MAX_NODE_SCORE for a in amounts], amounts, weights)


class RequestedToCapacityRatio:
    """A broken line from utilisation to score."""

    def __init__(self, shape: Sequence[Mapping[str, Any]]) -> None:
        self.points = [
            (int(p.get("utilization") or 0), int(p.get("score") or 0) * MAX_NODE_SCORE // MAX_CUSTOM_PRIORITY)
            for p in shape
        ]

    def score(self, amounts: Sequence[Amounts], weights: Sequence[int]) -> Ints:
        """Resources that score 0 do not count for the mean, which is rounded."""
        total: Ints = np.zeros(len(amounts[0].has), dtype=np.int64) if amounts else np.zeros(0, dtype=np.int64)
        weight_sum = total.copy()
        for (has, used), weight in zip(amounts, weights, strict=True):
            over = (has == 0) | (used > has)
            utilization = np.where(over, MAX_NODE_SCORE, used * MAX_NODE_SCORE // np.maximum(has, 1))
            score = np.where(has == 0, 0, self._line(utilization))
            total += score * weight
            weight_sum += np.where(score > 0, weight, 0)
        # math.Round of a quotient that is never negative
        return (2 * total + weight_sum) // np.maximum(2 * weight_sum, 1) * (weight_sum > 0)

    def _line(self, utilization: Ints) -> Ints:
        result = np.full_like(utilization, self.points[-1][1])
        for i in range(len(self.points) - 1, -1, -1):
            at, score = self.points[i]
            if i == 0:
                value: Any = score
            else:
                before, least = self.points[i - 1]
                # Go's integer division cuts towards zero
                value = least + np.trunc((score - least) * (utilization - before) / (at - before)).astype(np.int64)
            result = np.where(utilization <= at, value, result)
        return result


def strategy_of(config: Mapping[str, Any]) -> Strategy:
    """The strategy that `scoringStrategy` of NodeResourcesFitArgs names.

    Raises:
        ValueError: where there is none of that name.
    """
    match config.get("type") or "LeastAllocated":
        case "LeastAllocated":
            return LeastAllocated()
        case "MostAllocated":
            return MostAllocated()
        case "RequestedToCapacityRatio":
            return RequestedToCapacityRatio((config.get("requestedToCapacityRatio") or {}).get("shape") or ())
        case other:
            raise ValueError(
                f"scoringStrategy.type {other!r} is none of LeastAllocated, MostAllocated, RequestedToCapacityRatio"
            )


def _weighted_mean(scaled: Sequence[Ints], amounts: Sequence[Amounts], weights: Sequence[int]) -> Ints:
    """Integer mean of `scaled` / has by weight; a resource that a node does not have does not count there."""
    total: Ints = np.zeros(len(amounts[0].has), dtype=np.int64)
    weight_sum: Any = 0
    for value, (has, _), weight in zip(scaled, amounts, weights, strict=True):
        if has.all():
            total += value // has * weight
            weight_sum = weight_sum + weight
        else:
            there = has > 0
            total += value // np.where(there, has, 1) * there * weight
            weight_sum = weight_sum + there * weight
    mean: Ints = total // np.maximum(weight_sum, 1)
    return mean
