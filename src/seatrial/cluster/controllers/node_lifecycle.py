"""The node lifecycle controller: notices silent nodes, marks them and their pods, taints them.

As pkg/controller/nodelifecycle/node_lifecycle_controller.go (Kubernetes 1.36). Deleting pods from tainted nodes is the
work of `taint_eviction`. Upstream looks at every node in every round; here a round leaves out the nodes at which a look
could change nothing: they were not written since the last, and their kubelet's heartbeats go on, or their silence
cannot have lasted for long enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.clock import Timer
from seatrial.cluster.controllers import conditions, node_taints
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.controllers.node_zones import Zones
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.objects import Object, evolve
from seatrial.model.pods import is_ready

SOURCE = "node-controller"
MONITOR_PERIOD = 5.0
"""Seconds between looks at all nodes (--node-monitor-period)."""
GRACE_PERIOD = 50.0
"""Seconds of silence after which a node is not ready (--node-monitor-grace-period)."""
TAINT_PERIOD = 0.1
"""Seconds between looks at the nodes that wait for a NoExecute taint (NodeEvictionPeriod)."""
LEASES = "kube-node-lease"
LEASE_PRECISION = 1e-5
"""Seconds by which the time in a Lease may differ from the kubelet's own."""
REMEMBERED = int(GRACE_PERIOD / MONITOR_PERIOD) + 2
"""Rounds that are remembered: the first of them is longer ago than the grace period."""
NEVER = float("inf")
WATCHED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
"""Conditions that become Unknown when a node is silent."""


