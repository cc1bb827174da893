"""A real cluster as its watches show it, in the shape of a virtual one, so that made-up kubelets can work on it."""

from __future__ import annotations

import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from seatrial.cluster.api_server import ApiServer, Propagation
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import EPOCH, Key, Object, evolve
from tools.recording.client import Client, Refused

WATCHED = (
    "Pod", "Event", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "EndpointSlice",
    "PodDisruptionBudget", "HorizontalPodAutoscaler",
)  # fmt: skip
"""Each of these kinds is a watch of its own."""
UNWATCHED = frozenset({"Node", "Lease"})
"""What only the made-up kubelets write."""
WRITERS = 16
"""Requests of made-up kubelets at a time; those for one object keep their order."""
LONGEST_LOOK = 0.5
"""Seconds until the clock is looked at again while nothing comes in and nothing is due."""


class KubeletWrites(ApiServer):
    """The writes of the made-up kubelets; what they lead to comes back through the watches."""

    def __init__(self, cluster: Cluster, client: Client) -> None:
        super().__init__(cluster.clock, cluster.store, cluster.chance)
        self._client = client
        self._writers = [ThreadPoolExecutor(1) for _ in range(WRITERS)]
        self.took: list[tuple[float, float]] = []
        """When each write was asked for, and how many seconds it took."""

    def create(self, obj: Object) -> Object:
        """Create the object, and its status with it; one that is there already is written over."""
        return self._later(obj, self._create, obj)

    def update(self, obj: Object) -> Object:
        """Write the spec."""
        path = self._client.path(obj.kind, obj.namespace, obj.name)
        return self._later(obj, self._client.patch, path, {"spec": obj.spec}, "merge")

    def update_status(self, obj: Object, status: dict[str, Any]) -> Object:
        """Write what is new in the status."""
        path = self._client.path(obj.kind, obj.namespace, obj.name, "status")
        new = {k: v for k, v in status.items() if obj.kind in UNWATCHED or obj.status.get(k) != v}
        return self._later(evolve(obj, status=status), self._client.patch, path, {"status": new})

    def delete(
        self, key: Key, *, grace: int | None = None, propagation: Propagation = "Background", uid: str | None = None
    ) -> Object | None:
        """Delete the object; a pod with `grace` 0 is gone."""
        obj = self.present(key)
        options = {"gracePeriodSeconds": grace, "propagationPolicy": propagation, "preconditions": {"uid": uid}}
        self._later(obj, self._client.request, "DELETE", self._client.path(*key), options)
        return obj

    def _create(self, obj: Object) -> None:
        given = {k: v for k, v in obj.items() if k != "status"}
        path = self._client.path(obj.kind, obj.namespace)
        try:
            self._client.request("POST", path, given)
        except Refused as refusal:
            if refusal.code != 409:
                raise
            self._client.patch(f"{path}/{obj.name}", given, "merge")
        if obj.get("status"):
            self._client.patch(f"{path}/{obj.name}/status", {"status": obj["status"]})

    def _later(self, obj: Object, deed: Any, *args: Any) -> Object:
        """Have it written, in turn with the object's other writes; what is not watched is remembered at once."""
        self._writers[hash(obj.key) % WRITERS].submit(self._quietly, time.monotonic(), deed, *args)
        return self.store.put(obj) if obj.kind in UNWATCHED else obj

    def _quietly(self, asked: float, deed: Any, *args: Any) -> None:
        try:
            deed(*args)
        except Refused as refusal:
            if refusal.code not in (404, 409):  # somebody else took it away, or made a new one
                print(f"a kubelet's write: {refusal}", file=sys.stderr)
        self.took.append((asked, time.monotonic() - asked))

    def finish(self) -> None:
        """Wait for what is being written."""
        for writer in self._writers:
            writer.shutdown()


class Mirror(Cluster):
    """A real cluster as its watches show it, with a clock that shows the time of day."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.clock.now = time_of_day()
        self.writes = KubeletWrites(self, client)
        self.api = self.writes
        self.namespaces: set[str] = set()
        """What happens elsewhere is left unseen."""
        self.late: list[tuple[float, float]] = []
        """When something was done that was due, and how many seconds too late."""
        self._client = client
        self._incoming: queue.Queue[tuple[str, Object]] = queue.Queue()

    def follow(self) -> None:
        """Watch all kinds that are watched, from now on."""
        for kind in WATCHED:
            threading.Thread(target=self._read, args=(kind,), daemon=True).start()

    def _read(self, kind: str) -> None:
        for event in self._client.watch(kind):
            self._incoming.put(event)

    def step(self) -> None:
        """Do what is due, then wait for the next event or the next thing that is due."""
        now = time_of_day()
        due = self.clock.peek()
        if due < now:
            self.late.append((time.monotonic(), now - due))
        self.clock.run(now)
        wait = min(self.clock.peek() - time_of_day(), LONGEST_LOOK)
        try:
            event = self._incoming.get(timeout=max(wait, 0.0)) if wait > 0 else self._incoming.get_nowait()
        except queue.Empty:
            return
        self.clock.run(time_of_day())
        self.note(*event)

    def note(self, event: str, obj: Object) -> None:
        """Take over what a watch says of an object."""
        if obj.namespace not in self.namespaces:
            return
        if event == "DELETED":
            if self.store.get(*obj.key) is not None:
                self.store.remove(obj.key)
        elif event in ("ADDED", "MODIFIED"):
            self.store.put(obj)


def time_of_day() -> float:
    """The time of day in seconds since virtual time began."""
    return time.time() - EPOCH.timestamp()
