"""Machines and fleets: shapes of nodes, what is left of them for pods, how many of them workloads need."""

from seatrial.capacity.cluster_file import read_cluster_file
from seatrial.capacity.errors import FleetError
from seatrial.capacity.fleet_spec import parse_fleet

__all__ = ["FleetError", "parse_fleet", "read_cluster_file"]
