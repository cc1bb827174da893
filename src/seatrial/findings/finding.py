"""The one thing that every part which judges produces, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource

Severity = Literal["error", "warning", "note"]
Symptom = Literal["outage", "errors", "stuck", "restart-loop", "stale-config", "pending", "slow"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """Which object a finding is about."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.name) if part) or "document"


def reference_to(resource: Resource) -> ResourceRef:
    """The resource as findings name it, whatever stands in its fields."""
    obj = resource.object
    return ResourceRef(str(obj.get("apiVersion") or ""), obj.kind, resource.namespace, obj.name)


@dataclass(frozen=True, slots=True)
class Location:
    """Where the field stands that a finding is about; `path` as in `spec.template.spec.containers[0].image`."""

    place: Place
    path: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """A field that brings the finding about."""

    resource: ResourceRef
    path: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """A change to one resource: JSON Patch operations (RFC 6902), or `create`: a whole new object.

    `diff` is the change as a unified diff of the user's file, "" where it could not be made.
    """

    resource: ResourceRef
    operations: tuple[dict[str, Any], ...] = ()
    create: dict[str, Any] | None = None
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """The change that prevents a finding. `verified`: True where a trial with it showed no symptom, None: untried."""

    description: str
    patches: tuple[Patch, ...] = ()
    verified: bool | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with what was seen and what would prevent it.

    `covers` names rows of the field's list of production-readiness checks ("9", "N7"); `scenario` and `symptom` are set
    where a trial showed it.
    """

    rule: str
    severity: Severity
    message: str
    resource: ResourceRef
    location: Location
    covers: tuple[str, ...] = ()
    scenario: str = ""
    symptom: Symptom | None = None
    cause: tuple[Cause, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Sorts findings worst first, then by place, stable between runs."""
        seen = 0 if self.scenario else 1
        place = self.location.place
        harm = -float(self.evidence.get("failedRequests", 0))
        return (
            SEVERITIES.index(self.severity),
            seen,
            harm,
            place.file,
            place.line,
            self.rule,
            str(self.resource),
            self.message,
        )
