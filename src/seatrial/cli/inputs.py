"""What all commands that read manifests share: the arguments, reading, and how errors in the input end the program.

A command takes `@paths_argument` and `@kube_version_option`, is wrapped in `@input_errors_exit_2`, and calls `read`.
One that judges has a finding for each document that cannot be read; it ends with `outputs.finish`, and with 2 only
where nothing could be read. One that does not judge ends with `finish`: with 2 where anything could not be read.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from seatrial.manifests.sources import Reading

P = ParamSpec("P")
R = TypeVar("R")

KUBE_VERSIONS = tuple(f"1.{minor}" for minor in range(25, 38))
"""Versions of Kubernetes whose schemas are there, oldest first."""

UNREADABLE = 2
"""Exit code of bad usage and of input that cannot be read."""

paths_argument = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


class KubeVersion(click.ParamType[str]):
    """`1.34`, also as `v1.34.2`; kubeconform's `master` is the newest."""

    name = "version"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The minor version, where there are schemas for it."""
        found = re.fullmatch(r"v?(1\.\d+)(?:\.\d+\S*)?", value.strip())
        version = KUBE_VERSIONS[-1] if value == "master" else found[1] if found else ""
        if version not in KUBE_VERSIONS:
            self.fail(f"{value!r}: there are schemas for {KUBE_VERSIONS[0]} to {KUBE_VERSIONS[-1]}.", param, ctx)
        return version


kube_version_option = click.option(
    "--kube-version", type=KubeVersion(), default=KUBE_VERSIONS[-1], show_default=True, metavar="VERSION",
    help=f"Version of Kubernetes, {KUBE_VERSIONS[0]} to {KUBE_VERSIONS[-1]}.",
)  # fmt: skip


class Unreadable(click.ClickException):
    """Ends the program with exit code 2 and one line."""

    exit_code = UNREADABLE

    def show(self, file: Any = None) -> None:
        """Print the line on stderr."""
        click.echo(f"seatrial: {self.message}", err=True)


def fail(message: str) -> NoReturn:
    """End the program with exit code 2; `message` is `PLACE: what; what to do`."""
    raise Unreadable(message)


def input_errors_exit_2(command: Callable[P, R]) -> Callable[P, R]:
    """Turn `InputError` of a command into its one line and exit code 2."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from seatrial.manifests.sources import InputError

        try:
            return command(*args, **kwargs)
        except InputError as error:
            fail(str(error))

    return wrapped


def read(paths: Sequence[str], *, needs_objects: bool = False, **options: Any) -> Reading:
    """Read manifests; say on stderr, a line each, what could not be read and what is worth knowing.

    `needs_objects`: no object at all ends the program, so that a wrong path does not pass. `options` are those of
    `sources.read`.

    Raises:
        InputError: where there is nothing to read at all.
    """
    from seatrial.manifests import sources

    reading = sources.read(paths, **options)
    tell(reading.notices)
    tell(reading.problems)
    if needs_objects and not (reading.counts.resources or reading.problems or reading.strays):
        raise sources.InputError(f"{' '.join(paths)}: no Kubernetes objects there; name the files that have them")
    if needs_objects and not (reading.counts.resources or reading.strays):
        finish(reading)
    return reading


def tell(lines: Iterable[object]) -> None:
    """What could not be read or is worth knowing, a line each on stderr."""
    for line in lines:
        click.echo(f"seatrial: {line}", err=True)


def finish(reading: Reading) -> NoReturn:
    """End the program: 2 where something could not be read."""
    sys.stdout.flush()
    click.get_current_context().exit(UNREADABLE if reading.problems else 0)
