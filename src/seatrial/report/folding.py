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


def fold(findings: Iterable[Finding], *, of_trial: int = SHOWN_OF_TRIAL, of_check: int = SHOWN_OF_CHECK) -> list[Group]:
    """The groups, in the order of their first finding; `of_trial` or `of_check` of each are shown in full."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.scenario), []).append(finding)
    found = []
    for group in groups.values():
        shown = of_trial if group[0].scenario and group[0].severity != "note" else of_check
        found.append(Group(tuple(group[:shown]), tuple(group[shown:])))
    return found
