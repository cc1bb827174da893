"""The fleet in one word on the command line: `--nodes 3xe2-standard-4,1xn2-highmem-8@zone-b`."""

from __future__ import annotations

import re

from seatrial.capacity import shapes
from seatrial.capacity.errors import FleetError
from seatrial.capacity.nodes import ZONES, node
from seatrial.capacity.shapes import Shape
from seatrial.model.objects import Object

MOST_NODES = 15_000
"""As many as one Kubernetes cluster is ever run with (GKE); more is a slip of the finger."""

_GROUP = re.compile(r"(?:(?P<count>\d+)x)?(?P<shape>[A-Za-z0-9_.-]+)(?:@(?P<zone>[a-z0-9]([a-z0-9.-]*[a-z0-9])?))?")


def parse_fleet(text: str) -> list[Object]:
    """Nodes for a list of `COUNTxSHAPE@ZONE`; nodes without a zone go round zone-a, zone-b and zone-c.

    Raises:
        FleetError: where a group cannot be read, a shape is unknown, or there are too many nodes.
    """
    groups = [_group(part.strip()) for part in text.split(",")]
    total = sum(count for count, _, _ in groups)
    if not 0 < total <= MOST_NODES:
        raise FleetError(f"{text!r} makes {total:,} nodes; give from 1 to {MOST_NODES:,}")
    fleet: list[Object] = []
    for count, shape, zone in groups:
        for _ in range(count):
            number = len(fleet)
            fleet.append(node(f"node-{number + 1}", shape, zone or ZONES[number % len(ZONES)]))
    return fleet


def _group(part: str) -> tuple[int, Shape, str]:
    match = _GROUP.fullmatch(part)
    if match is None:
        raise FleetError(f"cannot read {part!r} as nodes; write COUNTxSHAPE or COUNTxSHAPE@ZONE, as in 3xe2-standard-4")
    try:
        shape = shapes.shape(match["shape"])
    except shapes.UnknownShape as error:
        raise FleetError(str(error)) from error
    return int(match["count"] or 1), shape, match["zone"] or ""
