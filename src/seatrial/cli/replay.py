"""`seatrial replay`: play a recorded scenario, or look into the event log of a trial."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from seatrial.cli import inputs

if TYPE_CHECKING:
    from seatrial.trial.event_log.showing import Format


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--at", "seconds", type=click.FloatRange(min=0), metavar="SECONDS", help="Print the objects at that time."
)
@click.option("--verify", is_flag=True, help="Make the logged runs again; exit 1 where something else happens.")
@click.option("--run", metavar="NAME", help="Of a log only this run, as in rollout or node-crash/node-2.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only objects of this kind; may be given again.")
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="Only objects of this name; * stands for anything."
)
@click.option("-n", "--namespace", metavar="NAMESPACE", help="Only objects in this namespace.")
@click.option(
    "-o", "--output", type=click.Choice(["text", "json", "yaml"]), default="text", show_default=True, help="Format."
)
@click.option("--seed", type=int, help="Seed of the cluster's chance, for recordings; 0 where none is given.")
@inputs.input_errors_exit_2
def command(
    file: str,
    seconds: float | None,
    verify: bool,
    run: str | None,
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    namespace: str | None,
    output: Format,
    seed: int | None,
) -> None:
    """Show what happened in a trial that `seatrial trial --event-log` wrote down: change by change, or the objects
    at one moment, or whether the same happens today.

    A recording of a real cluster (.json or .json.gz) is played on the virtual one; printed is what a watch of the
    API server would have shown.

    \b
    Examples:
      seatrial replay build/shop.jsonl --run node-drain --kind Pod
      seatrial replay build/shop.jsonl --run node-drain --at 30 -o yaml
      seatrial replay build/shop.jsonl --verify
      seatrial replay tests/golden/kubelet/crash-loop-a.json.gz
    """
    from seatrial.trial.event_log import reading, showing, telling, verifying

    if not reading.is_event_log(file):
        if seconds is not None or verify or run or kinds or names or namespace or output == "yaml":
            inputs.fail(f"{file}: no event log; only these know --at, --verify, --run, --kind, --name, -n and -o yaml")
        _play(file, output, seed or 0)
        return
    if seed is not None:
        inputs.fail(f"{file}: an event log has a seed of its own; leave out --seed")
    if verify and (seconds is not None or run or kinds or names or namespace):
        inputs.fail("--verify: compares the whole log; leave out --at, --run, --kind, --name and -n")
    log = reading.EventLog(file)
    wanted = telling.Filter(kinds, names, namespace)
    if verify:
        found = verifying.verify(log)
        _print(showing.verification(found, output))
        click.get_current_context().exit(1 if found.difference else 0)
    elif seconds is not None:
        _print(showing.objects_at(log, wanted, run, seconds, output))
    else:
        _print(showing.happenings(log, wanted, run, output))


def _play(file: str, output: str, seed: int) -> None:
    from seatrial.trial.replay import cases, showing

    rows = cases.play(file, seed=seed)
    click.echo(showing.as_json(rows) if output == "json" else showing.as_text(rows), nl=False)


def _print(pieces: Iterable[str]) -> None:
    for piece in pieces:
        click.echo(piece, nl=False)
