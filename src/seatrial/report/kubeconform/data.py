"""`-output json`."""

from __future__ import annotations

from typing import Any

import orjson

from seatrial.findings.outcome import Outcome
from seatrial.manifests import field_paths
from seatrial.report.kubeconform.rows import Row, figures, rows

STATUSES = {"valid": "statusValid", "invalid": "statusInvalid", "error": "statusError", "skipped": "statusSkipped"}


def dumps(outcome: Outcome, *, summary: bool = False, verbose: bool = False) -> str:
    """The JSON, with the figures where `summary` asks for them, and sound resources where `verbose` does."""
    listed = [row for row in rows(outcome) if verbose or row.bad]
    printed: dict[str, Any] = {"resources": [_resource(row) for row in listed]}
    if summary:
        printed["summary"] = figures(outcome)
    return orjson.dumps(printed, option=orjson.OPT_INDENT_2).decode() + "\n"


def _resource(row: Row) -> dict[str, Any]:
    printed = {
        "filename": row.file,
        "kind": row.resource.kind,
        "name": row.resource.name,
        "version": row.resource.api_version,
        "status": STATUSES[row.status],
        "msg": row.message,
    }
    if row.status != "invalid":
        return printed
    errors = [{"path": _pointer(finding.location.path), "msg": finding.message} for finding in row.findings]
    return {**printed, "validationErrors": errors}


def _pointer(path: str) -> str:
    """A field path as a JSON pointer (RFC 6901)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in field_paths.parse(path))
    return "".join(f"/{step}" for step in steps)
