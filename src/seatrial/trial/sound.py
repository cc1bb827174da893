"""What of an inventory goes on the trial: all that the API server would take, each object once."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.checks import validity
from seatrial.findings.finding import Finding
from seatrial.findings.wording import counted
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource

SHOWN = 3


def sound(inventory: Inventory, refused: Iterable[Finding]) -> tuple[Inventory, list[str]]:
    """The inventory without refused objects, and sentences about what was left out.

    Of an object that is given more than once the last one counts, as for `kubectl apply`.
    """
    kept: dict[tuple[str, str, str], Resource] = {}
    repeated: dict[tuple[str, str, str], None] = {}
    taken = validity.sound(inventory, refused)
    for resource in taken:
        name = resource.name or resource.object.metadata.get("generateName", "")
        if not name:
            continue
        if resource.name and resource.key in kept:
            repeated[resource.key] = None
            del kept[resource.key]
        kept[resource.key if resource.name else (resource.kind, str(resource.place), name)] = resource
    said = []
    if repeated:
        names = ", ".join(f"{kind}/{name}" for kind, _, name in list(repeated)[:SHOWN])
        more = f" and {len(repeated) - SHOWN} more" if len(repeated) > SHOWN else ""
        said.append(f"given more than once, the last one counts: {names}{more}")
    if len(taken) < len(inventory):
        left = counted(len(inventory) - len(taken), "object")
        said.append(f"left out of the trial because the API server would not take them: {left}")
    return Inventory(kept.values(), texts=inventory.texts), said
