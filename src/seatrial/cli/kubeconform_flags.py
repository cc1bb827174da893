"""kubeconform's flags (0.8), for command lines that move over: each becomes the option of `validate` that does it.

They are written as Go has them: `-name value`, `-name=value`, `-name` and `-name=false` for switches. What has no
meaning here is taken with a sentence on stderr: nothing is downloaded, so there is nothing to keep or to trust.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import click

SWITCHES = {
    "strict": ("--strict", "--no-strict"),
    "ignore-missing-schemas": ("--ignore-missing-schemas", "--no-ignore-missing-schemas"),
    "summary": ("--summary", ""),
    "verbose": ("--verbose", ""),
    "exit-on-error": ("--exit-on-error", ""),
}
"""Flag to the options for true and for false."""
VALUES = {
    "kubernetes-version": "--kube-version",
    "schema-location": "--schema-location",
    "skip": "--skip",
    "reject": "--reject",
    "ignore-filename-pattern": "--ignore-filename-pattern",
    "output": "--output",
    "n": "-n",
}
POINTLESS = {
    "cache": "nothing is downloaded, so there is nothing to keep",
    "insecure-skip-tls-verify": "nothing is downloaded, so there is nobody to trust",
    "debug": "there is nothing more to say",
}
"""Flag to why it has no effect."""
ONLY_THERE = {"kubernetes-version", *POINTLESS}
"""Names that are no options of `validate`, so that with two dashes too only kubeconform's can be meant."""
OUTPUTS = {"json": "kubeconform", **{name: f"kubeconform-{name}" for name in ("junit", "pretty", "tap", "text")}}
"""Value of -output to that of --output; others, such as sarif, are ours."""
TRUE, FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")
_FLAG = re.compile(r"(--?)([a-z][a-z-]*)(?:=(.*))?", re.DOTALL)


class KubeconformCommand(click.Command):
    """A command that also knows kubeconform's flags."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Translate, then parse as click does."""
        return super().parse_args(ctx, list(translated(args)))


def translated(args: Sequence[str]) -> Iterator[str]:
    """The command line with kubeconform's flags turned into options.

    Raises:
        click.UsageError: where a flag has no value, or a switch one that is neither true nor false.
    """
    rest = iter(args)
    for argument in rest:
        if argument == "--":
            yield from (argument, *rest)
            return
        flag = _FLAG.fullmatch(argument)
        if flag is None or not _is_theirs(*flag.groups()):
            yield argument
        else:
            yield from _options(flag[2], flag[3], rest)


def _is_theirs(dashes: str, name: str, value: str | None) -> bool:
    """Whether click would not make of a flag what kubeconform does."""
    if dashes == "--":
        return name in ONLY_THERE or (name in SWITCHES and value is not None)
    return name in SWITCHES or name in VALUES or name in POINTLESS


def _options(name: str, value: str | None, rest: Iterator[str]) -> Iterator[str]:
    if name in SWITCHES:
        yield from filter(None, [SWITCHES[name][not _truth(name, value)]])
        return
    if name in ("cache", *VALUES) and value is None:
        value = next(rest, None)
        if value is None:
            raise click.UsageError(f"-{name} needs a value.")
    if name in POINTLESS:
        click.echo(f"seatrial: -{name} has no effect: {POINTLESS[name]}", err=True)
    elif name == "output":
        yield from ("--output", OUTPUTS.get(value or "", value or ""))
    else:
        yield from (VALUES[name], value or "")


def _truth(name: str, value: str | None) -> bool:
    if value is None or value in TRUE:
        return True
    if value in FALSE:
        return False
    raise click.UsageError(f"-{name}={value}: a switch is true or false.")
