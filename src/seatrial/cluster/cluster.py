"""The virtual cluster: everything that a real one runs, wired to one clock, one store and one generator.

    cluster = Cluster(nodes, seed=0)
    cluster.apply(manifests)
    cluster.settle()
    copy = cluster.fork()

A fork goes its own way from the same state: timers, queues and the generator are copied, objects are shared.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

from seatrial.cluster.api_server import ApiServer
from seatrial.cluster.chance import Chance
from seatrial.cluster.clock import Clock
from seatrial.cluster.events import Recorder
from seatrial.cluster.store import Store
from seatrial.model.objects import Object


class Cluster:
    """One virtual cluster."""

    def __init__(self, *, seed: int = 0) -> None:
        self.clock = Clock()
        self.store = Store()
        self.chance = Chance(seed)
        self.api = ApiServer(self.clock, self.store, self.chance)
        self.events = Recorder(self.clock, self.api)

    def apply(self, objects: Iterable[Object]) -> None:
        """Create objects that are new and update the others, in the order given (kubectl apply)."""
        for obj in objects:
            if self.store.get(*obj.key) is None:
                self.api.create(obj)
            else:
                self.api.update(obj)

    def run(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass."""
        self.clock.run(self.clock.now + seconds)

    def fork(self) -> Cluster:
        """An independent copy of the cluster as it is now."""
        return copy.deepcopy(self)
