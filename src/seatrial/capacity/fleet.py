"""The fleet where nobody names one: the smallest sensible one that holds everything with one node to spare.

Sensible after *Cloud Native DevOps with Kubernetes*, chapter 5: a node has room for at least five typical pods; there
are at least three nodes in three zones, so that losing one is no disaster; and nobody wants forty small machines where
ten larger ones do. The fleet carries only labels that every node has: a pod that asks for `disktype: ssd` stays pending,
as it would on such nodes, and the trial says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.capacity import shapes
from seatrial.capacity.nodes import ZONES, node
from seatrial.capacity.shapes import Shape
from seatrial.model import pods as pod_model
from seatrial.model.objects import Object
from seatrial.model.pods import Resources

CANDIDATES = ("e2-standard-2", "e2-standard-4", "e2-standard-8", "e2-standard-16", "e2-standard-32")
"""General-purpose machines, smallest first."""
FEWEST_NODES = 3
TYPICAL_PODS = 5
"""Typical pods that a node must have room for."""
MANY_NODES = 10
"""With more nodes than that, a larger machine is the sensible choice while there is one."""
UNREQUESTED: Resources = {"cpu": 100, "memory": 200 * 2**20}
"""What a pod without requests counts with (kube-scheduler's DefaultMilliCPURequest, DefaultMemoryRequest, 1.36)."""
RESOURCES = ("cpu", "memory", "pods")
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Fleet:
    """Nodes, and the sentence that says which they are and why."""

    nodes: list[Object]
    description: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """So many machines of one shape hold so many pods."""

    shape: Shape
    needed: int
    free: Resources
    held: int


def smallest_fleet(pods: Sequence[Object], daemons: Sequence[Object] = ()) -> Fleet:
    """The smallest sensible fleet for `pods`, with a pod of each of `daemons` on every node.

    Pods that no candidate machine is large enough for are left out of the sum: they stay pending whatever the fleet.
    """
    wants = [_want(pod) for pod in pods]
    options = [_plan(shapes.shape(name), wants, daemons) for name in CANDIDATES]
    best = max(plan.held for plan in options)
    typical = _typical(wants)
    sensible = [
        plan
        for plan in options
        if plan.held == best and plan.needed < MANY_NODES and _times(typical, plan.free) >= TYPICAL_PODS
    ]
    plan = sensible[0] if sensible else options[-1]
    count = max(FEWEST_NODES, plan.needed + 1)
    nodes = [node(f"node-{i + 1}", plan.shape, ZONES[i % len(ZONES)]) for i in range(count)]
    return Fleet(nodes, _description(plan, count, len(pods)))


def _plan(shape: Shape, wants: Sequence[Resources], daemons: Sequence[Object]) -> _Plan:
    free = shape.allocatable()
    for daemon in daemons:
        want = _want(daemon)
        free = {name: max(0, free[name] - want[name]) for name in RESOURCES}
    held = [want for want in wants if all(want[name] <= free[name] for name in RESOURCES)]
    total = {name: sum(want[name] for want in held) for name in RESOURCES}
    needed = max((-(-total[name] // free[name]) for name in RESOURCES if free[name]), default=0)
    return _Plan(shape, needed, free, len(held))


def _want(pod: Object) -> Resources:
    asked = pod_model.requests(pod.spec)
    return {name: asked.get(name, UNREQUESTED[name]) for name in ("cpu", "memory")} | {"pods": 1}


def _typical(wants: Sequence[Resources]) -> Resources:
    """The median pod, resource by resource."""
    if not wants:
        return {**UNREQUESTED, "pods": 1}
    return {name: sorted(want[name] for want in wants)[len(wants) // 2] for name in RESOURCES}


def _times(want: Resources, free: Resources) -> int:
    return min(free[name] // want[name] for name in RESOURCES if want[name])


def _description(plan: _Plan, count: int, pods: int) -> str:
    shape = plan.shape
    machines = f"{count} × {shape.name} ({shape.cpus} vCPU, {shape.memory / GIB:g} GiB) in {', '.join(ZONES)}"
    spare = "one is to spare" if plan.needed + 1 >= FEWEST_NODES else "three make it a cluster of three zones"
    text = f"no nodes were given: {machines}; {max(1, plan.needed)} can hold the {plan.held} pods, {spare}"
    if plan.held < pods:
        text += f"; {pods - plan.held} ask for more than any machine up to {CANDIDATES[-1]} has"
    return text
