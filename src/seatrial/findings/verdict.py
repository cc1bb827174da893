"""Pass, warn or fail: derived from findings and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from seatrial.findings.finding import SEVERITIES, Finding, Severity

Verdict = Literal["pass", "warn", "fail"]
FailOn = Literal["error", "warning", "note", "never"]


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """`fail` where there is an error, `warn` where there is a warning, else `pass`: notes inform."""
    severities: set[Severity] = {finding.severity for finding in findings}
    return "fail" if "error" in severities else "warn" if "warning" in severities else "pass"


def exit_code(findings: Iterable[Finding], fail_on: FailOn) -> int:
    """1 where a finding is at or above `fail_on`, else 0."""
    if fail_on == "never":
        return 0
    bar = SEVERITIES.index(fail_on)
    return int(any(SEVERITIES.index(finding.severity) <= bar for finding in findings))
