"""Which nodes a command runs on: those that the user names, else the smallest sensible fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seatrial.cli import inputs

if TYPE_CHECKING:
    from seatrial.delivery.live_cluster import LiveCluster
    from seatrial.manifests.inventory import Inventory
    from seatrial.model.objects import Object

F = TypeVar("F", bound=Callable[..., Any])


def fleet_options(command: F) -> F:
    """`--nodes` and `--fleet`."""
    command = click.option(
        "--fleet", "fleet_file", metavar="FILE", help="Node objects or machine shapes; see docs/clusters.md."
    )(command)
    return click.option("--nodes", metavar="FLEET", help="Nodes, as in 3xe2-standard-4,1xn2-highmem-8@zone-b.")(command)


def nodes_for(
    inventory: Inventory, nodes: str | None, description: str | None, cluster: LiveCluster | None = None
) -> tuple[list[Object], str]:
    """The nodes and a sentence about them: those asked for, else the live cluster's, else the smallest sensible fleet.

    Wrong descriptions end the program with one line.
    """
    from seatrial.capacity import fleet_file, fleet_spec
    from seatrial.capacity.demand import demand_of
    from seatrial.capacity.errors import FleetError
    from seatrial.capacity.fleet import smallest_fleet

    if nodes and description:
        inputs.fail("--nodes and --fleet: give one of them")
    try:
        if nodes:
            return fleet_spec.parse_fleet(nodes), f"nodes: {nodes}, as asked for"
        if description:
            found = fleet_file.read_fleet_file(inputs.read((description,)).inventory)
            return found, f"nodes: {len(found)}, from {description}"
        live = cluster.nodes() if cluster is not None else []
        if cluster is not None:
            inputs.tell(cluster.notices())
        if live:
            return fleet_file.read_fleet_file(live), f"nodes: {len(live)}, those of {cluster}"
        demand = demand_of(inventory)
        fleet = smallest_fleet(demand.pods, demand.daemons)
    except FleetError as error:
        inputs.fail(str(error))
    return fleet.nodes, fleet.description
