"""What users of one workload noticed in one scenario, as the judge puts it down before causes and remedies are
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from seatrial.findings.finding import Severity
from seatrial.findings.finding import Symptom as Kind


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that users noticed, or will. `evidence` holds the figures that `message` tells."""

    kind: Kind
    workload: str
    scenario: str
    severity: Severity
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two symptoms of different runs the same one."""
        return (self.kind, self.workload, self.scenario)


def clock(seconds: float) -> str:
    """Scenario time as people read it: `01:12`."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def lasting(seconds: float) -> str:
    """A duration as people say it: `41 s`, `6 min 10 s`."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def requests(number: float) -> str:
    """A number of requests: `1 request`, `2,460 requests`."""
    whole = max(1, round(number))
    return f"{whole:,} request{'s' if whole != 1 else ''}"
