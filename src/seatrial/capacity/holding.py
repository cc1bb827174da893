"""How many machines of one shape hold a set of pods: what the scheduler can place, not what the sums allow.

Anti-affinity, spreading and host ports need nodes that arithmetic does not see, so the virtual scheduler is asked.
Claims of volumes are left out: they are provisioned where their pod goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seatrial.capacity.nodes import fleet_of
from seatrial.capacity.shapes import Shape
from seatrial.cluster.controllers import node_fit
from seatrial.cluster.scheduler import schedule
from seatrial.model.objects import Object, dig, evolve

PATIENCE = 2
"""So many enlargements in a row that place no further pod show that more nodes are no help."""


@dataclass(frozen=True, slots=True)
class Held:
    """`nodes` machines hold all pods but the `pending` ones, which no number of them would hold."""

    nodes: int
    pending: tuple[Object, ...]


def nodes_needed(shape: Shape, pods: Sequence[Object], daemons: Sequence[Object], least: int) -> Held:
    """The fewest nodes, from `least` on, that hold as many of the pods as any number does."""
    ordered = [_without_claims(pod) for pod in sorted(pods, key=_follows_others)]
    count = max(1, least)
    best = Held(count, _pending(shape, count, ordered, daemons))
    in_vain = 0
    while best.pending and in_vain < PATIENCE:
        count += max(1, count * len(best.pending) // len(pods))
        pending = _pending(shape, count, ordered, daemons)
        if len(pending) < len(best.pending):
            best, in_vain = Held(count, pending), 0
        else:
            in_vain += 1
    return best


def _pending(shape: Shape, count: int, pods: Sequence[Object], daemons: Sequence[Object]) -> tuple[Object, ...]:
    nodes = fleet_of(shape, count)
    placed = schedule(nodes, [*_daemon_pods(nodes, daemons), *pods])
    return tuple(pod for pod in pods if placed[f"{pod.namespace}/{pod.name}"] is None)


def _daemon_pods(nodes: Iterable[Object], daemons: Sequence[Object]) -> list[Object]:
    return [
        evolve(daemon, metadata={"name": f"{daemon.name}-{node.name}"}, spec={**daemon.spec, "nodeName": node.name})
        for node in nodes
        for daemon in daemons
        if node_fit.matches_affinity(daemon.spec, node)
    ]


def _follows_others(pod: Object) -> bool:
    """Whether a pod wants to be near others, so that they have to be there first."""
    return bool(dig(pod, "spec", "affinity", "podAffinity", node_fit.REQUIRED))


def _without_claims(pod: Object) -> Object:
    volumes = [
        v for v in pod.spec.get("volumes") or () if not v.get("persistentVolumeClaim") and not v.get("ephemeral")
    ]
    return evolve(pod, spec={**pod.spec, "volumes": volumes}) if pod.spec.get("volumes") else pod
