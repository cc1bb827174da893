"""The formats that `-o` names, and what writes each: the module of that name is imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from seatrial.findings.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """What text needs to know of where it is shown. `checklist`: one line a finding, for `check` and `validate`."""

    colour: bool = False
    width: int = 100
    report_path: str | None = None
    checklist: bool = False


Renderer = Callable[[Outcome, Page], str]


def _text(outcome: Outcome, page: Page) -> str:
    from seatrial.report import text

    if page.checklist:
        return text.render_check(outcome, colour=page.colour, width=page.width)
    return text.render(outcome, colour=page.colour, width=page.width, report_path=page.report_path)


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
}
"""Name to renderer, in the order in which `--help` lists them."""


def render(name: str, outcome: Outcome, page: Page | None = None) -> str:
    """The outcome in the format named; KeyError where there is none of that name."""
    return FORMATS[name](outcome, page or Page())
