"""All that one run of a command found, in the shape that `-o json` prints and the reports draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from seatrial.findings.finding import Finding, ResourceRef
from seatrial.findings.verdict import Verdict
from seatrial.manifests.counts import Counts
from seatrial.manifests.places import Place

Status = Literal["valid", "invalid", "error", "skipped"]
STATUSES: tuple[Status, ...] = ("valid", "invalid", "error", "skipped")
BAD: tuple[Status, ...] = ("invalid", "error")
"""Statuses of resources with which something is wrong."""


@dataclass(frozen=True, slots=True)
class WorkloadLine:
    """One workload's verdict; `scenarios` maps a scenario's name to its figures (failedRequests, minReady ...)."""

    kind: str
    namespace: str
    name: str
    verdict: Verdict
    replicas: int
    scenarios: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedResource:
    """What `validate` says of one resource; `error` where there is nothing to judge it by, or nobody wants its kind."""

    resource: ResourceRef
    place: Place
    status: Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command found. `timelines` are plain data for the reports: see `docs/timeline.md`."""

    inputs: Counts
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    workloads: tuple[WorkloadLine, ...] = ()
    assumptions: tuple[str, ...] = ()
    not_modelled: tuple[str, ...] = ()
    summary: dict[str, Any] = field(default_factory=dict)
    timelines: tuple[dict[str, Any], ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    """Text of the files that findings point into, by file name."""
    resources: tuple[JudgedResource, ...] = ()
    """The resources of the statuses that are to be listed, in the order read."""
