"""Machines and fleets: shapes of nodes, what is left of them for pods, how many of them workloads need."""

from seatrial.capacity.cluster_file import read_cluster_file
from seatrial.capacity.demand import Demand, demand_of
from seatrial.capacity.errors import FleetError
from seatrial.capacity.fleet import Fleet, smallest_fleet
from seatrial.capacity.fleet_spec import parse_fleet

__all__ = ["Demand", "Fleet", "FleetError", "demand_of", "parse_fleet", "read_cluster_file", "smallest_fleet"]
