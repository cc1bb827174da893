"""`-o kubeconform`: what kubeconform 0.8 prints with `-output json`, and the line of its `-summary`.

So that scripts that read it go on working. As there, resources in which nothing was found are only counted. Documents
that cannot be read are `statusError`, all else that the API server would refuse is `statusInvalid`.
"""

from __future__ import annotations

from typing import Any

import orjson

from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Outcome
from seatrial.manifests import field_paths

UNREADABLE = "unreadable"
"""The rule of documents that could not be read."""


def dumps(outcome: Outcome, *, summary: bool = False) -> str:
    """The JSON, with the figures where `summary` asks for them."""
    about: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in outcome.findings:
        if finding.severity == "error":
            place = finding.location.place
            line = place.line if finding.rule == UNREADABLE else 0
            about.setdefault((place.file, place.document, line, finding.resource), []).append(finding)
    printed: dict[str, Any] = {"resources": [_resource(found) for found in about.values()]}
    if summary:
        printed["summary"] = figures(outcome)
    return orjson.dumps(printed, option=orjson.OPT_INDENT_2).decode() + "\n"


def summary_line(outcome: Outcome) -> str:
    """The figures as text."""
    found, files = figures(outcome), outcome.inputs.files
    resources = sum(found.values())
    things = f"{resources} resource{'' if resources == 1 else 's'} found in {files} file{'' if files == 1 else 's'}"
    return (
        f"Summary: {things} - Valid: {found['valid']}, Invalid: {found['invalid']}, Errors: {found['errors']}, "
        f"Skipped: {found['skipped']}\n"
    )


def figures(outcome: Outcome) -> dict[str, int]:
    """Resources by status; what no schema is there for counts as skipped where it is let pass."""
    summary = outcome.summary
    return {
        "valid": summary["valid"] - summary["unjudged"],
        "invalid": summary["invalid"],
        "errors": sum(finding.rule == UNREADABLE for finding in outcome.findings),
        "skipped": summary["skipped"] + summary["unjudged"],
    }


def _resource(found: list[Finding]) -> dict[str, Any]:
    first = found[0]
    printed: dict[str, Any] = {
        "filename": first.location.place.file,
        "kind": first.resource.kind,
        "name": first.resource.name,
        "version": first.resource.api_version,
        "status": "statusInvalid",
        "msg": "; ".join(finding.message for finding in found),
    }
    if first.rule == UNREADABLE:
        return {**printed, "status": "statusError"}
    errors = [{"path": _pointer(finding.location.path), "msg": finding.message} for finding in found]
    return {**printed, "validationErrors": errors}


def _pointer(path: str) -> str:
    """A field path as a JSON pointer (RFC 6901)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in field_paths.parse(path))
    return "".join(f"/{step}" for step in steps)
