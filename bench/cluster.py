"""What a whole cluster costs: Deployments settle on its nodes, rest, roll out a new version and lose a zone.

Every Deployment asks for a hundred pods, which need three seconds to start; there are three zones. Three tables come
out: growth with the cluster's size, growth with virtual time, and the goals beside what was reached. Seconds are of
CPU (on an idle machine as many pass on the wall: it is one process); "virtual" is the time that the cluster believes to
have passed; memory is the peak of the process, and every cluster has one of its own.

    python -m bench cluster
    python -m bench.cluster 500x5000 1000x10000
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.kubelet import Servers, seconds
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object

SIZES = ((100, 1_000), (250, 2_500), (500, 5_000), (1_000, 10_000), (2_000, 20_000))
"""Nodes and pods for the growth with size."""
AT_REST = (500, 5_000)
"""The cluster that rests for longer and longer."""
SPANS = (("an hour", 3_600.0), ("a day", 86_400.0), ("a week", 604_800.0))
GOALS = (
    (1_000, 10_000, "roll out", 20.0),
    (5_000, 100_000, "settle", 60.0),
    (5_000, 100_000, "lose zone", 60.0),
)
"""Nodes, pods, what they do, and the seconds that it may take."""
MEMORY_GOAL = 3_000
"""MiB that any of them may take."""
REPLICAS = 100
ZONES = 3
STEP = 5.0
"""Virtual seconds between looks at whether the cluster has settled."""
PATIENCE = 3600.0
"""Virtual seconds after which a cluster counts as stuck."""
LOSS = 420.0
"""Virtual seconds until the first lost nodes are empty: unknown after 50, emptied 300 later, one more every ten."""
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


@dataclass(frozen=True)
class Cost:
    """What one action cost: seconds of CPU, seconds on the wall, virtual seconds, and the peak of memory in MiB."""

    what: str
    cpu: float
    wall: float
    virtual: float
    mib: int


def cost(one: Cluster, what: str, action: Callable[..., None], *args: Any) -> Cost:
    before, begin = one.clock.now, time.perf_counter()
    cpu = seconds(action, one, *args)
    wall = time.perf_counter() - begin
    return Cost(what, cpu, wall, one.clock.now - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def fresh() -> Cluster:
    one = Cluster()
    one.kubelets = Kubelets(one, Servers())
    return one


def lives(nodes: int, pods: int, whats: tuple[str, ...]) -> list[Cost]:
    """Settling, and then each of what is asked for."""
    one = fresh()
    actions: dict[str, tuple[Callable[..., None], int]] = {
        "roll out": (roll_out, pods), "lose zone": (lose_zone, nodes),
    }  # fmt: skip
    found = [cost(one, "settle", begin, nodes, pods)]
    return found + [cost(one, what, *actions[what]) for what in whats if what in actions]


def rests(nodes: int, pods: int) -> list[Cost]:
    """A settled cluster in which nothing happens."""
    one = fresh()
    begin(one, nodes, pods)
    return [cost(one, what, Cluster.run, span) for what, span in SPANS]


def alone(measure: Callable[..., list[Cost]], *args: Any) -> list[Cost]:
    """The measurements of a process of their own: memory is not given back."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, *args).result()


def tell_growth(sizes: tuple[tuple[int, int], ...]) -> None:
    print("Growth with the cluster's size")
    print(f"{'nodes':>6} {'pods':>8} {'what':<10} {'CPU':>8} {'µs/pod':>7} {'pods/s':>7} {'virtual':>8} {'MiB':>6}")
    for nodes, pods in sizes:
        for one in alone(lives, nodes, pods, ("roll out", "lose zone")):
            each = f"{one.cpu / pods * 1e6:>7,.0f} {pods / one.cpu:>7,.0f}"
            print(f"{nodes:>6,} {pods:>8,} {one.what:<10} {one.cpu:>7.1f}s {each} {one.virtual:>7,.0f}s {one.mib:>6,}")
            sys.stdout.flush()


def tell_rest(nodes: int, pods: int) -> None:
    print(f"\nGrowth with virtual time: {nodes:,} nodes and {pods:,} pods at rest")
    for one in alone(rests, nodes, pods):
        print(f"{one.what:<10} {one.cpu:>8.2f}s of CPU {one.cpu / one.virtual * 3600:>8.3f}s an hour {one.mib:>6,} MiB")


def tell_goals() -> None:
    print("\nGoals")
    for nodes, pods in dict.fromkeys(goal[:2] for goal in GOALS):
        wanted = {what: most for n, p, what, most in GOALS if (n, p) == (nodes, pods)}
        for one in alone(lives, nodes, pods, tuple(wanted)):
            if one.what not in wanted:
                continue
            met = "met" if max(one.cpu, one.wall) < wanted[one.what] and one.mib < MEMORY_GOAL else "NOT MET"
            took = f"{one.cpu:>6.1f}s of CPU, {one.wall:.1f}s in all, of {wanted[one.what]:.0f}s"
            print(f"{nodes:>6,} {pods:>8,} {one.what:<10} {took}, {one.mib:,} MiB of {MEMORY_GOAL:,}: {met}")
            sys.stdout.flush()


def main() -> None:
    tell_growth(SIZES)
    tell_rest(*AT_REST)
    tell_goals()


if __name__ == "__main__":
    given = tuple((int(n), int(p)) for n, p in (size.split("x") for size in sys.argv[1:]))
    if given:
        tell_growth(given)
    else:
        main()
