"""`seatrial replay`: play a recorded scenario on the virtual cluster."""

from __future__ import annotations

import click

from seatrial.cli import inputs


@click.command()
@click.argument("case", metavar="CASE")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Format.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the cluster's chance.")
@inputs.input_errors_exit_2
def command(case: str, output: str, seed: int) -> None:
    """Play the scenario of CASE (.json or .json.gz) and print what a watch of the API server would have shown.

    \b
    Example:
      seatrial replay tests/golden/kubelet/crash-loop-a.json.gz
    """
    from seatrial.trial.replay import cases, showing

    rows = cases.play(case, seed=seed)
    click.echo(showing.as_json(rows) if output == "json" else showing.as_text(rows), nl=False)
