"""StatefulSets: order, partitions and claims (pkg/controller/statefulset/stateful_set_control_test.go, 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.store import EventType
from seatrial.model.objects import Object
from tests.cluster.controllers.stage import Stage, template, workload

REVISION = "controller-revision-hash"


class Log:
    """The order in which pods came, went and became ready."""

    def __init__(self, stage: Stage) -> None:
        self.created: list[str] = []
        self.deleted: list[str] = []
        stage.store.watch("Pod", self._note)

    def _note(self, event: EventType, pod: Object, old: Object | None) -> None:
        if event == "ADDED":
            self.created.append(pod.name)
        elif event == "MODIFIED" and pod.deleting and old is not None and not old.deleting:
            self.deleted.append(pod.name)


def staged(**spec: Any) -> tuple[Stage, Log]:
    stage = Stage()
    log = Log(stage)
    stage.apply(workload("StatefulSet", "db", serviceName="db", **spec))
    return stage, log


def test_each_pod_waits_for_the_one_before_it() -> None:
    stage, log = staged(replicas=3, pod=template("db", ready_after="5"))
    stage.run(3)
    assert log.created == ["db-0"]
    stage.run(6)
    assert log.created == ["db-0", "db-1"]
    stage.run(20)
    assert log.created == ["db-0", "db-1", "db-2"]
    assert stage.ready() == 3


def test_parallel_pods_wait_for_nobody() -> None:
    stage, log = staged(replicas=3, podManagementPolicy="Parallel", pod=template("db", ready_after="5"))
    stage.run(3)
    assert sorted(log.created) == ["db-0", "db-1", "db-2"]


def test_scaling_in_takes_the_highest_ordinal_first_and_one_at_a_time() -> None:
    stage, log = staged(replicas=3)
    stage.run(20)
    stage.change("StatefulSet", "db", replicas=1)
    stage.run(0.8)
    assert log.deleted == ["db-2"]
    stage.run(20)
    assert log.deleted == ["db-2", "db-1"]


def test_ordinals_may_start_elsewhere() -> None:
    stage, log = staged(replicas=2, ordinals={"start": 5})
    stage.run(20)
    assert log.created == ["db-5", "db-6"]


@pytest.mark.parametrize(("partition", "updated"), [(0, ["db-2", "db-1", "db-0"]), (2, ["db-2"]), (3, [])])
def test_an_update_goes_down_the_ordinals_to_the_partition(partition: int, updated: list[str]) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}
    stage, log = staged(replicas=3, updateStrategy=strategy)
    stage.run(20)
    stage.change("StatefulSet", "db", template=template("db", image="img:2"))
    stage.run(40)
    assert log.deleted == updated
    new = [pod.name for pod in stage.pods() if pod.spec["containers"][0]["image"] == "img:2"]
    assert sorted(new, reverse=True) == updated


@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_an_update_takes_one_pod_at_a_time_whatever_max_unavailable_says(policy: str) -> None:
    """MaxUnavailableStatefulSet is off by default in 1.36."""
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}
    stage, _ = staged(replicas=4, updateStrategy=strategy, podManagementPolicy=policy)
    stage.run(20)
    stage.change("StatefulSet", "db", template=template("db", image="img:2"))
    for _ in range(40):
        stage.run(0.5)
        assert stage.ready() >= 3
    assert {pod.spec["containers"][0]["image"] for pod in stage.pods()} == {"img:2"}


def test_on_delete_updates_nothing_by_itself() -> None:
    stage, log = staged(replicas=2, updateStrategy={"type": "OnDelete"})
    stage.run(20)
    stage.change("StatefulSet", "db", template=template("db", image="img:2"))
    stage.run(20)
    assert log.deleted == []
    stage.api.delete(("Pod", "default", "db-0"))
    stage.run(20)
    assert {pod.name: pod.spec["containers"][0]["image"] for pod in stage.pods()} == {"db-0": "img:2", "db-1": "img:1"}


def test_a_stuck_update_stays_stuck_until_the_bad_pod_is_deleted() -> None:
    stage, _ = staged(replicas=2)
    stage.run(20)
    stage.change("StatefulSet", "db", template=template("db", image="img:2", never_ready="true"))
    stage.run(20)
    stage.change("StatefulSet", "db", template=template("db", image="img:3"))
    stage.run(60)
    assert stage.get("Pod", "db-1").spec["containers"][0]["image"] == "img:2"
    stage.api.delete(("Pod", "default", "db-1"))
    stage.run(60)
    assert {pod.spec["containers"][0]["image"] for pod in stage.pods()} == {"img:3"}


@pytest.mark.parametrize(("policy", "left"), [("Retain", 2), ("Delete", 1)])
def test_claims_outlive_their_pods_unless_the_policy_says_otherwise(policy: str, left: int) -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    stage, _ = staged(
        replicas=2,
        volumeClaimTemplates=[claim],
        persistentVolumeClaimRetentionPolicy={"whenScaled": policy, "whenDeleted": "Retain"},
    )
    stage.run(1)
    assert stage.store.list("PersistentVolumeClaim")[0].name == "data-db-0"
    # No class provisions volumes here: the pods' nodes are given by hand.
    for name in ("db-0", "db-1"):
        if stage.store.get("Pod", "default", name) is not None:
            stage.api.bind(("Pod", "default", name), "node-0")
        stage.run(10)
    stage.change("StatefulSet", "db", replicas=1)
    stage.run(30)
    assert len(stage.store.list("PersistentVolumeClaim")) == left
