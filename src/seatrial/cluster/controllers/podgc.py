"""Pod garbage collection: pods of nodes that are gone, ended pods that are too many (pkg/controller/podgc, 1.36)."""

from __future__ import annotations

from seatrial.cluster import errors, indexes
from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers.controller import Controller
from seatrial.model.objects import Object, evolve
from seatrial.model.pods import is_terminal

PERIOD = 20.0
"""Seconds between rounds (gcCheckPeriod)."""
QUARANTINE = 40.0
"""Seconds for which a node must have been gone before its pods go (quarantineTime)."""
ENDED = 12_500
"""Ended pods that stay (--terminated-pod-gc-threshold)."""
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


class PodGarbageCollector(Controller):
    """Deletes by force what no kubelet will ever delete."""

    name = "pod-garbage-collector-controller"

    def start(self) -> None:
        """Begin the rounds."""
        self._missing: dict[str, float] = {}
        self.store.add_index("Pod", "phase", by_end, indexes.phase)
        self.store.add_index("Node", "out-of-service", by_service, indexes.spec)
        self.clock.after(PERIOD, self._round)

    def sync(self, key: str) -> None:
        """Nothing is queued here: each round looks at the whole state."""

    def _round(self) -> None:
        self.clock.after(PERIOD, self._round)
        self._collect_ended()
        self._collect_orphans()

    def _collect_ended(self) -> None:
        ended = self.store.by_index("Pod", "phase", "ended")
        if len(ended) > ENDED:
            oldest = sorted(ended, key=lambda p: (p.metadata["creationTimestamp"], p.name))
            for pod in oldest[: len(ended) - ENDED]:
                self._delete(pod)

    def _collect_orphans(self) -> None:
        """Pods of nodes that have been gone for a while, and deleted ones that are on no node or one out of service."""
        suspects = {node.name for node in self.store.by_index("Node", "out-of-service", "yes")}
        occupied = set(self.store.index_values("Pod", "node"))
        gone = occupied - {node.name for node in self.store.list("Node")}
        for name in sorted(gone | (occupied & (suspects | self._missing.keys()))):
            node = self.store.get("Node", "", name)
            if name and node is None:
                since = self._missing.setdefault(name, self.clock.now)
                if self.clock.now - since >= QUARANTINE:
                    for pod in self.store.by_index("Pod", "node", name):
                        self._delete(self._failed(pod))
            elif not name or name in suspects:
                self._missing.pop(name, None)
                for pod in self.store.by_index("Pod", "node", name):
                    if pod.deleting:
                        self._delete(pod)
            else:
                self._missing.pop(name, None)

    def _failed(self, pod: Object) -> Object:
        """A pod whose node is gone has failed, if it had not ended."""
        if is_terminal(pod):
            return pod
        target = conditions.condition(
            self.clock.timestamp(), "DisruptionTarget", "True", "DeletionByPodGC", "PodGC: node no longer exists"
        )
        found = conditions.set_in_place(pod.status.get("conditions"), target)
        return self.api.update_status(
            evolve(pod, metadata={"resourceVersion": None}), {**pod.status, "phase": "Failed", "conditions": found}
        )

    def _delete(self, pod: Object) -> None:
        try:
            self.api.delete(pod.key, grace=0, uid=pod.uid)
        except errors.ApiError:
            return  # gone already, or another pod under the name


def by_end(pod: Object) -> list[str]:
    """Files ended pods under "ended"."""
    return ["ended"] if is_terminal(pod) else []


def by_service(node: Object) -> list[str]:
    """Files nodes that are out of service under "yes"."""
    return ["yes"] if any(t["key"] == OUT_OF_SERVICE for t in node.spec.get("taints") or ()) else []
