"""What each command says of itself: help with an example, a row in the README, completion in three shells."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner

from seatrial import __version__
from seatrial.cli.main import COMMANDS, seatrial

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def help_of(*arguments: str) -> str:
    result = CliRunner().invoke(seatrial, [*arguments, "--help"], prog_name="seatrial")
    assert result.exit_code == 0, result.output
    return result.output


def examples(text: str) -> list[list[str]]:
    """The command lines below `Example:` or `Examples:`."""
    rest = re.split(r"Examples?:\n", text)[-1]
    lines = rest.split("\n\n")[0].splitlines()
    return [shlex.split(line.strip()) for line in lines if line.strip().startswith("seatrial ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_whose_options_exist(name: str) -> None:
    found = examples(help_of(name))
    assert found
    command = seatrial.get_command(click.Context(seatrial), name)
    assert command is not None
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for _, called, *arguments in found:
        assert called == name
        assert {a.split("=")[0] for a in arguments if re.match(r"--?[a-z]", a)} <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_every_option_means(name: str) -> None:
    command = seatrial.get_command(click.Context(seatrial), name)
    assert command is not None
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []


def test_the_first_help_lists_every_command() -> None:
    text = help_of()
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", text, re.MULTILINE)] == []


def test_the_readme_lists_every_command() -> None:
    rows = re.findall(r"^\| `seatrial ([a-z-]+)[ `]", README, re.MULTILINE)
    assert rows == list(COMMANDS)


def test_it_knows_its_version() -> None:
    assert CliRunner().invoke(seatrial, ["--version"]).output == f"seatrial, version {__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["trial", "--nonsense"]])
def test_bad_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(seatrial, arguments).exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell: str) -> None:
    completion_class = get_completion_class(shell)
    assert completion_class is not None
    completion = completion_class(seatrial, {}, "seatrial", "_SEATRIAL_COMPLETE")
    assert "_SEATRIAL_COMPLETE" in completion.source()
    assert {item.value for item in completion.get_completions([], "")} >= set(COMMANDS)
    assert "--report" in {item.value for item in completion.get_completions(["trial"], "--")}
