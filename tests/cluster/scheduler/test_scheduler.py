"""The scheduler in a cluster: it binds, says why it cannot, preempts, waits for volumes and is forked."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.scheduler import configuration
from seatrial.cluster.scheduler.assume_cache import BIND_COMPLETED, SELECTED_NODE
from seatrial.cluster.scheduler.scheduler import Scheduler
from seatrial.model.objects import Object, condition_of, evolve
from tests.cluster.scheduler.making import node, other, pod


class Stage:
    """A cluster with nothing but a scheduler."""

    def __init__(self, *nodes: Object, config: dict[str, Any] | None = None) -> None:
        self.cluster = Cluster()
        made = configuration.parse(config) if config else configuration.DEFAULT_CONFIGURATION
        self.scheduler = Scheduler(self.cluster, made)
        self.scheduler.start()
        self.create(*nodes)

    def create(self, *objects: Object) -> None:
        """Create objects; a pod's priority is given by a class of its own, as admission wants it."""
        for obj in objects:
            value = obj.spec.get("priority") if obj.kind == "Pod" else None
            if value is not None:
                obj = self._of_class(obj, value)
            self.cluster.api.create(obj)

    def _of_class(self, obj: Object, value: int) -> Object:
        policy = obj.spec.get("preemptionPolicy") or "PreemptLowerPriority"
        name = f"class-{value}-{policy.lower()}"
        if self.cluster.store.get("PriorityClass", "", name) is None:
            made = other("PriorityClass", name, api="scheduling.k8s.io/v1", namespace=None, value=value)
            self.cluster.api.create(evolve(made, preemptionPolicy=policy))
        spec = {k: v for k, v in obj.spec.items() if k not in ("priority", "preemptionPolicy")}
        return evolve(obj, spec={**spec, "priorityClassName": name})

    def pod(self, name: str) -> Object:
        return self.cluster.api.present(("Pod", "default", name))

    def where(self, name: str) -> str | None:
        return self.pod(name).spec.get("nodeName")

    def why(self, name: str) -> str:
        condition = condition_of(self.pod(name), "PodScheduled") or {}
        return str(condition.get("message", ""))

    def reasons(self) -> list[str]:
        return [event["reason"] for event in self.cluster.store.list("Event")]


def test_a_pod_is_bound_and_an_event_says_so() -> None:
    stage = Stage(node("n1"))
    stage.create(pod("p"))
    stage.cluster.run(1)
    assert stage.where("p") == "n1"
    assert condition_of(stage.pod("p"), "PodScheduled") is not None
    assert [event["message"] for event in stage.cluster.store.list("Event")] == [
        "Successfully assigned default/p to n1"
    ]


def test_objects_that_exist_at_the_start_are_seen() -> None:
    cluster = Cluster()
    cluster.api.create(node("n1"))
    cluster.api.create(pod("p"))
    Scheduler(cluster).start()
    cluster.run(1)
    assert cluster.api.present(("Pod", "default", "p")).spec["nodeName"] == "n1"


MESSAGES = [
    ([], {}, "no nodes available to schedule pods"),
    (
        [node("n1", cpu="1"), node("n2", cpu="1", memory="1Gi")],
        {"cpu": "2", "memory": "2Gi"},
        "0/2 nodes are available: 1 Insufficient memory, 2 Insufficient cpu. "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ),
    (
        [node("n1", taints=[{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}]), node("n2", pods="0")],
        {},
        "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {dedicated: gpu}. "
        "preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, "
        "1 Preemption is not helpful for scheduling.",
    ),
    (
        [node("n1", pods="0")],
        {"preemptionPolicy": "Never", "priority": 10},
        "0/1 nodes are available: 1 Too many pods. preemption: not eligible due to preemptionPolicy=Never.",
    ),
    (
        [node("n1")],
        {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "absent"}}]},
        '0/1 nodes are available: persistentvolumeclaim "absent" not found. '
        "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ),
]


