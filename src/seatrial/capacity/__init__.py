"""Machines and fleets: shapes of nodes, what is left of them for pods, how many of them workloads need."""

from seatrial.capacity.demand import Demand, demand_of
from seatrial.capacity.errors import FleetError
from seatrial.capacity.fleet import Fleet, smallest_fleet
from seatrial.capacity.fleet_file import read_fleet_file
from seatrial.capacity.fleet_spec import parse_fleet

__all__ = ["Demand", "Fleet", "FleetError", "demand_of", "parse_fleet", "read_fleet_file", "smallest_fleet"]
