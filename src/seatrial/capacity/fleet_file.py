"""The fleet as a file: `--fleet fleet.yaml`.

Either Node objects (`kubectl get nodes -o yaml` of a real cluster), or a description by machine shapes:

    apiVersion: seatrial.dev/v1alpha1
    kind: Cluster
    machines:
      - {shape: e2-standard-4, count: 3}
      - shape: n2-highmem-8
        count: 2
        zones: [zone-a]                       # default: round zone-a, zone-b, zone-c
        labels: {disktype: ssd}
        taints: [{key: dedicated, value: db, effect: NoSchedule}]
        spot: true                            # labelled (on AKS tainted) as the provider does
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial.capacity import shapes
from seatrial.capacity.errors import FleetError
from seatrial.capacity.fleet_spec import MOST_NODES
from seatrial.capacity.nodes import ZONES, node
from seatrial.manifests.resources import Resource
from seatrial.model import quantities
from seatrial.model.objects import Object, dig, evolve

API_VERSION = "seatrial.dev/v1alpha1"

_FIELDS: dict[str, type] = {
    "shape": str, "count": int, "zones": list, "labels": dict, "taints": list, "spot": bool, "namePrefix": str,
}  # fmt: skip
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_SERVER_SET = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink")
_HEALTHY = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}


def read_fleet_file(resources: Iterable[Resource]) -> list[Object]:
    """The nodes that a fleet file describes, in its order; what is neither Node nor Cluster in it is left aside.

    Raises:
        FleetError: where a description is wrong, two nodes have one name, or there is no node at all.
    """
    fleet: list[Object] = []
    last: Resource | None = None
    for resource in resources:
        last = resource
        if resource.object.get("apiVersion") == "v1" and resource.kind == "Node":
            fleet.append(_real_node(resource))
        elif resource.object.get("apiVersion") == API_VERSION and resource.kind == "Cluster":
            fleet.extend(_described(resource, len(fleet)))
    where = None if last is None else last.place
    if not fleet:
        raise FleetError(f"no Node and no Cluster ({API_VERSION}) in the fleet file; list machines or nodes", where)
    names: set[str] = set()
    for one in fleet:
        if one.name in names:
            raise FleetError(f"two nodes are called {one.name!r}; give each its own name", where)
        names.add(one.name)
    return fleet


def _real_node(resource: Resource) -> Object:
    """A node as a server printed it or as somebody wrote it: ready, with a host name, without the server's marks."""
    found = resource.object
    capacity = dig(found, "status", "capacity", default={})
    allocatable = dig(found, "status", "allocatable", default=capacity)
    if not allocatable:
        raise FleetError(
            f"node {found.name!r} has no status.allocatable; export nodes with `kubectl get nodes -o yaml`",
            resource.place,
        )
    for name, value in {**capacity, **allocatable}.items():
        try:
            quantities.parse(value)
        except ValueError as error:
            raise FleetError(f"node {found.name!r}: {name}: {value!r} is no quantity", resource.place) from error
    status = {**found.status, "capacity": capacity or allocatable, "allocatable": {"pods": "110", **allocatable}}
    status.setdefault("conditions", [_HEALTHY])
    labels = {"kubernetes.io/hostname": found.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return evolve(found, metadata={**dict.fromkeys(_SERVER_SET), "labels": {**labels, **found.labels}}, status=status)


def _described(resource: Resource, before: int) -> list[Object]:
    machines = resource.object.get("machines")
    if not isinstance(machines, list) or not machines:
        raise FleetError(
            "machines: list at least one machine, as in [{shape: e2-standard-4, count: 3}]", resource.place
        )
    fleet: list[Object] = []
    for index, machine in enumerate(machines):
        path = f"machines[{index}]"
        _check(machine, path, resource)
        try:
            shape = shapes.shape(machine["shape"])
        except shapes.UnknownShape as error:
            raise FleetError(f"{path}.shape: {error}", resource.place) from error
        zones = machine.get("zones") or ZONES
        prefix = machine.get("namePrefix") or "node"
        for _ in range(machine.get("count", 1)):
            number = before + len(fleet)
            fleet.append(
                node(
                    f"{prefix}-{number + 1}",
                    shape,
                    zones[number % len(zones)],
                    labels=machine.get("labels"),
                    taints=machine.get("taints") or (),
                    spot=machine.get("spot", False),
                )
            )
    return fleet


def _check(machine: Any, path: str, resource: Resource) -> None:
    if not isinstance(machine, dict) or "shape" not in machine:
        raise FleetError(f"{path}: name a shape, as in {{shape: e2-standard-4, count: 3}}", resource.place)
    for field, value in machine.items():
        wanted = _FIELDS.get(field)
        if wanted is None:
            raise FleetError(f"{path}.{field}: unknown field; known are {', '.join(_FIELDS)}", resource.place)
        if type(value) is not wanted:
            raise FleetError(f"{path}.{field}: {value!r} is not of type {wanted.__name__}", resource.place)
    if not 0 <= machine.get("count", 1) <= MOST_NODES:
        raise FleetError(f"{path}.count: {machine['count']} is not from 0 to {MOST_NODES:,}", resource.place)
    if not all(isinstance(zone, str) and zone for zone in machine.get("zones") or ()):
        raise FleetError(f"{path}.zones: {machine['zones']!r} is no list of zone names", resource.place)
    if not all(isinstance(value, str) for value in (machine.get("labels") or {}).values()):
        raise FleetError(f"{path}.labels: values are texts; quote numbers and booleans", resource.place)
    for taint in machine.get("taints") or ():
        if not isinstance(taint, dict) or not taint.get("key") or taint.get("effect") not in _EFFECTS:
            raise FleetError(f"{path}.taints: {taint!r} needs a key and one of {', '.join(_EFFECTS)}", resource.place)
