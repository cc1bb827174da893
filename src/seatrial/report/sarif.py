"""`-o sarif`: SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import orjson

from seatrial import __version__
from seatrial.findings.finding import Finding, Location
from seatrial.findings.outcome import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
STANDARD_INPUT = "stdin"


def dumps(outcome: Outcome) -> str:
    """The outcome as one SARIF run, with a newline at the end."""
    rules = sorted({finding.rule for finding in outcome.findings})
    index = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "seatrial", "version": __version__, "rules": [{"id": rule} for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule]) for finding in outcome.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    text = finding.message
    if finding.fix is not None:
        text = f"{text}\nTo prevent it: {finding.fix.description}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.severity,
        "message": {"text": text},
        "locations": [_location(finding.location, str(finding.resource))],
        "partialFingerprints": {"seatrial/v1": _fingerprint(finding)},
    }
    related = [_location(cause.location, str(cause.resource)) for cause in finding.cause if cause.location]
    if related:
        result["relatedLocations"] = related
    if finding.scenario:
        result["properties"] = {"scenario": finding.scenario, "symptom": finding.symptom}
    return result


def _location(location: Location, resource: str) -> dict[str, Any]:
    place = location.place
    name = place.file if place.live else resource
    logical = {"logicalLocations": [{"fullyQualifiedName": f"{name}.{location.path}" if location.path else name}]}
    if place.live:
        return logical
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": physical, **logical}


def _uri(file: str) -> str:
    """Relative to where the command ran, or with its scheme: a reference must not begin with a slash (SARIF1004)."""
    if file == "-":
        return STANDARD_INPUT
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(finding: Finding) -> str:
    """Stays the same when lines move or figures change, so that a known alert is not opened anew."""
    resource, location = finding.resource, finding.location
    subject = str(resource) if resource.kind else location.place.file
    parts = (finding.rule, finding.scenario, resource.namespace, subject, location.path)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
