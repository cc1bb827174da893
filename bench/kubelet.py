"""What pods cost their kubelets, over their number: to start, to rest for an hour, to be forked and to be ended.

Pods are bound by hand, 30 a node; those with probes have one for readiness and one for liveness, and answer after three
seconds. Seconds are of CPU.

    python -m bench kubelet
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from typing import Any

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.cluster.kubelet.runtime import Answer, Exit, HookRun, Process, Pull
from seatrial.model.objects import Object

PODS = (3_000, 10_000, 30_000)
PODS_PER_NODE = 30
STARTUP = 3.0
PROBES = {
    "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5},
    "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
}


class Server:
    def exit(self) -> Exit | None:
        return None

    def answer(self, handler: Mapping[str, Any], at: float) -> Answer:
        return Answer("ok" if at >= STARTUP else "refused")

    def steady_until(self, handler: Mapping[str, Any], at: float) -> float:
        return STARTUP if at < STARTUP else float("inf")

    def hook(self, handler: Mapping[str, Any]) -> HookRun:
        return HookRun()

    def on_sigterm(self) -> Exit | None:
        return Exit(0.2)

    def termination_log(self) -> str:
        return ""

    def log_tail(self) -> str:
        return ""


class Servers:
    def present(self, image: str) -> bool:
        return False

    def runs_as_root(self, image: str) -> bool:
        return False

    def pull(self, image: str, attempt: int) -> Pull:
        return Pull(1.0)

    def start(self, pod: Object, container: Mapping[str, Any], run: int) -> Process:
        return Server()


def made(kind: str, name: str, **fields: Any) -> Object:
    meta = {"name": name} if kind == "Node" else {"name": name, "namespace": "default"}
    return Object({"apiVersion": "v1", "kind": kind, "metadata": meta, **fields})


def cluster(pods: int, probes: Mapping[str, Any]) -> Cluster:
    one = Cluster()
    one.kubelets = Kubelets(one, Servers())
    one.kubelets.start()
    size = {"cpu": "64", "memory": "256Gi", "pods": "250"}
    nodes = max(1, pods // PODS_PER_NODE)
    one.apply(made("Node", f"node-{i}", spec={}, status={"capacity": size, "allocatable": size}) for i in range(nodes))
    containers = [{"name": "app", "image": "app:1", **probes}]
    for i in range(pods):
        one.api.create(made("Pod", f"pod-{i}", spec={"containers": containers, "nodeName": f"node-{i % nodes}"}))
    return one


def seconds(action: Any, *args: Any) -> float:
    begin = time.process_time()
    action(*args)
    return time.process_time() - begin


def end_a_tenth(one: Cluster, pods: int) -> None:
    for i in range(0, pods, 10):
        one.api.delete(("Pod", "default", f"pod-{i}"))
    one.run(60.0)


def main() -> None:
    print(f"{'pods':>7} {'probes':>6} {'start':>8} {'µs/pod':>7} {'an hour':>8} {'fork':>6} {'end 1/10':>9} {'MiB':>6}")
    for probes in ({}, PROBES):
        for pods in PODS:
            one = cluster(pods, probes)
            start, hour = seconds(one.run, 30.0), seconds(one.run, 3600.0)
            fork, end = seconds(one.fork), seconds(end_a_tenth, one, pods)
            mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            row = f"{pods:>7,} {len(probes):>6} {start:>7.1f}s {start / pods * 1e6:>7.0f} {hour:>7.2f}s"
            print(f"{row} {fork:>5.2f}s {end:>8.2f}s {mib:>6,}", flush=True)


if __name__ == "__main__":
    main()