@pytest.mark.parametrize(("nodes", "asked", "message"), MESSAGES)
def test_why_a_pod_has_no_node_is_said_in_upstreams_words(
    nodes: list[Object], asked: dict[str, Any], message: str
) -> None:
    stage = Stage(*nodes)
    stage.create(pod("p", **asked))
    stage.cluster.run(1)
    assert stage.where("p") is None
    assert stage.why("p") == message
    assert stage.reasons() == ["FailedScheduling"]


def test_a_pod_is_tried_again_when_something_happens_that_helps() -> None:
    stage = Stage(node("n1", cpu="1"))
    stage.create(pod("first", cpu="1"), pod("second", cpu="1"))
    stage.cluster.run(1)
    assert (stage.where("first"), stage.where("second")) == ("n1", None)
    stage.create(other("ConfigMap", "unrelated"))
    stage.cluster.run(60)
    assert stage.reasons().count("FailedScheduling") == 1
    stage.cluster.api.delete(("Pod", "default", "first"), grace=0)
    stage.cluster.run(11)
    assert stage.where("second") == "n1"


def test_a_node_with_more_room_wakes_only_pods_that_fit_it() -> None:
    stage = Stage(node("n1", cpu="1"))
    stage.create(pod("big", cpu="8"))
    stage.cluster.run(60)
    stage.create(node("n2", cpu="2"))
    stage.cluster.run(60)
    assert stage.reasons().count("FailedScheduling") == 1
    stage.create(node("n3", cpu="8"))
    stage.cluster.run(11)
    assert stage.where("big") == "n3"


def test_after_five_minutes_a_pod_is_tried_again_whatever_happened() -> None:
    stage = Stage(node("n1", cpu="1"))
    stage.create(pod("big", cpu="8"))
    stage.cluster.run(290)
    assert stage.reasons().count("FailedScheduling") == 1
    stage.cluster.run(60)
    assert stage.reasons().count("FailedScheduling") == 2


def test_gates_hold_a_pod_back_until_they_are_taken_away() -> None:
    stage = Stage(node("n1"))
    stage.create(pod("p", schedulingGates=[{"name": "example.com/wait"}]))
    stage.cluster.run(10)
    assert stage.where("p") is None
    waiting = stage.pod("p")
    stage.cluster.api.update(evolve(waiting, spec={k: v for k, v in waiting.spec.items() if k != "schedulingGates"}))
    stage.cluster.run(1)
    assert stage.where("p") == "n1"


def test_pods_of_another_scheduler_are_left_alone() -> None:
    stage = Stage(node("n1"))
    stage.create(pod("p", schedulerName="my-own"))
    stage.cluster.run(10)
    assert stage.where("p") is None
    assert stage.reasons() == []


def test_higher_priority_goes_first() -> None:
    stage = Stage()
    stage.create(pod("low", cpu="3", priority=1), pod("high", cpu="3", priority=2))
    stage.create(node("n1"))
    stage.cluster.run(1)
    assert (stage.where("high"), stage.where("low")) == ("n1", None)


