"""The formats that `-o` names, and what writes each: the module of that name is imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from seatrial.findings.outcome import BAD, STATUSES, Outcome, Status


@dataclass(frozen=True, slots=True)
class Page:
    """What text needs to know of where it is shown. `checklist`: one line a finding, for `check` and `validate`.

    `summary`: with figures as kubeconform counts; `verbose`: with resources in which nothing was found;
    `stdin`: the input came from there alone; for `validate`.
    """

    colour: bool = False
    width: int = 100
    report_path: str | None = None
    checklist: bool = False
    summary: bool = False
    verbose: bool = False
    stdin: bool = False


Renderer = Callable[[Outcome, Page], str]


def _text(outcome: Outcome, page: Page) -> str:
    from seatrial.report import text
    from seatrial.report.kubeconform import lines

    if page.checklist:
        checklist = text.render_check(outcome, colour=page.colour, width=page.width, verbose=page.verbose)
        return checklist + (lines.summary_line(outcome, page.stdin) if page.summary else "")
    return text.render(outcome, colour=page.colour, width=page.width, report_path=page.report_path)


def _kubeconform_json(outcome: Outcome, page: Page) -> str:
    from seatrial.report.kubeconform import data

    return data.dumps(outcome, summary=page.summary, verbose=page.verbose)


def _kubeconform_text(outcome: Outcome, page: Page) -> str:
    from seatrial.report.kubeconform import lines

    return lines.text(outcome, summary=page.summary, verbose=page.verbose, stdin=page.stdin)


def _kubeconform_pretty(outcome: Outcome, page: Page) -> str:
    from seatrial.report.kubeconform import lines

    return lines.pretty(outcome, colour=page.colour, summary=page.summary, verbose=page.verbose, stdin=page.stdin)


def _by(module: str) -> Renderer:
    """What calls `dumps` of a module of this room."""

    def dumps(outcome: Outcome, page: Page) -> str:
        return str(importlib.import_module(f"seatrial.report.{module}").dumps(outcome))

    return dumps


FORMATS: dict[str, Renderer] = {
    "text": _text,
    "json": _by("json_report"),
    "junit": _by("junit"),
    "sarif": _by("sarif"),
    "github": _by("github"),
    "tap": _by("tap"),
    "kubeconform": _kubeconform_json,
    "kubeconform-text": _kubeconform_text,
    "kubeconform-pretty": _kubeconform_pretty,
    "kubeconform-junit": _by("kubeconform.junit"),
    "kubeconform-tap": _by("kubeconform.tap"),
}
"""Name to renderer, in the order in which `--help` lists them."""


def listed(name: str, verbose: bool) -> tuple[Status, ...]:
    """The statuses of resources that a format names one by one."""
    if name in ("kubeconform-junit", "kubeconform-tap") or (verbose and name in FORMATS):
        return STATUSES
    return BAD if name.startswith("kubeconform") else ()


def render(name: str, outcome: Outcome, page: Page | None = None) -> str:
    """The outcome in the format named; KeyError where there is none of that name."""
    return FORMATS[name](outcome, page or Page())
