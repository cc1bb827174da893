"""Findings on a terminal: what happens, what was seen, why, and the change that prevents it."""

from __future__ import annotations

from seatrial.findings.finding import Finding, Fix, Patch
from seatrial.findings.outcome import Outcome
from seatrial.findings.wording import counted
from seatrial.report import evidence
from seatrial.report.excerpts import diff_lines
from seatrial.report.folding import Group, fold
from seatrial.report.terminal import HUES, Terminal, plain

INDENT = "    "
LABEL = 6
LONGEST_DIFF = 10
"""Lines of a diff that are shown; longer ones are in the report."""
MOST_CAUSES = 5
"""Fields that are named as causes; the JSON has all."""
NAMED = 6
"""Places of folded findings that are named."""


def findings(outcome: Outcome, terminal: Terminal) -> list[str]:
    """All findings, worst first."""
    lines: list[str] = []
    shown: set[str] = set()
    for group in fold(outcome.findings):
        if lines:
            lines.append("")
        lines += _group(group, terminal, shown)
    return lines


def _group(group: Group, terminal: Terminal, shown: set[str]) -> list[str]:
    lines: list[str] = []
    for finding in group.full:
        if lines:
            lines.append("")
        lines += _finding(finding, terminal, shown)
    if group.folded:
        places = [f"{finding.resource.name} {finding.location.place}" for finding in group.folded[:NAMED]]
        rest = len(group.folded) - len(places)
        text = ", ".join(places) + (f" and {rest:,} more" if rest else "")
        lines += _labelled(terminal, "also", text)
    return lines


def _finding(finding: Finding, terminal: Terminal, shown: set[str]) -> list[str]:
    resource = finding.resource
    name = plain(f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name)
    name = name or "document"
    title = f"{finding.severity} {resource.kind} {name}"
    tail = " · ".join(part for part in (finding.scenario, finding.rule) if part)
    space = " " * max(2, terminal.width - len(title) - len(tail) - 2)
    paint = terminal.paint
    severity = paint(finding.severity, "bold", HUES[finding.severity])
    head = f"{terminal.mark(finding.severity)} {severity} {resource.kind} {paint(name, 'bold')}"
    lines = [f"{head}{space}{paint(tail, 'dim')}", *terminal.wrapped(finding.message, INDENT)]
    seen = evidence.sentence(finding)
    if seen:
        lines += _labelled(terminal, "seen", seen)
    lines += _why(finding, terminal)
    if finding.fix is not None:
        lines += _fix(finding, finding.fix, terminal, shown)
    return lines


def _why(finding: Finding, terminal: Terminal) -> list[str]:
    whys = []
    for cause in finding.cause:
        place = f"  {cause.location.place}" if cause.location else ""
        other = "" if cause.resource == finding.resource else f"{cause.resource} "
        whys.append(f"{other}{cause.path}{place}")
    if not any(cause.location for cause in finding.cause):
        place = str(finding.location.place)
        whys.append(f"{finding.location.path}  {place}" if finding.location.path else place)
    if len(whys) > MOST_CAUSES:
        whys[MOST_CAUSES:] = [f"… {counted(len(whys) - MOST_CAUSES, 'more field')}"]
    lines = []
    for number, why in enumerate(whys):
        lines += _labelled(terminal, "why" if number == 0 else "", why)
    return lines


def _fix(finding: Finding, fix: Fix, terminal: Terminal, shown: set[str]) -> list[str]:
    """The change; `shown` holds the diffs that stand further up already. Only trials try changes, so only they tell."""
    told = [evidence.tried(fix)] if finding.scenario or fix.verified is not None else []
    if fix.verified and evidence.effect(fix):
        told.append(evidence.effect(fix))
    lines = _labelled(terminal, "fix", f"{fix.description} ({', '.join(told)})" if told else fix.description)
    diff = "".join(patch.diff for patch in fix.patches)
    margin = INDENT + " " * LABEL
    if diff in shown and diff:
        return [*lines, terminal.paint(f"{margin}… the change shown above", "dim")]
    shown.add(diff)
    changed = [line for patch in fix.patches for line in _changed_lines(patch, terminal)]
    lines += changed[:LONGEST_DIFF]
    hidden = len(changed) - LONGEST_DIFF
    if hidden > 0:
        lines.append(terminal.paint(f"{margin}… {counted(hidden, 'more line')}", "dim"))
    return lines


def _changed_lines(patch: Patch, terminal: Terminal) -> list[str]:
    """What a patch takes away and puts in; the file's name stands in `why` already, so no headers."""
    lines = []
    for line in diff_lines(patch.diff):
        if line.mark not in ("add", "remove"):
            continue
        text = plain(f"{'+' if line.mark == 'add' else '-'}{line.text}")
        if len(text) > terminal.width - 10:
            text = f"{text[: terminal.width - 11]}…"
        lines.append(f"{INDENT}{' ' * LABEL}{terminal.paint(text, 'green' if line.mark == 'add' else 'red')}")
    return lines


def _labelled(terminal: Terminal, label: str, text: str) -> list[str]:
    padded = label.ljust(LABEL)
    return terminal.wrapped(text, INDENT + " " * LABEL, INDENT + terminal.paint(padded, "dim"))
