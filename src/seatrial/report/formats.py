"""The formats that `-o` names, and what writes each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.findings.outcome import Outcome
from seatrial.report import github, json_report, junit, sarif, text


@dataclass(frozen=True, slots=True)
class Page:
    """What text needs to know of where it is shown. `checklist`: one line a finding, for `check` and `validate`."""

    colour: bool = False
    width: int = 100
    report_path: str | None = None
    checklist: bool = False


Renderer = Callable[[Outcome, Page], str]


def _text(outcome: Outcome, page: Page) -> str:
    if page.checklist:
        return text.render_check(outcome, colour=page.colour, width=page.width)
    return text.render(outcome, colour=page.colour, width=page.width, report_path=page.report_path)


FORMATS: dict[str, Renderer] = {
    "text": _text,
    "json": lambda outcome, page: json_report.dumps(outcome),
    "junit": lambda outcome, page: junit.dumps(outcome),
    "sarif": lambda outcome, page: sarif.dumps(outcome),
    "github": lambda outcome, page: github.dumps(outcome),
}
"""Name to renderer, in the order in which `--help` lists them."""


def render(name: str, outcome: Outcome, page: Page | None = None) -> str:
    """The outcome in the format named; KeyError where there is none of that name."""
    return FORMATS[name](outcome, page or Page())
