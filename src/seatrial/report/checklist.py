"""Findings on a terminal for `check` and `validate`: a line each that editors and `grep` understand."""

from __future__ import annotations

from seatrial.findings.finding import SEVERITIES, Finding
from seatrial.findings.outcome import Outcome
from seatrial.findings.wording import counted
from seatrial.report.terminal import HUES, Terminal, plain


def render_check(outcome: Outcome, *, colour: bool, width: int, verbose: bool = False) -> str:
    """`FILE:LINE:COLUMN: severity rule: message`, file by file in the order of lines, and a line that sums up.

    `verbose` also names the resources in which nothing was found.
    """
    terminal = Terminal(colour=colour, width=width)
    by_file: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        by_file.setdefault(finding.location.place.file, []).append(finding)
    lines = []
    for judged in outcome.resources if verbose else ():
        if judged.status in ("valid", "skipped"):
            status = terminal.paint(judged.status, "green" if judged.status == "valid" else "dim")
            lines.append(f"{terminal.paint(plain(str(judged.place)), 'bold')}: {status}: {plain(str(judged.resource))}")
    for file in sorted(by_file):
        ordered = sorted(by_file[file], key=lambda finding: (finding.location.place.line, finding.order))
        lines += [_line(finding, terminal) for finding in ordered]
    if lines:
        lines.append("")
    lines.append(summary(outcome, terminal))
    return "".join(f"{line}\n" for line in lines)


def summary(outcome: Outcome, terminal: Terminal) -> str:
    """Counts of findings and of what was read."""
    inputs = outcome.inputs
    counts = [
        terminal.paint(counted(number, severity), HUES[severity])
        for severity in SEVERITIES
        if (number := sum(finding.severity == severity for finding in outcome.findings))
    ]
    where = counted(inputs.files, "file") if inputs.files else "the cluster"
    read = f"{counted(inputs.resources, 'resource')} in {where}"
    skipped = f"; {counted(inputs.skipped, 'document')} skipped: not Kubernetes" if inputs.skipped else ""
    return f"{terminal.mark(outcome.verdict)} {', '.join(counts) or 'nothing found'} in {read}{skipped}"


def _line(finding: Finding, terminal: Terminal) -> str:
    severity = terminal.paint(finding.severity, HUES[finding.severity])
    place = terminal.paint(plain(str(finding.location.place)), "bold")
    rule = terminal.paint(f"[{finding.rule}]", "dim")
    said = finding.message if finding.location.place.live else f"{finding.resource}: {finding.message}"
    return f"{place}: {severity}: {plain(' '.join(said.split()))} {rule}"
