"""What the users of each workload noticed in each scenario: what the table of every report shows in its cells."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.findings.finding import SEVERITIES, Finding, Severity
from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.findings.wording import brief

SETTLE = "settle"
"""The scenario in which nothing is done: the workloads come up."""

WORDS = {
    "stuck": "stuck",
    "restart-loop": "restarts",
    "stale-config": "stale",
    "pending": "pending",
    "slow": "slow",
}
"""Symptoms that are no failed requests, in a word that fits a cell."""

Key = tuple[str, str, str]
"""(namespace, kind, name)."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """One cell. `severity` is that of the worst finding of the workload in the scenario, None where there is none."""

    severity: Severity | None = None
    symptom: str = ""
    seconds: float = 0.0
    failed: int = 0
    ran: bool = True

    @property
    def label(self) -> str:
        """`ok`, `41 s · 820` (how long, requests failed), or the symptom in a word; `–` where it was not judged."""
        if not self.ran and self.severity is None:
            return "–"
        word = WORDS.get(self.symptom, "")
        if self.failed <= 0:
            return word or ("ok" if self.severity is None else self.symptom or "ok")
        return f"{word or brief(max(1.0, self.seconds))} · {self.failed:,}"

    @property
    def short(self) -> str:
        """The label without spaces, for narrow columns: `41s/820`."""
        return self.label.replace(" min", "m").replace(" · ", "/").replace(" ", "")


def key_of(line: WorkloadLine) -> Key:
    """What names a workload in a trial."""
    return (line.namespace, line.kind, line.name)


class Matrix:
    """Workloads by scenarios, both in the order in which they are shown: the worst workloads first."""

    def __init__(self, outcome: Outcome) -> None:
        self.findings: dict[tuple[Key, str], list[Finding]] = {}
        for finding in outcome.findings:
            if finding.scenario:
                resource = finding.resource
                about = (resource.namespace, resource.kind, resource.name)
                self.findings.setdefault((about, finding.scenario), []).append(finding)
        self.scenarios = _scenarios(outcome)
        order = ("fail", "warn", "pass")
        self.workloads = sorted(outcome.workloads, key=lambda line: order.index(line.verdict))
        self.broken = {
            key
            for (key, scenario), found in self.findings.items()
            if scenario == SETTLE and any(finding.symptom in WORDS for finding in found)
        }

    def cell(self, line: WorkloadLine, scenario: str) -> Noticed:
        """What users of the workload noticed in the scenario."""
        key = key_of(line)
        figures = line.scenarios.get(scenario, {})
        found = self.findings.get((key, scenario), [])
        worst = min(found, key=lambda finding: SEVERITIES.index(finding.severity), default=None)
        word = next((f.symptom for f in found if f.symptom in WORDS), None) or (worst.symptom if worst else "") or ""
        judged = bool(figures) or scenario == SETTLE
        return Noticed(
            severity=worst.severity if worst else None,
            symptom=word,
            seconds=float(figures.get("outageSeconds") or figures.get("failingSeconds") or 0.0),
            failed=int(figures.get("failedRequests") or 0),
            ran=judged and (scenario == SETTLE or key not in self.broken),
        )

    def is_calm(self, line: WorkloadLine) -> bool:
        """Whether the workload does not fail and nobody noticed anything: where there are many, these can be folded."""
        return line.verdict != "fail" and all(self.cell(line, name).severity is None for name in self.scenarios)


def _scenarios(outcome: Outcome) -> list[str]:
    """In the order run. `settle` stands first, and only where something went wrong while settling."""
    names = {timeline["scenario"]: None for timeline in outcome.timelines}
    for line in outcome.workloads:
        names.update(dict.fromkeys(line.scenarios))
    found = {finding.scenario: None for finding in outcome.findings if finding.scenario}
    names.update(found)
    rest = [name for name in names if name != SETTLE]
    return [SETTLE, *rest] if SETTLE in found else rest
