"""The fleet where nobody names one: the smallest sensible one that holds everything with one node to spare.

Sensible after *Cloud Native DevOps with Kubernetes*, chapter 5: a node has room for at least five typical pods; there
are at least three nodes in three zones, so that losing one is no disaster; and nobody wants forty small machines where
ten larger ones do. The fleet carries only labels that every node has: a pod that asks for `disktype: ssd` stays
pending, as it would on such nodes, and the trial says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.capacity import shapes
from seatrial.capacity.holding import Held, nodes_needed
from seatrial.capacity.nodes import ZONES, fleet_of
from seatrial.capacity.shapes import Shape
from seatrial.model import pods as pod_model
from seatrial.model.objects import Object, controller_of
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
NAMED = 3
"""Workloads that the description names before it only counts."""
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Fleet:
    """Nodes, and the sentence that says which they are and why."""

    nodes: list[Object]
    description: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """By the sums, `least` machines of a shape hold the `fitting` pods that one is large enough for."""

    shape: Shape
    free: Resources
    fitting: list[Resources]
    least: int


def smallest_fleet(pods: Sequence[Object], daemons: Sequence[Object] = ()) -> Fleet:
    """The smallest sensible fleet for `pods`, with a pod of each of `daemons` on every node that it selects.

    Pods that no such fleet can hold, however many nodes it has, do not enlarge it; the description names them.
    """
    wants = [_want(pod) for pod in pods]
    plan = _sensible([_plan(shapes.shape(name), wants, daemons) for name in CANDIDATES])
    held = nodes_needed(plan.shape, pods, daemons, plan.least)
    nodes = fleet_of(plan.shape, max(FEWEST_NODES, held.nodes + 1))
    return Fleet(nodes, _description(plan.shape, len(nodes), held, len(pods)))


def _sensible(plans: Sequence[_Plan]) -> _Plan:
    """The smallest machine that holds whatever the largest does, with few nodes, and several typical pods on each."""
    most = plans[-1].fitting
    typical = _typical(most)
    for plan in plans:
        if len(plan.fitting) == len(most) and plan.least < MANY_NODES and _times(typical, plan.free) >= TYPICAL_PODS:
            return plan
    return plans[-1]


def _plan(shape: Shape, wants: Sequence[Resources], daemons: Sequence[Object]) -> _Plan:
    free = shape.allocatable()
    for daemon in daemons:
        want = _want(daemon)
        free = {name: max(0, free[name] - want[name]) for name in RESOURCES}
    fitting = [want for want in wants if all(want[name] <= free[name] for name in RESOURCES)]
    total = {name: sum(want[name] for want in fitting) for name in RESOURCES}
    least = max((-(-total[name] // free[name]) for name in RESOURCES if free[name]), default=0)
    return _Plan(shape, free, fitting, least)


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


def _description(shape: Shape, count: int, held: Held, pods: int) -> str:
    machines = f"{count} × {shape.name} ({shape.cpus} vCPU, {shape.memory / GIB:g} GiB) in {', '.join(ZONES)}"
    spare = "one is to spare" if held.nodes + 1 == count else "three give each zone one"
    text = f"no nodes were given: {machines}; {held.nodes} can hold the {pods - len(held.pending)} pods, {spare}"
    if held.pending:
        names = sorted({f"{pod.namespace}/{(controller_of(pod) or pod.metadata)['name']}" for pod in held.pending})
        shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        text += f"; no number of nodes would hold {len(held.pending)} more ({shown})"
    return text
