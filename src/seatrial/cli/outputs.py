"""What all commands that judge share: `-o`, `--fail-on`, and how an outcome is shown and ends the program."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from seatrial.findings.outcome import Outcome
    from seatrial.findings.verdict import FailOn

FORMATS = ("text", "json", "junit", "sarif", "github", "tap")
WIDEST = 120

Command = TypeVar("Command", bound=Callable[..., Any])


def output_option_of(formats: tuple[str, ...]) -> Callable[[Command], Command]:
    """The option `-o` of a command that can write these formats."""
    return click.option(
        "-o", "--output", type=click.Choice(formats), default="text", show_default=True, help="Format of the findings."
    )


output_option = output_option_of(FORMATS)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    default="error",
    show_default=True,
    help="Least severity that makes the exit code 1.",
)


def show(
    outcome: Outcome,
    output: str,
    *,
    report: str | None = None,
    checklist: bool = False,
    summary: bool = False,
    verbose: bool = False,
    stdin: bool = False,
) -> None:
    """Print an outcome on stdout; colours on a terminal only, and not where NO_COLOR is set."""
    from seatrial.report import formats

    terminal = sys.stdout.isatty()
    page = formats.Page(
        colour=terminal and not os.environ.get("NO_COLOR"),
        width=min(WIDEST, shutil.get_terminal_size((100, 24)).columns),
        report_path=report,
        checklist=checklist,
        summary=summary,
        verbose=verbose,
        stdin=stdin,
    )
    click.echo(formats.render(output, outcome, page), nl=False)


def write_report(outcome: Outcome, path: str | None) -> str:
    """Write the HTML report where one is asked for, whole or not at all; "" or what hindered it."""
    if path is None:
        return ""
    from seatrial.report import html

    return write_whole(Path(path), html.render(outcome))


def write_whole(path: Path, text: str) -> str:
    """Write a file beside its place and move it there, so that nobody ever sees half of it; "" or why it failed."""
    import tempfile  # slow to import

    scratch = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            scratch = file.name
            file.write(text)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except OSError as error:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        return f"{path}: cannot write: {error.strerror or error}; choose another place or make room"
    return ""


def finish(outcome: Outcome, fail_on: FailOn) -> NoReturn:
    """End the program: 1 where a finding is at or above the bar, a document that cannot be read among them."""
    from seatrial.findings import verdict

    sys.stdout.flush()
    click.get_current_context().exit(verdict.exit_code(outcome.findings, fail_on))
