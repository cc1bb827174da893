"""`-o text`: what a trial found, for people at a terminal and in the log of a pipeline."""

from __future__ import annotations

from seatrial.findings.outcome import Outcome
from seatrial.findings.wording import counted
from seatrial.report.checklist import render_check, summary
from seatrial.report.terminal import HUES, Terminal
from seatrial.report.text_findings import findings
from seatrial.report.text_table import table

__all__ = ["render", "render_check"]

BRIEF = 4
"""Assumptions and gaps that are named; the report has all."""
LEGEND = "41 s · 820: users noticed for 41 s, 820 requests failed; –: it never ran as asked"
VERDICTS = {"pass": "PASS", "warn": "WARN", "fail": "FAIL"}


def render(outcome: Outcome, *, colour: bool, width: int, report_path: str | None = None) -> str:
    """The whole text, each line ended. The caller decides on `colour`: none when piped or with NO_COLOR."""
    terminal = Terminal(colour=colour, width=width)
    parts = []
    if outcome.workloads:
        parts.append([*table(outcome, terminal), terminal.paint(f"  {LEGEND}", "dim")])
    if outcome.findings:
        parts.append(findings(outcome, terminal))
    for title, sentences in (("Assumed", outcome.assumptions), ("Not modelled", outcome.not_modelled)):
        if sentences:
            parts.append([terminal.heading(title), *_sentences(sentences, terminal)])
    parts.append(_verdict(outcome, terminal, report_path))
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _sentences(sentences: tuple[str, ...], terminal: Terminal) -> list[str]:
    lines: list[str] = []
    for sentence in sentences[:BRIEF]:
        lines += terminal.wrapped(sentence, "    ", "  · ")
    if len(sentences) > BRIEF:
        lines.append(terminal.paint(f"    and {len(sentences) - BRIEF} more in the report", "dim"))
    return lines


def _verdict(outcome: Outcome, terminal: Terminal, report_path: str | None) -> list[str]:
    word = terminal.paint(VERDICTS[outcome.verdict], "bold", HUES[outcome.verdict])
    failing = sum(line.verdict == "fail" for line in outcome.workloads)
    lines = [f"{word}  {summary(outcome, terminal)[len(terminal.mark(outcome.verdict)) + 1 :]}"]
    if outcome.workloads:
        sound = sum(line.verdict == "pass" for line in outcome.workloads)
        warned = len(outcome.workloads) - failing - sound
        lines.append(
            f"      {counted(len(outcome.workloads), 'workload')}: {failing} fail, {warned} warn, {sound} pass"
        )
    if report_path:
        lines.append(f"      report: {report_path}")
    return lines
