"""`-o json`: the one shape of every command, published as `docs/schema/outcome-v1.json`.

All keys are always there, in one order; what is not known is null. Two equal outcomes give the same bytes.
"""

from __future__ import annotations

from typing import Any

import orjson

from seatrial import __version__
from seatrial.findings.finding import Cause, Finding, Fix, Location, Patch, ResourceRef
from seatrial.findings.outcome import Outcome

SCHEMA_VERSION = 1
"""Rises when a key changes its meaning or goes; new keys may come without."""


def dumps(outcome: Outcome) -> str:
    """The outcome as indented JSON with a newline at the end."""
    return orjson.dumps(document(outcome), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data."""
    inputs = outcome.inputs
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": "seatrial", "version": __version__},
        "inputs": {
            "files": inputs.files,
            "documents": inputs.documents,
            "resources": inputs.resources,
            "skipped": inputs.skipped,
        },
        "verdict": outcome.verdict,
        "workloads": [
            {
                "kind": line.kind,
                "namespace": line.namespace,
                "name": line.name,
                "verdict": line.verdict,
                "replicas": line.replicas,
                "scenarios": line.scenarios,
            }
            for line in outcome.workloads
        ],
        "findings": [_finding(finding) for finding in outcome.findings],
        "assumptions": list(outcome.assumptions),
        "notModelled": list(outcome.not_modelled),
        "summary": outcome.summary,
        "timelines": list(outcome.timelines),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "resource": _resource(finding.resource),
        "location": _location(finding.location),
        "covers": list(finding.covers),
        "scenario": finding.scenario or None,
        "symptom": finding.symptom,
        "cause": [_cause(cause) for cause in finding.cause],
        "evidence": finding.evidence,
        "fix": _fix(finding.fix) if finding.fix else None,
    }


def _resource(resource: ResourceRef) -> dict[str, Any]:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name or None,
    }


def _location(location: Location) -> dict[str, Any]:
    place = location.place
    return {"file": place.file, "line": place.line, "column": place.column, "path": location.path}


def _cause(cause: Cause) -> dict[str, Any]:
    location = _location(cause.location) if cause.location else None
    return {"resource": _resource(cause.resource), "path": cause.path, "location": location}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "description": fix.description,
        "patches": [_patch(patch) for patch in fix.patches],
        "verified": fix.verified,
        "before": fix.before,
        "after": fix.after,
    }


def _patch(patch: Patch) -> dict[str, Any]:
    return {
        "resource": _resource(patch.resource),
        "operations": list(patch.operations),
        "create": patch.create,
        "diff": patch.diff,
    }
