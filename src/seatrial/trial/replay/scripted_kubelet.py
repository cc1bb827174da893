"""Kubelets that do with pods what the pods' annotations say, as the recordings' fake kubelets did.

A bound pod runs at once and is ready after `sim/ready-after` seconds (2), never with `sim/never-ready`, unready again
`sim/unready-at` seconds later; with `sim/exit-after` its container ends that long after it was ready, with
`sim/exit-code` (0). A deleted pod is gone after `sim/terminate-after` seconds (1), at most its grace period. `sim/cpu`
is its use in millicores. Nodes renew their leases every 10 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers import conditions
from seatrial.cluster.metrics import PodMetrics
from seatrial.cluster.store import EventType
from seatrial.model import objects, selectors
from seatrial.model.objects import Key, Object, evolve
from seatrial.model.pods import is_ready, is_terminal

Bounds = tuple[float, float]
START: Bounds = (0.02, 0.3)
"""Seconds from a pod's binding until it runs: so nine of ten in the recordings, on a busy machine."""
DELAY: Bounds = (0.0, 0.08)
"""Seconds by which the fake kubelets were late with everything else."""
HEARTBEAT = 10.0
PUBLISH, WINDOW = 5.0, 15.0
"""Seconds between publications of what pods use, and over which they say it is."""
LEASES = "kube-node-lease"
Deed = Callable[[Object], None]
"""What a kubelet does with a pod when its time has come."""


