"""Places pods one after the other on a fixed set of nodes: what a replay, a notebook and bin packing share."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.apis import defaults
from seatrial.cluster.scheduler import volume_binding
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.priority import prioritised
from seatrial.cluster.scheduler.profile import EVERY_NODE, Profile
from seatrial.cluster.scheduler.schedule_one import Cycle
from seatrial.cluster.scheduler.snapshot import Snapshot
from seatrial.cluster.store import Store
from seatrial.model.objects import Object


class Placing:
    """Nodes that fill up; what pods refer to is found in `store`."""

    def __init__(self, store: Store, nodes: Iterable[Object], profile: Profile = EVERY_NODE) -> None:
        self.store = store
        self.profile = profile
        self.snapshot = Snapshot(store)
        for node in nodes:
            self.snapshot.set_node(node)
        self.cycle = Cycle(self.snapshot, profile)

    def place(self, pod: Object, node: str) -> None:
        """Put a pod on a node without asking anybody."""
        self.snapshot.set_pod(pod, node)

    def decide(self, pod: Object) -> str | None:
        """Put a pod on the best node and give its name, None where it fits nowhere."""
        info = self.snapshot.info(pod)
        slot = self.cycle.choose(info)
        if slot is None:
            return None
        self.reserve(pod, info, slot)
        return self.snapshot.nodes[slot].name

    def reserve(self, pod: Object, info: PodInfo, slot: int) -> None:
        """Assume the pod and its claims on a node."""
        if info.needs_claims:
            volume_binding.reserve(info, self.snapshot, slot)
        self.snapshot.set_pod(pod, self.snapshot.nodes[slot].name, info)


def schedule(
    nodes: Iterable[Object], pods: Iterable[Object], others: Iterable[Object] = (), profile: Profile = EVERY_NODE
) -> dict[str, str | None]:
    """Where the scheduler puts pods, taken in the order given: `namespace/name` to node, None where a pod fits nowhere.

    `others` are objects that pods refer to: claims, volumes, Services, owners, PriorityClasses, Namespaces. Pods that
    name a node are there from the start.

        from seatrial.cluster.scheduler import schedule
        placements = schedule(nodes, pods)
    """
    store = Store()
    for obj in others:
        store.put(defaults.apply(Object(obj)))
    placing = Placing(store, (defaults.apply(Object(node)) for node in nodes), profile)
    ready = [prioritised(defaults.apply(Object(pod)), store) for pod in pods]
    for pod in ready:
        if pod.spec.get("nodeName"):
            placing.place(pod, pod.spec["nodeName"])
    return {f"{pod.namespace}/{pod.name}": pod.spec.get("nodeName") or placing.decide(pod) for pod in ready}
