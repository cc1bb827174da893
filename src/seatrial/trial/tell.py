"""Says a symptom and its remedy as a finding: where, why, what was seen, which change prevents it."""

from __future__ import annotations

from typing import Any

from seatrial.findings.finding import Cause, Finding, Fix, Location, Patch, ResourceRef
from seatrial.manifests import editing
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.trial.remedies.remedy import Change, Remedy
from seatrial.trial.remedies.search import Found
from seatrial.trial.symptoms import Symptom
from seatrial.trial.voyage import Voyage


def tell(voyage: Voyage, symptom: Symptom, found: Found | None, rungs: list[Remedy], before: dict[str, Any]) -> Finding:
    """The finding of one symptom. The causes are the fields that the remedy changes."""
    inventory = voyage.inventory
    namespace, kind, name = symptom.workload.split("/")
    workload = inventory.get(kind, namespace, name)
    assert workload is not None, "symptoms are judged for workloads of the inventory only"
    remedy = found.remedy if found else (rungs[0] if rungs else None)
    causes = _causes(inventory, remedy) if remedy else ()
    if causes and causes[0].location is not None:
        location = causes[0].location
    else:
        location = Location(workload.place, str(symptom.evidence.get("path", "")))
    fix = None
    compared = found is not None and symptom.kind in ("outage", "errors")
    if remedy is not None:
        fix = Fix(
            description=remedy.description,
            patches=tuple(_patch(inventory, change) for change in remedy.changes),
            verified=found.verified if found else None,
            before=before if compared else {},
            after=found.after if found and compared else {},
        )
    return Finding(
        rule=f"trial-{symptom.kind}",
        severity=symptom.severity,
        message=symptom.message,
        resource=reference(workload),
        location=location,
        scenario=symptom.scenario,
        symptom=symptom.kind,
        cause=causes,
        evidence=symptom.evidence,
        fix=fix,
    )


def refusal_finding(resource: Resource, text: str) -> Finding:
    """What the API server would not take."""
    return Finding(
        rule="api-server",
        severity="error",
        message=f"the API server refuses {resource.kind} `{resource.name}`: {text}",
        resource=reference(resource),
        location=Location(resource.place),
        scenario="settle",
        symptom="stuck",
    )


def reference(resource: Resource) -> ResourceRef:
    """How findings name a resource."""
    version = str(resource.object.get("apiVersion", ""))
    return ResourceRef(version, resource.kind, resource.namespace, resource.name)


def _causes(inventory: Inventory, remedy: Remedy) -> tuple[Cause, ...]:
    found: dict[tuple[Any, ...], Cause] = {}
    for change in remedy.changes:
        for path in change.blames:
            place = inventory.locate(change.resource, path)
            cause = Cause(reference(change.resource), path, Location(place, path))
            found.setdefault((change.resource.key, path), cause)
    return tuple(found.values())


def _patch(inventory: Inventory, change: Change) -> Patch:
    diff = editing.diff_of(inventory.texts, change.resource, change)
    return Patch(reference(change.resource), change.operations, change.create, diff)
