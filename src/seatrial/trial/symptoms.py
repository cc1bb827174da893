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
