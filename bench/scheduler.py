"""Pods placed per second, over the number of nodes: the scheduler's decision loop, every node filtered and scored.

The shapes are those of which kube-scheduler's own speed is known: pods ask 500m and 1Gi, nodes have 32 cpu and 128Gi
and lie in three zones. One Deployment's pods carry their ReplicaSet, so default spreading is scored; the 40
interleaved templates have a zone constraint and required anti-affinity on the hostname each. Seconds are of CPU:
other programs on the machine hardly count.

    python -m bench scheduler
    python -m bench.scheduler --large    # 150,000 pods on 5,000 nodes too
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.store import Store
from seatrial.model.objects import Object

NODES = (500, 1_000, 2_000, 5_000, 15_000)
HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
BAR = 40


def node(number: int) -> Object:
    labels = {HOSTNAME: f"node-{number}", ZONE: f"zone-{number % 3}"}
    allocatable = {"cpu": "32", "memory": "128Gi", "pods": "110"}
    metadata = {"name": f"node-{number}", "labels": labels}
    return Object(
        {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {}, "status": {"allocatable": allocatable}}
    )


class Deployment:
    """Makes the pods of one Deployment, of the ReplicaSet that it puts into the store."""

    def __init__(self, name: str, store: Store, *, strict: bool) -> None:
        self.name = name
        self.labels = {"app": name, "pod-template-hash": "5d9c7b8f"}
        selector = {"matchLabels": self.labels}
        store.put(Object({
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": selector},
        }))  # fmt: skip
        requests = {"cpu": "500m", "memory": "1Gi"}
        self.spec: dict[str, Any] = {
            "priority": 0,
            "containers": [{"name": "main", "image": "app:1", "resources": {"requests": requests}}],
        }
        if strict:
            spread = {
                "maxSkew": 1,
                "topologyKey": ZONE,
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": selector,
            }
            apart = {"topologyKey": HOSTNAME, "labelSelector": selector}
            self.spec["topologySpreadConstraints"] = [spread]
            self.spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}}

    def pod(self, number: int) -> Object:
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": self.name, "uid": self.name, "controller": True}
        metadata = {
            "name": f"{self.name}-{number}",
            "namespace": "default",
            "labels": self.labels,
            "ownerReferences": [owner],
        }
        return Object(
            {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": self.spec, "status": {"phase": "Pending"}}
        )


def pods_per_second(nodes: int, pods: int, templates: int, *, strict: bool) -> float:
    store = Store()
    deployments = [Deployment(f"app-{i}", store, strict=strict) for i in range(templates)]
    placing = Placing(store, (node(i) for i in range(nodes)))
    made = [deployments[i % templates].pod(i) for i in range(pods)]
    begin = time.process_time()
    for pod in made:
        assert placing.decide(pod) is not None
    return pods / (time.process_time() - begin)


def plot(rows: list[tuple[int, float]]) -> Iterator[str]:
    """Microseconds a pod as bars."""
    longest = max(1e6 / rate for _, rate in rows)
    for nodes, rate in rows:
        yield f"{nodes:>9,}  {'#' * max(1, round(BAR * 1e6 / rate / longest)):<{BAR}}  {1e6 / rate:6.0f} µs a pod"


def show(title: str, measured: Callable[[int], float]) -> None:
    rows = [(nodes, measured(nodes)) for nodes in NODES]
    print(f"{title}\n{'nodes':>9}  {'pods/s':>8}")
    for nodes, rate in rows:
        print(f"{nodes:>9,}  {rate:>8,.0f}")
    print(*plot(rows), "", sep="\n")


def one_deployment(nodes: int) -> float:
    return pods_per_second(nodes, 10_000, 1, strict=False)


def many_templates(nodes: int) -> float:
    return pods_per_second(nodes, 40 * min(nodes // 2, 100), 40, strict=True)


def large() -> None:
    begin = time.process_time()
    rate = pods_per_second(5_000, 150_000, 1, strict=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole = time.process_time() - begin
    print(f"150,000 pods on 5,000 nodes: {150_000 / rate:.1f} s ({whole:.1f} s with making them), {peak:,.0f} MiB")


def main() -> None:
    show("one Deployment, 10,000 pods, default spreading", one_deployment)
    show("40 interleaved templates, zone spread and anti-affinity on hostname", many_templates)
    if "--large" in sys.argv:
        large()


if __name__ == "__main__":
    main()
