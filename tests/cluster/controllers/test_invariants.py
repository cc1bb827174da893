"""What holds whatever happens: random lives of a small cluster, what is true at every moment and at the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from seatrial.cluster import errors, eviction
from seatrial.cluster.controllers.controller import LAST_RETRY
from seatrial.cluster.failures.drain import cordon
from seatrial.model import pods as pod_model
from seatrial.model.objects import controller_of, evolve
from seatrial.model.pods import is_ready, is_terminal
from tests.cluster.controllers.stage import Stage, budget, job, template, workload

NODES, MILLICORES = 3, 8000
ACTIONS = (
    "scale", "image", "delete pod", "evict", "cordon", "uncordon", "node down", "node up", "orphan", "unlabel", "steal",
)  # fmt: skip
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""Lives are short enough to be read as they were found; to shorten one takes minutes."""
LIVES = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 99), st.integers(1, 20)), max_size=12)


def staged(seed: int) -> Stage:
    stage = Stage(NODES, seed=seed)
    pod = template("web")
    pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "1500m"
    stage.apply(
        workload("Deployment", "web", pod=pod, replicas=4), budget(maxUnavailable=1),
        workload("StatefulSet", "db", serviceName="db", replicas=2), workload("DaemonSet", "agent"),
        job(completions=3, parallelism=2),
    )  # fmt: skip
    stage.run(15)
    return stage


def act(stage: Stage, action: str, number: int) -> None:
    pods = sorted(stage.alive(), key=lambda p: p.name)
    node = f"node-{number % NODES}"
    match action:
        case "scale":
            stage.change("Deployment", "web", replicas=number % 8)
            stage.change("StatefulSet", "db", replicas=number % 4)
        case "image":
            kind, name = (("Deployment", "web"), ("StatefulSet", "db"), ("DaemonSet", "agent"))[number % 3]
            spec: dict[str, Any] = dict(stage.get(kind, name).spec["template"])
            container = {**spec["spec"]["containers"][0], "image": f"img:{number}"}
            stage.change(kind, name, template={**spec, "spec": {**spec["spec"], "containers": [container]}})
        case "delete pod" if pods:
            stage.api.delete(pods[number % len(pods)].key)
        case "evict" if pods:
            evict(stage, number % len(pods))
        case "cordon" | "uncordon":
            cordon(stage.cluster, node, action == "cordon")
        case "node down":
            stage.kubelets.take_down(node)
        case "node up":
            stage.kubelets.bring_up(node)
        case "orphan" if pods:
            stage.api.change_metadata(pods[number % len(pods)].key, ownerReferences=None)
        case "unlabel" if pods:
            stage.api.change_metadata(pods[number % len(pods)].key, labels={"app": "nobody"})
        case "steal" if replica_sets := stage.store.list("ReplicaSet"):
            stage.api.delete(replica_sets[number % len(replica_sets)].key, propagation="Orphan")


def evict(stage: Stage, which: int) -> None:
    """No eviction goes beyond the budget: with one pod missing already, none of the others may go."""
    pod = sorted(stage.alive(), key=lambda p: p.name)[which]
    found = stage.get("PodDisruptionBudget", "web")
    covered = pod.labels.get("app") == "web" and is_ready(pod)
    try:
        eviction.evict(stage.cluster, pod.key)
    except errors.ApiError:
        return
    if covered:
        assert found.status["disruptionsAllowed"] >= 1
        assert stage.get("PodDisruptionBudget", "web").status["disruptionsAllowed"] == (
            found.status["disruptionsAllowed"] - 1
        )


def check(stage: Stage) -> None:
    """No pod has two controllers; no node gives more than it has."""
    used: Counter[str] = Counter()
    for pod in stage.pods():
        owners = pod.metadata.get("ownerReferences") or []
        assert sum(bool(o.get("controller")) for o in owners) <= 1
        if pod.spec.get("nodeName") and not is_terminal(pod):
            used[pod.spec["nodeName"]] += pod_model.requests(pod.spec)["cpu"]
    assert all(total <= MILLICORES for total in used.values()), used
    names = [p.name for p in stage.pods(app="db")]
    assert len(names) == len(set(names))


def calm(stage: Stage) -> None:
    """All nodes are well again, nobody meddles any more, and pods that nobody owns no longer hold names."""
    for i in range(NODES):
        stage.kubelets.bring_up(f"node-{i}")
        cordon(stage.cluster, f"node-{i}", False)
    stage.change("Deployment", "web", replicas=4)
    for pod in stage.pods(app="nobody"):
        stage.api.delete(pod.key)
    stage.run(LAST_RETRY + 300)  # what failed often is tried again so late


def owned(stage: Stage, kind: str, name: str) -> list[Any]:
    """The ready pods of a workload, those of a Deployment through its ReplicaSets."""
    uids = {stage.get(kind, name).uid}
    uids |= {r.uid for r in stage.store.list("ReplicaSet") if (controller_of(r) or {}).get("uid") in uids}
    alive = [p for p in stage.alive() if (controller_of(p) or {}).get("uid") in uids]
    return [p for p in alive if is_ready(p)]


@settings(max_examples=25, phases=AS_FOUND)
@given(LIVES, st.integers(0, 99))
def test_whatever_happens(life: list[tuple[str, int, int]], seed: int) -> None:
    """Level-triggered: the end depends on what is asked for, not on what happened on the way."""
    stage = staged(seed)
    for action, number, seconds in life:
        act(stage, action, number)
        for _ in range(seconds):
            stage.run(1)
            check(stage)
    calm(stage)
    check(stage)
    wanted = {"web": 4, "db": int(stage.get("StatefulSet", "db").spec["replicas"]), "agent": NODES}
    kinds = {"web": "Deployment", "db": "StatefulSet", "agent": "DaemonSet"}
    for name, kind in kinds.items():
        found = owned(stage, kind, name)
        assert len(found) == wanted[name], (name, [p.name for p in found])
        image = stage.get(kind, name).spec["template"]["spec"]["containers"][0]["image"]
        assert {p.spec["containers"][0]["image"] for p in found} <= {image}
    assert stage.get("Job", "work").status["succeeded"] == 3
    status = stage.get("Deployment", "web").status
    assert status["availableReplicas"] == status["updatedReplicas"] == status["replicas"] == 4


@settings(max_examples=10, phases=AS_FOUND)
@given(LIVES, st.integers(0, 99))
def test_a_fork_goes_on_where_it_was_made(life: list[tuple[str, int, int]], seed: int) -> None:
    """A fork lives on as the original does: nothing that matters is held where a fork does not take it along."""
    stage = staged(seed)
    for action, number, _ in life[:4]:
        act(stage, action, number)
        stage.run(1)
    fork = stage.cluster.fork()
    stage.run(60)
    fork.run(60)
    ours, theirs = (
        [evolve(o, metadata={"resourceVersion": None}) for kind in sorted(s.kinds()) for o in s.list(kind)]
        for s in (stage.store, fork.store)
    )
    assert ours == theirs
