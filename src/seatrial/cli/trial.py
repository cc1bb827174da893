"""`seatrial trial`: read, validate, check, run, break, and say what users would have noticed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from seatrial.cli import fleets, inputs, live, outputs

if TYPE_CHECKING:
    from seatrial.findings.verdict import FailOn
    from seatrial.manifests.inventory import Inventory
    from seatrial.trial.scenario import Scenario


@click.command()
@live.sources()
@fleets.fleet_options
@click.option("--scenario", "names", multiple=True, metavar="NAME", help="Run only this one; may be given again.")
@click.option("--report", "report", metavar="FILE", type=click.Path(dir_okay=False), help="Write an HTML report.")
@click.option(
    "--event-log",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write all that happens as JSON lines, for `seatrial replay`; compressed where FILE ends in .gz.",
)
@click.option("--seed", default=0, show_default=True, help="Another seed, another run; the same seed, the same run.")
@click.option("--verify/--no-verify", default=True, help="Try suggested changes before suggesting them (default).")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes at a time; as many as there are cores.")
@inputs.kube_version_option
@outputs.fail_on_option
@outputs.output_option
@inputs.input_errors_exit_2
def command(
    paths: tuple[str, ...],
    nodes: str | None,
    fleet_file: str | None,
    names: tuple[str, ...],
    report: str | None,
    event_log: str | None,
    seed: int,
    verify: bool,
    jobs: int | None,
    kube_version: str,
    fail_on: FailOn,
    output: str,
    target: live.Target | None,
) -> None:
    """Take manifests on a trial: run them on a virtual cluster, break things, say what users would notice.

    With --cluster, what is in the live cluster is run, on nodes like its own; PATHs are laid over it, as `kubectl
    apply` would. Nothing is changed there.

    \b
    Examples:
      seatrial trial examples/shop --report build/shop.html
      seatrial trial --cluster -n shop
    """
    from seatrial.checks import judge, validity
    from seatrial.trial import outcome, profiles, run, sound, unmodelled
    from seatrial.trial.event_log import log_file
    from seatrial.trial.event_log.inputs import Inputs

    cluster = target.open() if target is not None else None
    if cluster is None:
        reading = inputs.read(paths, needs_objects=True)
    else:
        reading, kube_version = live.beneath(cluster, paths), live.version_of(cluster, kube_version)
    invalid = [*validity.judge(reading.inventory, kube_version), *validity.of_documents(reading)]
    inventory, left_out = sound.sound(reading.inventory, invalid)
    scenarios = _scenarios(inventory, names)
    try:
        known = profiles.read(reading.inventory)  # these documents need no name
    except profiles.ProfileError as error:
        inputs.fail(f"{reading.inventory.locate(error.resource, error.path)}: {error}")
    fleet, description = fleets.nodes_for(inventory, nodes, fleet_file, cluster)
    hands = jobs or os.cpu_count() or 1
    given = Inputs(seed, kube_version, fleet, [r.object for r in inventory], profiles.documents(reading.inventory),
                   scenarios)  # fmt: skip
    with log_file.recording(event_log, given) as log:
        trial = run.run(
            inventory, fleet, known, scenarios, seed=seed, verify=verify, hands=hands, progress=_progress, log=log
        )
    result = outcome.outcome_of(
        reading.inventory,
        reading.counts,
        trial,
        [*invalid, *judge(inventory)],
        assumptions=[description, *left_out, *unmodelled.assumed(inventory, known)],
        unmodelled=unmodelled.not_modelled(inventory, known),
        summary={"nodes": len(fleet), "scenarios": [scenario.name for scenario in scenarios], "seed": seed},
    )
    hindrance = outputs.write_report(result, report)
    outputs.show(result, output, report=None if hindrance else report)
    if hindrance:
        inputs.fail(hindrance)
    outputs.finish(result, fail_on)


def _scenarios(inventory: Inventory, names: Sequence[str]) -> list[Scenario]:
    """Those that ship with seatrial, then those among the manifests; where names are given, these."""
    from seatrial.trial import scenario

    found = {name: scenario.built_in(name) for name in scenario.BUILT_IN}
    for resource in inventory.of_kind("Scenario.seatrial.dev"):
        try:
            own = scenario.parse(resource.object)
        except scenario.ScenarioError as error:
            inputs.fail(f"{inventory.locate(resource, error.path)}: {error}")
        found[own.name] = own
    for name in names:
        if name not in found:
            inputs.fail(f"--scenario {name}: there is none of that name; there are {', '.join(found)}")
    return [found[name] for name in names or found]


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{step} ...\r", nl=False, err=True)
