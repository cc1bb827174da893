"""Findings that say the same of many resources are told once, with the places of the others after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.findings.finding import Finding

SHOWN_OF_TRIAL = 3
SHOWN_OF_CHECK = 1
"""How many of one group are told in full: what a trial showed differs from case to case, a broken rule does not."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule, severity and scenario: some in full, the others by place."""

    full: tuple[Finding, ...]
    folded: tuple[Finding, ...]


def fold(findings: Iterable[Finding]) -> list[Group]:
    """The groups, in the order of their first finding."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.scenario), []).append(finding)
    found = []
    for group in groups.values():
        shown = SHOWN_OF_TRIAL if group[0].scenario and group[0].severity != "note" else SHOWN_OF_CHECK
        found.append(Group(tuple(group[:shown]), tuple(group[shown:])))
    return found