class NodeLifecycleController(Controller):
    """Watches heartbeats; a queue key is a node's name and stands for its NoSchedule taints."""

    name = "node-lifecycle-controller"

    def start(self) -> None:
        """Watch nodes and begin to look at their heartbeats."""
        self._heard: dict[str, tuple[float, float]] = {}
        self._ready: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        """Nodes by the order of their creation."""
        self._joined = 0
        self._looks: dict[str, float] = {}
        """When to look next at the nodes that have to be looked at."""
        self._silent: set[str] = set()
        """Nodes that were known to be silent in the last round."""
        self._rounds: deque[float] = deque(maxlen=REMEMBERED)
        self._zones = Zones(self.clock)
        self._tick = 0.0
        """When it was looked for waiting nodes last; the next looks follow in steps of TAINT_PERIOD."""
        self._tainting: Timer | None = None
        self.store.watch("Node", self._on_node)
        for node in self.store.list("Node"):
            self._look_next_round(node)
            self.add(node.name)
        self.clock.after(self.cluster.chance.between(0.0, MONITOR_PERIOD), self._monitor)

    def _on_node(self, event: EventType, node: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._heard.pop(node.name, None)
            self._ready.pop(node.name, None)
            self._looks.pop(node.name, None)
            self._numbers.pop(node.name, None)
            self._zones.remove(node)
            return
        self._look_next_round(node)
        if event == "ADDED":
            text = f"Node {node.name} event: Registered Node {node.name} in Controller"
            self.clock.after(self.latency, self._tell, node, "RegisteredNode", text)
        if old is None or old.spec != node.spec or _statuses(old) != _statuses(node):
            self.add(node.name)

    def _tell(self, node: Object, reason: str, message: str) -> None:
        events.record(self.cluster, node, reason, message, source=SOURCE)

    def sync(self, key: str) -> None:
        """Bring a node's NoSchedule taints in line with its conditions (doNoScheduleTaintingPass)."""
        node = self.store.get("Node", "", key)
        if node is not None:
            wanted = node_taints.no_schedule(node)
            self._replace_taints(node, wanted, node_taints.NO_SCHEDULE_KEYS, "NoSchedule")

    def _monitor(self) -> None:
        """Look at all nodes at which there may be something to see (monitorNodeHealth)."""
        now = self.clock.now
        self.clock.after(MONITOR_PERIOD, self._monitor)
        self._rounds.append(now)
        self._notice_silence()
        due = [name for name, time in self._looks.items() if time <= now]
        for name in sorted(due, key=self._numbers.__getitem__):
            node = self.store.get("Node", "", name)
            if node is None:
                continue
            try:
                self._look_at(node)
            except errors.ApiError:
                continue  # the node changed or went meanwhile: the next look sees what it is then
            if self.store.get("Node", "", name) is node:
                self._set_next_look(node)
        self._handle_disruption()
        if self._tainting is not None:
            self._taint_later()
        elif self._zones.waiting():
            self._taint_waiting()

    def _handle_disruption(self) -> None:
        """Nobody is driven from nodes that are all silent; the first that is heard again starts time anew for all."""
        was = self._zones.all_down
        self._zones.update()
        if self._zones.all_down and not was:
            for node in self.store.list("Node"):
                self._zones.forget(node.name)
                self._replace_taints(node, [], node_taints.NO_EXECUTE_KEYS, "NoExecute")
        elif was and not self._zones.all_down:
            self._heard = {name: (last, self.clock.now) for name, (last, _) in self._heard.items()}

    def _look_next_round(self, node: Object) -> None:
        if node.name not in self._numbers:
            self._joined += 1
            self._numbers[node.name] = self._joined
        self._looks[node.name] = self.clock.now
        self._zones.see(node)

    def _notice_silence(self) -> None:
        """From this round on, look at the nodes whose kubelets have stopped telling that they live."""
        silent = set(self.cluster.kubelets.silent()) if hasattr(self.cluster, "kubelets") else set()
        for name in silent - self._silent:
            self._looks.setdefault(name, self.clock.now)
        self._silent = silent

    def _set_next_look(self, node: Object) -> None:
        """Look again when that may find something new at a node that is not written meanwhile."""
        name = node.name
        if not self._tells_its_heartbeats(node):
            self._looks[name] = self.clock.now
            return
        found = {c["type"]: c["status"] for c in node.status.get("conditions") or ()}
        if self.cluster.kubelets.beats(name) or all(found.get(kind) == "Unknown" for kind in WATCHED):
            del self._looks[name]
        else:
            self._looks[name] = self._heard[name][1] + GRACE_PERIOD

    def _look_at(self, node: Object) -> None:
        observed = _status_of(node, "Ready")
        silent = self._is_silent(node)
        if silent:
            node = self._mark_unknown(node)
        current = _status_of(node, "Ready")
        before = self._ready.get(node.name)
        self._ready[node.name] = current
        if current != "True" and (before in ("True", None) or observed == "True"):
            self._mark_pods(node)
        if observed == "True" and current != "True":
            self._tell(node, "NodeNotReady", f"Node {node.name} status is now: NodeNotReady")
        if current == "True":
            self._zones.forget(node.name)
            self._replace_taints(node, [], node_taints.NO_EXECUTE_KEYS, "NoExecute")
        elif not self._swapped(node, current):
            self._zones.add(node)

    def _is_silent(self, node: Object) -> bool:
        """Whether nothing was heard of the node for the grace period, counted from when it was noticed."""
        last = self._last_heartbeat(node)
        if last is None:
            return False
        value, noticed = self._heard.get(node.name, (NEVER, self.clock.now))
        if value == NEVER:
            self._heard[node.name] = (last, noticed)
        elif last > value:
            noticed = self._noticed(last)
            self._heard[node.name] = (last, noticed)
        return self.clock.now > noticed + GRACE_PERIOD

    def _noticed(self, heartbeat: float) -> float:
        """The round that was the first to see the heartbeat, whether or not it looked at the node."""
        return self._rounds[min(bisect_left(self._rounds, heartbeat), len(self._rounds) - 1)]

    def _tells_its_heartbeats(self, node: Object) -> bool:
        """Whether the node has a kubelet here that knows when it renewed its lease last; else only its lease tells."""
        if not hasattr(self.cluster, "kubelets"):
            return False
        told, last = self.cluster.kubelets.last_heartbeat(node.name), self._last_heartbeat(node)
        return told is not None and last is not None and last - told < LEASE_PRECISION

    def _last_heartbeat(self, node: Object) -> float | None:
        """When the node's lease was renewed last; None where nobody renews leases."""
        lease = self.store.get("Lease", LEASES, node.name)
        found = objects.seconds_of(lease.spec["renewTime"]) if lease is not None else None
        if hasattr(self.cluster, "kubelets"):
            told = self.cluster.kubelets.last_heartbeat(node.name)
            if told is not None:
                return told if found is None else max(told, found)
        return found

    def _mark_unknown(self, node: Object) -> Object:
        now = self.clock.timestamp()
        found = node.status.get("conditions")
        for kind in WATCHED:
            old = conditions.find(found, kind)
            if old is not None and old["status"] == "Unknown":
                continue
            reason, text = "NodeStatusUnknown", "Kubelet stopped posting node status."
            if old is None:
                reason, text = "NodeStatusNeverUpdated", "Kubelet never posted node status."
            heartbeat = (old or {}).get("lastHeartbeatTime") or node.metadata["creationTimestamp"]
            new = conditions.condition(now, kind, "Unknown", reason, text, lastHeartbeatTime=heartbeat)
            found = conditions.set_in_place(found, new)
        return self.api.update_status(node, {**node.status, "conditions": found})

    def _mark_pods(self, node: Object) -> None:
        """Nobody knows how the node's pods are: they are not ready (MarkPodsNotReady)."""
        for pod in self.store.by_index("Pod", "node", node.name):
            if not is_ready(pod):
                continue
            ready = conditions.find(pod.status["conditions"], "Ready") or {}
            changed = {**ready, "status": "False", "lastTransitionTime": self.clock.timestamp()}
            found = conditions.set_in_place(pod.status["conditions"], changed)
            self.api.update_status(pod, {**pod.status, "conditions": found})
            events.record(self.cluster, pod, "NodeNotReady", "Node is not ready", type="Warning", source=SOURCE)

    def _swapped(self, node: Object, ready: str) -> bool:
        """Where the node has the other NoExecute taint, exchange it at once; whether it has the right one now."""
        wanted, other = node_taints.no_execute(ready)
        keys = {t["key"] for t in node.spec.get("taints") or () if t.get("effect") == "NoExecute"}
        if other in keys:
            self._taint(node, ready)
            return True
        return wanted in keys

    def _taint_waiting(self) -> None:
        """Taint nodes that wait for it, as fast as their zone allows (doNoExecuteTaintingPass)."""
        self._tick = self.clock.now
        for name in self._zones.due():
            node = self.store.get("Node", "", name)
            if node is not None and (ready := _status_of(node, "Ready")) != "True":
                self._taint(node, ready)
        self._tainting = None
        if self._zones.waiting():
            self._taint_later()

    def _taint_later(self) -> None:
        """Look again at the first step at which there may be a token: the looks before would be in vain.

        Set anew in every round, since rates change and other zones' nodes begin to wait.
        """
        if self._tainting is not None:
            self._tainting.cancel()
        horizon = min(self._zones.next_turn(), self.clock.now + MONITOR_PERIOD)
        tick = self._tick
        while tick <= self.clock.now or tick < horizon:
            tick += TAINT_PERIOD
        self._tainting = self.clock.at(tick, self._taint_waiting)

    def _taint(self, node: Object, ready: str) -> None:
        taint = {"key": node_taints.no_execute(ready)[0], "effect": "NoExecute", "timeAdded": self.clock.timestamp()}
        self._replace_taints(node, [taint], node_taints.NO_EXECUTE_KEYS, "NoExecute")

    def _replace_taints(self, node: Object, wanted: list[dict[str, Any]], keys: frozenset[str], effect: str) -> None:
        """Make the node's taints of these keys and this effect those that are wanted; others stay."""
        present = list(node.spec.get("taints") or ())
        ours = [t for t in present if t["key"] in keys and t.get("effect") == effect]
        if {t["key"] for t in ours} == {t["key"] for t in wanted}:
            return
        kept = [t for t in present if t not in ours]
        have = {t["key"]: t for t in ours}
        taints = [*kept, *(have.get(t["key"], t) for t in wanted)]
        spec = {k: v for k, v in node.spec.items() if k != "taints"}
        self.api.update(evolve(self.api.present(node.key), spec={**spec, **({"taints": taints} if taints else {})}))


def _status_of(node: Object, kind: str) -> str:
    found = conditions.find(node.status.get("conditions"), kind)
    return str(found["status"]) if found is not None else "Unknown"


def _statuses(node: Object) -> list[tuple[str, str]]:
    return [(c["type"], c["status"]) for c in node.status.get("conditions") or ()]
