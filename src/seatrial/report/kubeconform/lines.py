"""`-output text` and `-output pretty`, and the line of `-summary`."""

from __future__ import annotations

from seatrial.findings.outcome import Outcome
from seatrial.findings.wording import counted
from seatrial.report.kubeconform.rows import Row, figures, rows
from seatrial.report.terminal import Terminal, plain

MARKS = {"valid": ("✔", "green"), "invalid": ("✖", "red"), "error": ("✖", "red"), "skipped": ("-", "yellow")}


def text(outcome: Outcome, *, summary: bool = False, verbose: bool = False, stdin: bool = False) -> str:
    """A line a resource, sound ones only where `verbose` asks for them."""
    listed = [f"{plain(row.file)} - {_said(row)}\n" for row in rows(outcome) if verbose or row.bad]
    return "".join(listed) + (summary_line(outcome, stdin) if summary else "")


def pretty(outcome: Outcome, *, colour: bool, summary: bool = False, verbose: bool = False, stdin: bool = False) -> str:
    """The same with marks, and in colour where the caller decides on it."""
    terminal = Terminal(colour=colour, width=0)
    lines = []
    for row in rows(outcome):
        if verbose or row.bad:
            mark, hue = MARKS[row.status]
            lines.append(f"{terminal.paint(mark, hue)} {plain(row.file)}: {terminal.paint(_said(row), hue)}\n")
    return "".join(lines) + (summary_line(outcome, stdin) if summary else "")


def summary_line(outcome: Outcome, stdin: bool = False) -> str:
    """How many resources there are of each status; `stdin`: all came from there."""
    found, inputs = figures(outcome), outcome.inputs
    where = f"found in {counted(inputs.files, 'file')}" if inputs.files else "found in the cluster"
    if stdin:
        where = "found parsing stdin"
    return (
        f"Summary: {counted(sum(found.values()), 'resource')} {where} - Valid: {found['valid']}, "
        f"Invalid: {found['invalid']}, Errors: {found['errors']}, Skipped: {found['skipped']}\n"
    )


def _said(row: Row) -> str:
    named = plain(f"{row.resource.kind} {row.resource.name}".strip())
    match row.status:
        case "valid":
            return f"{named} is valid"
        case "skipped":
            return f"{named} skipped"
        case "invalid":
            return f"{named} is invalid: {plain(row.message)}"
    return f"{named} failed validation: {plain(row.message)}".lstrip()
