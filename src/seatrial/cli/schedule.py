"""`seatrial schedule`: say where the scheduler would put pods, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import fleets, inputs

if TYPE_CHECKING:
    from seatrial.cluster.scheduler.profile import Profile


@click.command()
@inputs.paths_argument
@fleets.fleet_options
@click.option("--scheduler-config", metavar="FILE", help="A KubeSchedulerConfiguration to go by.")
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Table or data."
)
@inputs.input_errors_exit_2
def command(
    paths: tuple[str, ...], nodes: str | None, fleet_file: str | None, scheduler_config: str | None, output: str
) -> None:
    """Place pods as kube-scheduler would, one after the other, and say what every plugin thought of every node.

    PATH is a recorded case (JSON, may be compressed) or manifests; the pods of workloads are placed as their
    controllers would make them.

    \b
    Examples:
    seatrial schedule case.json.gz -o json
    seatrial schedule k8s/ --nodes 3xe2-standard-4
    """
    import orjson

    from seatrial.cluster.scheduler import case
    from seatrial.report import placements

    profile = _profile(scheduler_config)
    recorded, reading = _recorded_case(paths), None
    if recorded is not None:
        result = case.replay(case.objects_of(recorded), profile)
    else:
        reading = inputs.read(paths)
        found, description = fleets.nodes_for(reading.inventory, nodes, fleet_file)
        click.echo(f"seatrial: {description}", err=True)
        objects = [resource.object for resource in reading.inventory]
        result = case.replay_manifests(found, objects, profile)
    if output == "json":
        click.echo(orjson.dumps(result))
    else:
        click.echo(placements.as_text(result), nl=False)
    if reading is not None:
        inputs.finish(reading)


def _recorded_case(paths: tuple[str, ...]) -> dict[str, Any] | None:
    from seatrial.cluster.scheduler import case

    if len(paths) != 1 or not Path(paths[0]).is_file():
        return None
    try:
        return case.read(Path(paths[0]).read_bytes())
    except (OSError, ValueError) as error:
        inputs.fail(f"{paths[0]}: {error}; give a case as JSON, or manifests")


def _profile(file: str | None) -> Profile:
    """The first profile of a configuration; without one, the default plugins looking at every node."""
    from seatrial.cluster.scheduler import configuration
    from seatrial.cluster.scheduler.profile import EVERY_NODE

    if file is None:
        return EVERY_NODE
    documents = list(inputs.read((file,), plain_yaml=True).values())
    try:
        found = configuration.parse(documents[0] if documents else None)
    except configuration.ConfigurationError as error:
        inputs.fail(f"{file}: {error}")
    for part in found.unsupported:
        click.echo(f"seatrial: {file}: {part} is not modelled and has no effect", err=True)
    return found.profiles[0]
