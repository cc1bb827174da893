"""What a whole cluster costs: Deployments settle on its nodes, rest, roll out a new version and lose a zone.

Every Deployment asks for a hundred pods, which need three seconds to start; there are three zones. Seconds are of
CPU; "virtual" is the time that the cluster believes to have passed. "rest" is an hour in which nothing happens.

    python -m bench cluster
    python -m bench.cluster 500x5000 1000x10000
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from typing import Any

from bench.kubelet import Servers, seconds
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object

SIZES = ((500, 5_000), (1_000, 10_000), (2_000, 20_000), (5_000, 100_000))
"""Nodes and pods."""
REPLICAS = 100
ZONES = 3
STEP = 5.0
"""Virtual seconds between looks at whether the cluster has settled."""
PATIENCE = 3600.0
"""Virtual seconds after which a cluster counts as stuck."""
LOSS = 420.0
"""Virtual seconds until the first lost nodes are empty: unknown after 50, emptied 300 later, one more every ten."""
REST = 3600.0
PROBE = {"readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5}}


def node(index: int) -> Object:
    name = f"node-{index}"
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": f"zone-{index % ZONES}"}
    size = {"cpu": "32", "memory": "128Gi", "pods": "110"}
    meta = {"name": name, "labels": labels}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    status = {"capacity": size, "allocatable": size, "conditions": [ready]}
    return Object({"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": {}, "status": status})


def deployment(index: int, image: str) -> Object:
    labels = {"app": f"app-{index}"}
    requests = {"cpu": "200m", "memory": "1Gi"}
    container = {"name": "app", "image": image, "resources": {"requests": requests}, **PROBE}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": REPLICAS, "selector": {"matchLabels": labels}, "template": template}
    meta = {"name": f"app-{index}", "namespace": "default"}
    return Object({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec})


def is_settled(one: Cluster) -> bool:
    """Whether every Deployment has all its pods, of the newest version and available, and no others."""
    for found in one.store.list("Deployment"):
        status, generation = found.status, found.metadata.get("generation")
        counts = (status.get("replicas"), status.get("updatedReplicas"), status.get("availableReplicas"))
        if status.get("observedGeneration") != generation or counts != (REPLICAS,) * 3:
            return False
    return True


def settle(one: Cluster) -> None:
    begin = one.clock.now
    one.run(STEP)
    while not is_settled(one):
        if one.clock.now - begin > PATIENCE:
            raise SystemExit(f"not settled after {PATIENCE:,.0f} s of virtual time")
        one.run(STEP)


def begin(one: Cluster, nodes: int, pods: int) -> None:
    one.start()
    one.apply(node(i) for i in range(nodes))
    one.apply(deployment(i, "app:1") for i in range(pods // REPLICAS))
    settle(one)


def rest(one: Cluster) -> None:
    one.run(REST)


def roll_out(one: Cluster, pods: int) -> None:
    one.apply(deployment(i, "app:2") for i in range(pods // REPLICAS))
    settle(one)


def lose_zone(one: Cluster, nodes: int) -> None:
    for i in range(0, nodes, ZONES):
        one.kubelets.crash(f"node-{i}")
    begin = one.clock.now
    one.run(LOSS)
    while any(not p.deleting for i in range(0, nodes, ZONES) for p in one.store.by_index("Pod", "node", f"node-{i}")):
        if one.clock.now - begin > LOSS + 20.0 * nodes:
            raise SystemExit("the lost zone is never emptied")
        one.run(LOSS)
    settle(one)


def row(one: Cluster, nodes: int, pods: int, what: str, action: Callable[..., None], *args: Any) -> None:
    before = one.clock.now
    spent = seconds(action, one, *args)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    virtual = f"{one.clock.now - before:>7,.0f}s"
    print(
        f"{nodes:>6,} {pods:>8,} {what:<10} {spent:>7.1f}s {spent / pods * 1e6:>7,.0f} {virtual} {mib:>6,}", flush=True
    )


def measure(nodes: int, pods: int) -> None:
    one = Cluster()
    one.kubelets = Kubelets(one, Servers())
    row(one, nodes, pods, "settle", begin, nodes, pods)
    row(one, nodes, pods, "rest", rest)
    row(one, nodes, pods, "roll out", roll_out, pods)
    row(one, nodes, pods, "lose zone", lose_zone, nodes)


def main(sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    print(f"{'nodes':>6} {'pods':>8} {'what':<10} {'CPU':>8} {'µs/pod':>7} {'virtual':>8} {'MiB':>6}")
    for nodes, pods in sizes:
        measure(nodes, pods)


if __name__ == "__main__":
    main(tuple((int(n), int(p)) for n, p in (size.split("x") for size in sys.argv[1:])) or SIZES)