class ScriptedKubelets:
    """The kubelets of all nodes of a scenario.

    `start` and `delay` bound by how many seconds they are late with starting pods and with everything else.
    """

    def __init__(self, cluster: Cluster, start: Bounds = START, delay: Bounds = DELAY) -> None:
        self._cluster = cluster
        self._clock = cluster.clock
        self._start = start
        self._delay = delay
        self._down: set[str] = set()
        self._missed: dict[str, list[tuple[Deed, Key, str]]] = {}
        """What became due on a node while it was down: its kubelet tells it when the node is back."""
        self._ready: set[str] = set()
        """Pods whose containers are ready, by uid, whatever the API server was told of them."""
        self._addresses = 0
        self._cpu: list[tuple[str, dict[str, str], int]] = []
        self._published: dict[str, PodMetrics] = {}

    def start(self) -> None:
        """Watch pods, and publish what they use."""
        self._cluster.store.watch("Pod", self._on_pod)
        self._cluster.metrics = self
        self._clock.after(self._cluster.chance.between(0.0, PUBLISH), self._publish)

    def register(self, node: Object) -> None:
        """Make a node, ready from the start, and keep its lease renewed."""
        now = self._clock.timestamp()
        ready = conditions.condition(now, "Ready", "True", "KubeletReady", "kubelet is posting ready status")
        fine = [
            conditions.condition(now, kind, "False", f"KubeletHas{kind}")
            for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")
        ]
        self._cluster.api.create(evolve(node, status={**node.status, "conditions": [*fine, ready]}))
        self._clock.after(self._cluster.chance.between(0.0, HEARTBEAT), self._beat, node.name)

    def take_down(self, node: str) -> None:
        """From now on the node says nothing."""
        self._down.add(node)

    def bring_up(self, node: str) -> None:
        """The node is back: it says so and how its pods are, whatever others said of them meanwhile."""
        self._down.discard(node)
        self._renew_lease(node)
        self._say_ready(node)
        for deed, key, uid in self._missed.pop(node, ()):
            self._do(deed, key, uid)
        for pod in self._cluster.store.by_index("Pod", "node", node):
            if pod.uid in self._ready and not is_ready(pod) and not is_terminal(pod):
                self._write(pod, pod.status, ready=True)

    def use_cpu(self, namespace: str, selector: dict[str, str], millicores: int) -> None:
        """Every pod of the namespace with these labels uses so much from now on, whatever its annotation says."""
        self._cpu.append((namespace, selector, millicores))

    def pod_metrics(self, pods: Iterable[Object]) -> Mapping[str, PodMetrics]:
        """The pods' use as it was published last."""
        return {p.name: self._published[p.uid] for p in pods if p.uid in self._published}

    def _publish(self) -> None:
        self._clock.after(PUBLISH, self._publish)
        self._published = {}
        for pod in self._cluster.store.list("Pod"):
            cpu = self._cpu_of(pod)
            if cpu is not None and pod.status.get("phase") == "Running" and pod.spec["nodeName"] not in self._down:
                containers = {pod.spec["containers"][0]["name"]: {"cpu": cpu}}
                self._published[pod.uid] = PodMetrics(self._clock.now, WINDOW, containers)

    def _cpu_of(self, pod: Object) -> int | None:
        """What the pod uses, in millicores; None where its script does not say."""
        for namespace, selector, millicores in reversed(self._cpu):
            if pod.namespace == namespace and selectors.matches({"matchLabels": selector}, pod.labels):
                return millicores
        given = pod.annotations.get("sim/cpu")
        return int(float(given)) if given else None

    def _beat(self, node: str) -> None:
        self._clock.after(HEARTBEAT, self._beat, node)
        if node not in self._down:
            self._renew_lease(node)

    def _renew_lease(self, node: str) -> None:
        renewed = {"holderIdentity": node, "leaseDurationSeconds": 40}
        renewed["renewTime"] = objects.micro_timestamp(self._clock.now)
        lease = self._cluster.store.get("Lease", LEASES, node)
        if lease is None:
            lease = Object(
                apiVersion="coordination.k8s.io/v1", kind="Lease", metadata={"name": node, "namespace": LEASES}
            )
            self._cluster.api.create(evolve(lease, spec=renewed))
        else:
            self._cluster.api.update(evolve(lease, spec=renewed))

    def _say_ready(self, name: str) -> None:
        node = self._cluster.store.get("Node", "", name)
        if node is None:
            return
        now = self._clock.timestamp()
        found = [c for c in node.status.get("conditions") or ()]
        for kind, status in (
            ("MemoryPressure", "False"), ("DiskPressure", "False"), ("PIDPressure", "False"), ("Ready", "True"),
        ):  # fmt: skip
            reason = "KubeletReady" if kind == "Ready" else f"KubeletHas{kind}"
            found = conditions.set_in_place(found, conditions.condition(now, kind, status, reason))
        self._cluster.api.update_status(node, {**node.status, "conditions": found})

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "DELETED":
            self._ready.discard(pod.uid)
        elif not pod.spec.get("nodeName"):
            return
        elif pod.deleting:
            if old is None or not old.deleting:
                wait = min(_number(pod, "sim/terminate-after", 1.0), float(pod.metadata["deletionGracePeriodSeconds"]))
                self._later(wait, self._take_away, pod)
        elif old is None or not old.spec.get("nodeName"):
            self._clock.after(self._cluster.chance.between(*self._start), self._do, self._run, pod.key, pod.uid)

    def _later(self, seconds: float, deed: Deed, pod: Object) -> None:
        self._clock.after(seconds + self._cluster.chance.between(*self._delay), self._do, deed, pod.key, pod.uid)

    def _do(self, deed: Deed, key: Key, uid: str) -> None:
        """Do something with a pod, where it is still that pod; where its node is down, once the node is back."""
        pod = self._cluster.store.get(*key)
        if pod is None or pod.uid != uid:
            return
        node = pod.spec["nodeName"]
        if node in self._down:
            self._missed.setdefault(node, []).append((deed, key, uid))
        else:
            deed(pod)

    def _run(self, pod: Object) -> None:
        if pod.deleting or pod.status.get("phase") != "Pending":
            return
        self._addresses += 1
        address = f"10.64.{self._addresses // 250}.{self._addresses % 250 + 1}"
        now = self._clock.timestamp()
        running = {"running": {"startedAt": now}}
        status = {
            **pod.status, "phase": "Running", "startTime": now, "podIP": address, "podIPs": [{"ip": address}],
            "containerStatuses": _container_statuses(pod, running),
        }  # fmt: skip
        self._write(pod, status, ready=False)
        if "sim/never-ready" not in pod.annotations:
            self._later(_number(pod, "sim/ready-after", 2.0), self._become_ready, pod)

    def _become_ready(self, pod: Object) -> None:
        if is_terminal(pod):
            return
        self._ready.add(pod.uid)
        self._write(pod, pod.status, ready=True)
        if "sim/unready-at" in pod.annotations:
            self._later(_number(pod, "sim/unready-at", 0.0), self._become_unready, pod)
        if "sim/exit-after" in pod.annotations:
            self._later(_number(pod, "sim/exit-after", 0.0), self._exit, pod)

    def _become_unready(self, pod: Object) -> None:
        self._ready.discard(pod.uid)
        if not is_terminal(pod):
            self._write(pod, pod.status, ready=False)

    def _exit(self, pod: Object) -> None:
        self._ready.discard(pod.uid)
        code = int(_number(pod, "sim/exit-code", 0.0))
        ended = {
            "exitCode": code, "reason": "Error" if code else "Completed", "finishedAt": self._clock.timestamp(),
        }  # fmt: skip
        status = {
            **pod.status, "phase": "Failed" if code else "Succeeded",
            "containerStatuses": _container_statuses(pod, {"terminated": ended}),
        }  # fmt: skip
        self._write(pod, status, ready=False)

    def _take_away(self, pod: Object) -> None:
        try:
            self._cluster.api.delete(pod.key, grace=0, uid=pod.uid)
        except errors.ApiError:
            return  # somebody else took it away or made a new one

    def _write(self, pod: Object, status: dict[str, Any], *, ready: bool) -> None:
        now = self._clock.timestamp()
        found = status.get("conditions")
        for kind in ("ContainersReady", "Ready"):
            found = conditions.set_in_place(found, conditions.condition(now, kind, "True" if ready else "False"))
        statuses = [{**c, "ready": ready} for c in status.get("containerStatuses") or ()]
        self._cluster.api.update_status(pod, {**status, "conditions": found, "containerStatuses": statuses})


def _container_statuses(pod: Object, state: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": c["name"], "image": c.get("image", ""), "restartCount": 0, "ready": False, "state": state}
        for c in pod.spec["containers"]
    ]


def _number(pod: Object, annotation: str, otherwise: float) -> float:
    return float(pod.annotations.get(annotation, otherwise))
