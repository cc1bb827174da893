"""`seatrial why-pending`: what each node's plugins say about a pod, and what would have to change."""

from __future__ import annotations

import click

from seatrial.cli import fleets, inputs


@click.command()
@click.argument("pod", metavar="POD")
@inputs.paths_argument
@fleets.fleet_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Tables or data."
)
@inputs.input_errors_exit_2
def command(pod: str, paths: tuple[str, ...], nodes: str | None, fleet_file: str | None, output: str) -> None:
    """Say for each node which plugin refuses POD, and what would have to change; for a placed pod, the scores.

    POD is the name of a pod or of a workload, with its namespace before it where that is needed (shop/cart).

    \b
    Example:
      seatrial why-pending cart k8s/ --nodes 1xe2-medium
    """
    import orjson

    from seatrial.cluster.scheduler import explanation, manifest_pods
    from seatrial.report import placements

    reading = inputs.read(paths)
    fleet, description = fleets.nodes_for(reading.inventory, nodes, fleet_file)
    click.echo(f"seatrial: {description}", err=True)
    store = manifest_pods.made_from(fleet, [resource.object for resource in reading.inventory])
    found = explanation.explain(store, store.list("Node"), store.list("Pod"), pod)
    if not found:
        inputs.fail(f"{pod}: no pod and no workload has that name; give it as NAMESPACE/NAME")
    if output == "json":
        click.echo(orjson.dumps({"pods": found}))
    else:
        click.echo(placements.explained(found), nl=False)
    inputs.finish(reading)
