"""The virtual cluster: everything that a real one runs, wired to one clock, one store and one generator.

    cluster = Cluster(seed=0)
    cluster.kubelets = Kubelets(cluster, runtime)
    cluster.start()
    cluster.apply([*nodes, *manifests])
    cluster.run(60.0)
    copy = cluster.fork()

A fork goes its own way from the same state: timers, queues and the generator are copied, objects are shared.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING

from seatrial.cluster.admission import AdmissionChain
from seatrial.cluster.api_server import ApiServer
from seatrial.cluster.chance import Chance
from seatrial.cluster.clock import Clock
from seatrial.cluster.custom_resources import CustomResources
from seatrial.cluster.events import Recorder
from seatrial.cluster.service_addresses import ServiceAddresses
from seatrial.cluster.store import Store
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.controllers.controller import Controller
    from seatrial.cluster.kubelet.kubelet import Kubelets
    from seatrial.cluster.metrics import MetricsSource
    from seatrial.cluster.scheduler.scheduler import Scheduler


class Cluster:
    """One virtual cluster. Whoever makes it gives it `kubelets`, since these need to know what is in the images."""

    kubelets: Kubelets
    scheduler: Scheduler

    def __init__(self, *, seed: int = 0) -> None:
        self.clock = Clock()
        self.store = Store()
        self.chance = Chance(seed)
        self.api = ApiServer(self.clock, self.store, self.chance)
        self.api.admission.append(CustomResources(self.store).admit)
        self.api.admission.append(AdmissionChain(self.api).admit)
        self.api.admission.append(ServiceAddresses(self.store).admit)
        self.events = Recorder(self.clock, self.api)
        self.metrics: MetricsSource | None = None
        """The metrics API; None: there is none, as where no metrics server runs."""
        self.controllers: list[Controller] = []

    def start(self) -> None:
        """Start the control plane, then the kubelets where there are any."""
        from seatrial.cluster.controller_manager import ALL
        from seatrial.cluster.scheduler.scheduler import Scheduler

        self.controllers = [controller(self) for controller in ALL]
        for controller in self.controllers:
            controller.start()
        self.scheduler = Scheduler(self)
        self.scheduler.start()
        if hasattr(self, "kubelets"):
            self.kubelets.start()

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
