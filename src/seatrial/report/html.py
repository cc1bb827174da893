"""The HTML report: one file that needs no network, the same bytes for the same outcome.

The page is written here; timelines are drawn by the scripts in `assets`, from the data that the page carries. Its
Content-Security-Policy allows these scripts and styles by their hashes and nothing else: what stands in a manifest can
neither run nor fetch.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
import orjson
from markupsafe import Markup

from seatrial import __version__
from seatrial.findings.finding import SEVERITIES, Finding
from seatrial.findings.outcome import Outcome
from seatrial.findings.wording import clock, counted
from seatrial.report import evidence, excerpts, folding
from seatrial.report.noticed import SETTLE, WORDS, Matrix

SCRIPTS = ("uplot/uPlot.iife.min.js", "time.js", "charts.js", "stage.js", "player.js", "scenario.js", "page.js")
STYLES = ("uplot/uPlot.min.css", "page.css", "findings.css", "scenario.css")
FULL_OF_TRIAL = 20
FULL_OF_CHECK = 4
"""So many findings of one rule and scenario are shown with excerpt and diff, further ones as a row each."""


@dataclass(frozen=True, slots=True)
class Change:
    """One patch as it is shown: a diff of the user's file, or a whole new object."""

    file: str
    lines: tuple[excerpts.Line, ...]


def render(outcome: Outcome) -> str:
    """The whole page."""
    script, style = _joined(SCRIPTS), _joined(STYLES)
    matrix = Matrix(outcome)
    failures = _first_failures(outcome)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("seatrial.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(ticked=_ticked, counted=counted, clock=clock)
    environment.globals.update(seen=evidence.sentence, effect=evidence.effect, tried=evidence.tried, changes=_changes)
    return environment.get_template("report.html.j2").render(
        version=__version__,
        outcome=outcome,
        policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:",
        script=Markup(script),  # our own files, not text of a user
        style=Markup(style),  # our own files, not text of a user
        data=_embedded({"timelines": list(outcome.timelines), "words": WORDS}),
        sentence=_sentence(outcome),
        counts={severity: sum(f.severity == severity for f in outcome.findings) for severity in SEVERITIES},
        matrix=matrix,
        played={timeline["scenario"]: timeline["title"] for timeline in outcome.timelines},
        settle=SETTLE,
        groups=folding.fold(outcome.findings, of_trial=FULL_OF_TRIAL, of_check=FULL_OF_CHECK),
        moment=lambda finding: _moment(finding, failures),
        excerpts=lambda finding: excerpts.excerpts(finding, outcome.sources),
    )


def _sentence(outcome: Outcome) -> str:
    """The verdict in words: whose users would have noticed."""
    shown = [finding for finding in outcome.findings if finding.scenario]
    for severity, phrase in (("error", "would have let users down"), ("warning", "would have troubled users")):
        hurt = {finding.resource for finding in shown if finding.severity == severity}
        if hurt:
            return f"{len(hurt)} of {counted(len(outcome.workloads), 'workload')} {phrase}."
        if severity == "error" and outcome.verdict == "fail":
            return "Something is wrong, though no scenario showed it to users."
    if shown:
        return "Users would have noticed nothing that a manifest can prevent."
    return "Users would have noticed nothing." if outcome.timelines else "Nothing is wrong enough to fail."


def _joined(names: tuple[str, ...]) -> str:
    assets = resources.files("seatrial.report") / "assets"
    return "\n".join(assets.joinpath(name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _embedded(data: dict[str, Any]) -> Markup:
    """JSON that cannot end the element in which it stands."""
    return Markup(orjson.dumps(data).decode().replace("<", "\\u003c"))  # no `<` is left


def _ticked(text: str) -> Markup:
    """Text with what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return Markup("{}").format(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else Markup("{}").format(part)
        for number, part in enumerate(parts)
    )


def _changes(finding: Finding) -> list[Change]:
    found = []
    for patch in finding.fix.patches if finding.fix else ():
        if patch.diff:
            found.append(Change(excerpts.diff_file(patch.diff), excerpts.diff_lines(patch.diff)))
        elif patch.create is not None:
            text = json.dumps(patch.create, indent=2, ensure_ascii=False)
            lines = tuple(excerpts.Line(line, 0, number, "add") for number, line in enumerate(text.splitlines(), 1))
            found.append(Change(f"new: {patch.resource}", lines))
        else:
            operations = tuple(excerpts.Line(orjson.dumps(o).decode(), mark="add") for o in patch.operations)
            found.append(Change(f"JSON Patch of {patch.resource}", operations))
    return found


def _first_failures(outcome: Outcome) -> dict[tuple[str, str], float]:
    """By scenario and workload: when its first request failed."""
    found = {}
    for timeline in outcome.timelines:
        for workload in timeline["workloads"]:
            time = next((step[0] for step in workload["steps"] if step[5] > 0), None)
            if time is not None:
                found[timeline["scenario"], workload["key"]] = float(time)
    return found


def _moment(finding: Finding, failures: dict[tuple[str, str], float]) -> float:
    """The scenario time at which to look: when the longest outage begins, or the first request fails."""
    longest = finding.evidence.get("longestOutage")
    if longest:
        return float(longest[0])
    resource = finding.resource
    return failures.get((finding.scenario, f"{resource.namespace}/{resource.kind}/{resource.name}"), 0.0)
