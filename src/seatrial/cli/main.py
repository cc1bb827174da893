"""`seatrial`: finds the command and hands over; each command is one file and is imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from seatrial import __version__

COMMANDS = {
    "trial": "Take manifests on a trial: run them, break things, say what users would notice.",
    "check": "Check manifests against the practices of running Kubernetes in production.",
    "validate": "Say what the API server would refuse.",
    "explain": "Say what a kind or a field means.",
    "render": "Print manifests as Kubernetes would read them.",
    "schedule": "Say where the scheduler would put pods, and why.",
    "why-pending": "Say what keeps a pod off each node, and what would have to change.",
    "replay": "Show what happened in a trial, from its event log; play a recorded scenario.",
}
"""Command to its line in `--help`; the code of `a-b` is `seatrial.cli.a_b:command`."""


INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

RECURSION = 20_000
"""Levels of Python calls: objects may be nested as deeply as `manifests.limits` allows, at several calls a level."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give the command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"seatrial.cli.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="seatrial")
def seatrial() -> None:
    """Take Kubernetes workloads on a trial voyage before they enter service.

    \b
    Example:
      seatrial trial k8s/ --report report.html
    """


def main() -> None:
    """Entry point of `seatrial` and of `kubectl seatrial`: bad usage ends with one line and exit code 2."""
    sys.setrecursionlimit(RECURSION)
    try:
        sys.exit(seatrial.main(args=sys.argv[1:], prog_name="seatrial", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        help_of = error.ctx.command_path if error.ctx else "seatrial"
        click.echo(f"seatrial: {error.format_message().rstrip('.')}; see `{help_of} --help`", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
