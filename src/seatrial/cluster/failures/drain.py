"""`kubectl drain`: cordon a node and evict its pods until it is empty (kubectl pkg/drain, Kubernetes 1.36).

As with `--ignore-daemonsets --delete-emptydir-data --force`. An eviction that a budget forbids is tried again after
5 s, for as long as the drain lasts; the node counts as drained when every evicted pod is gone.
"""

from __future__ import annotations

from collections.abc import Callable

from seatrial.cluster import errors, eviction
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Key, Object, controller_of, evolve

RETRY = 5.0
"""Seconds until an eviction that was refused is tried again."""
POLL = 1.0
"""Seconds between looks whether an evicted pod is gone."""
MIRROR = "kubernetes.io/config.mirror"

Done = Callable[["Drain"], None]
"""A bound method that is told when the drain has ended, one way or the other."""


class Drain:
    """One node's drain. `refused` maps each pod that could not be evicted to the last answer it got."""

    def __init__(self, cluster: Cluster, node: str, timeout: float, done: Done) -> None:
        self.cluster = cluster
        self.node = node
        self.refused: dict[Key, str] = {}
        self.finished = False
        self.timed_out = False
        self._deadline = cluster.clock.now + timeout
        self._done = done
        self._waiting: dict[Key, str] = {}
        """Pods that are to go, by key, with their uid."""

    def begin(self) -> None:
        """Cordon the node and ask for the eviction of every pod on it."""
        cordon(self.cluster, self.node, True)
        for pod in self.cluster.store.by_index("Pod", "node", self.node):
            if not stays(pod):
                self._waiting[pod.key] = pod.uid
        for key in list(self._waiting):
            self._evict(key)
        self._look()

    def _evict(self, key: Key) -> None:
        if self.finished or self._gone(key):
            return
        try:
            eviction.evict(self.cluster, key)
        except errors.NotFound:
            return
        except errors.ApiError as refusal:
            # kubectl gives up where the answer is not 429; people then run it again.
            self.refused[key] = refusal.message
            self.cluster.clock.after(RETRY, self._evict, key)
        else:
            self.refused.pop(key, None)

    def _look(self) -> None:
        if self.finished:
            return
        self._waiting = {key: uid for key, uid in self._waiting.items() if not self._gone(key)}
        self.timed_out = bool(self._waiting) and self.cluster.clock.now >= self._deadline
        if self._waiting and not self.timed_out:
            self.cluster.clock.after(POLL, self._look)
            return
        self.finished = True
        self.refused = {key: text for key, text in self.refused.items() if key in self._waiting}
        self._done(self)

    def _gone(self, key: Key) -> bool:
        pod = self.cluster.store.get(*key)
        return pod is None or pod.uid != self._waiting.get(key, pod.uid)


def stays(pod: Object) -> bool:
    """Whether a drain leaves the pod alone: DaemonSet and mirror pods."""
    owner = controller_of(pod)
    return (owner is not None and owner["kind"] == "DaemonSet") or MIRROR in pod.annotations


def cordon(cluster: Cluster, node: str, unschedulable: bool) -> None:
    """`kubectl cordon` and `uncordon`."""
    found = cluster.api.present(("Node", "", node))
    spec = {field: value for field, value in found.spec.items() if field != "unschedulable"}
    if unschedulable:
        spec["unschedulable"] = True
    cluster.api.update(evolve(found, spec=spec))