class TestPreemption:
    def preempting(self) -> Stage:
        stage = Stage(node("n1", cpu="2"))
        stage.create(pod("low-1", cpu="1", priority=1), pod("low-2", cpu="1", priority=2))
        stage.cluster.run(1)
        stage.create(pod("high", cpu="1", priority=10))
        stage.cluster.run(1)
        return stage

    def test_the_least_important_victim_goes_and_the_pod_waits_for_it(self) -> None:
        stage = self.preempting()
        victim = stage.pod("low-1")
        assert victim.deleting
        assert (condition_of(victim, "DisruptionTarget") or {})["reason"] == "PreemptionByScheduler"
        assert not stage.pod("low-2").deleting
        assert stage.pod("high").status["nominatedNodeName"] == "n1"
        stage.cluster.api.delete(("Pod", "default", "low-1"), grace=0)
        stage.cluster.run(11)
        assert stage.where("high") == "n1"

    def test_others_do_not_take_the_room_meanwhile(self) -> None:
        stage = self.preempting()
        stage.create(pod("late", cpu="1", priority=5))
        stage.cluster.run(1)
        stage.cluster.api.delete(("Pod", "default", "low-1"), grace=0)
        stage.cluster.run(11)
        assert (stage.where("high"), stage.where("late")) == ("n1", None)

    def test_a_budget_that_allows_no_disruption_is_spared_where_another_node_will_do(self) -> None:
        stage = Stage(node("n1", cpu="1"), node("n2", cpu="1"))
        stage.create(pod("guarded", cpu="1", labels={"app": "guarded"}, priority=1))
        stage.cluster.run(1)
        stage.create(pod("plain", cpu="1", labels={"app": "plain"}, priority=1))
        stage.cluster.run(1)
        budget = other(
            "PodDisruptionBudget", "b", api="policy/v1", spec={"selector": {"matchLabels": {"app": "guarded"}}}
        )
        stage.create(evolve(budget, status={"disruptionsAllowed": 0}))
        stage.create(pod("high", cpu="1", priority=10))
        stage.cluster.run(1)
        assert not stage.pod("guarded").deleting
        assert stage.pod("plain").deleting


class TestVolumes:
    late = other(
        "StorageClass", "late", api="storage.k8s.io/v1", namespace=None,
        provisioner="disk.example.com", volumeBindingMode="WaitForFirstConsumer",
    )  # fmt: skip
    claim = other("PersistentVolumeClaim", "data", spec={"storageClassName": "late", "accessModes": ["ReadWriteOnce"]})
    volumes = ({"name": "v", "persistentVolumeClaim": {"claimName": "data"}},)

    def waiting(self) -> Stage:
        stage = Stage(node("n1"), node("n2", cpu="1"))
        stage.create(self.late, self.claim, pod("p", volumes=list(self.volumes)))
        stage.cluster.run(2)
        return stage

    def test_the_claim_is_told_the_node_and_the_pod_waits_until_it_is_bound(self) -> None:
        stage = self.waiting()
        claim = stage.cluster.api.present(("PersistentVolumeClaim", "default", "data"))
        assert claim.annotations[SELECTED_NODE] == "n1"
        assert stage.where("p") is None
        stage.create(other("PersistentVolume", "pv", namespace=None, spec={"capacity": {"storage": "1Gi"}}))
        bound = evolve(claim, spec={**claim.spec, "volumeName": "pv"})
        stage.cluster.api.update(evolve(bound, metadata={"annotations": {**claim.annotations, BIND_COMPLETED: "yes"}}))
        stage.cluster.run(2)
        assert stage.where("p") == "n1"

    def test_a_provisioner_that_fails_sends_the_pod_back(self) -> None:
        stage = self.waiting()
        stage.cluster.api.change_metadata(("PersistentVolumeClaim", "default", "data"), annotations=None)
        stage.cluster.run(1)
        assert "FailedScheduling" in stage.reasons()
        stage.cluster.run(2)
        claim = stage.cluster.api.present(("PersistentVolumeClaim", "default", "data"))
        assert claim.annotations[SELECTED_NODE] == "n1"


def test_a_fork_goes_its_own_way() -> None:
    stage = Stage(node("n1", cpu="1"))
    stage.create(pod("first", cpu="1"), pod("second", cpu="1"))
    stage.cluster.run(1)
    fork = stage.cluster.fork()
    fork.api.create(node("n2"))
    fork.run(11)
    assert fork.api.present(("Pod", "default", "second")).spec["nodeName"] == "n2"
    stage.cluster.run(11)
    assert stage.where("second") is None


def test_large_clusters_are_sampled_as_upstream_does() -> None:
    stage = Stage(*(node(f"n{i}") for i in range(250)))
    stage.create(*(pod(f"p{i}") for i in range(3)))
    stage.cluster.run(1)
    # 250 nodes: 48 %, 120 of them; the next pod begins where the last left off.
    assert [stage.where(f"p{i}") for i in range(3)] == ["n0", "n120", "n1"]
