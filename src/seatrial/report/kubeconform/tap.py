"""`-output tap`: a test point a resource."""

from __future__ import annotations

from seatrial.findings.outcome import Outcome
from seatrial.report.kubeconform.rows import Row, rows
from seatrial.report.tap import described


def dumps(outcome: Outcome) -> str:
    """The points, and the plan behind them."""
    points = [_point(number, row) for number, row in enumerate(rows(outcome), 1)]
    return "\n".join(["TAP version 13", *points, f"1..{len(points)}"]) + "\n"


def _point(number: int, row: Row) -> str:
    about = row.resource
    name = f"{about.api_version}/{about.kind}/{about.namespace}/{about.name}" if about.kind else ""
    subject = f"{row.file} ({name})" if name else row.file
    match row.status:
        case "valid":
            return f"ok {number} - {described(subject)}"
        case "skipped":
            return f"ok {number} - {described(subject)} # skip"
    return f"not ok {number} - {described(f'{subject}: {row.message}')}"
