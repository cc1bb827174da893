"""Says a symptom and its remedy as a finding: where, why, what was seen, which change prevents it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial.findings.finding import Cause, Finding, Fix, Location, Patch, reference_to
from seatrial.manifests import editing
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.trial.remedies.remedy import Change, Remedy
from seatrial.trial.remedies.search import Found
from seatrial.trial.symptoms import Symptom
from seatrial.trial.voyage import SETTLE, Voyage


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
            patches=_patches(inventory, remedy),
            verified=found.verified if found else None,
            before=before if compared else {},
            after=found.after if found and compared else {},
        )
    return Finding(
        rule=f"trial-{symptom.kind}",
        severity=symptom.severity,
        message=symptom.message,
        resource=reference_to(workload),
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
        resource=reference_to(resource),
        location=Location(resource.place),
        scenario=SETTLE,
        symptom="stuck",
    )


def _causes(inventory: Inventory, remedy: Remedy) -> tuple[Cause, ...]:
    found: dict[tuple[Any, ...], Cause] = {}
    for change in remedy.changes:
        for path in change.blames:
            place = inventory.locate(change.resource, path)
            cause = Cause(reference_to(change.resource), path, Location(place, path))
            found.setdefault((change.resource.key, path), cause)
    return tuple(found.values())


def _patches(inventory: Inventory, remedy: Remedy) -> tuple[Patch, ...]:
    """One patch a resource. Those of one file build on each other: applied in order, they all fit."""
    texts = dict(inventory.texts)
    made = []
    for change in _by_resource(remedy.changes):
        file, diff = change.resource.place.file, ""
        try:
            after = editing.edited(texts[file], change.resource, change)
            diff = editing.diff_of(texts, change.resource, change)
            texts[file] = after
        except (KeyError, editing.PatchError):
            pass  # the text is not at hand, or not as it was: the operations say what to do
        named = Resource(change.create, change.resource.place) if change.create is not None else change.resource
        made.append(Patch(reference_to(named), change.operations, change.create, diff))
    return tuple(made)


def _by_resource(changes: Iterable[Change]) -> list[Change]:
    """All operations on one resource in one change; new objects stay on their own, behind them."""
    operations: dict[tuple[str, str, str], Change] = {}
    created = []
    for change in changes:
        if change.create is not None:
            created.append(change)
            continue
        before = operations.get(change.resource.key)
        earlier = before.operations if before else ()
        new = tuple(operation for operation in change.operations if operation not in earlier)
        operations[change.resource.key] = Change(change.resource, (*earlier, *new))
    return [*operations.values(), *created]
