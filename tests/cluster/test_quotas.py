"""ResourceQuotas and LimitRanges at admission (plugin/pkg/admission/{resourcequota,limitranger} tests, 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers.controller import LAST_RETRY
from seatrial.model.objects import Object
from tests.cluster.controllers.stage import Stage, workload


def put(kind: str, name: str, spec: dict[str, Any], version: str = "v1") -> Object:
    return Object(apiVersion=version, kind=kind, metadata={"name": name, "namespace": "default"}, spec=spec)


def pod(name: str = "p", requests: Any = None, limits: Any = None, **spec: Any) -> Object:
    resources = {k: v for k, v in (("requests", requests), ("limits", limits)) if v}
    return put("Pod", name, {"containers": [{"name": "c", "image": "img:1", "resources": resources}], **spec})


def cluster(*found: Object) -> Cluster:
    made = Cluster()
    made.start()
    made.apply(found)
    made.run(1)
    return made


def quota(hard: dict[str, str], **spec: Any) -> Object:
    return put("ResourceQuota", "q", {"hard": hard, **spec})


def limits(**item: Any) -> Object:
    return put("LimitRange", "l", {"limits": [{"type": "Container", **item}]})


CPU = {"cpu": "600m"}


@pytest.mark.parametrize(
    ("hard", "objects", "refused"),
    [
        ({"pods": "1"}, [pod("a"), pod("b")], "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"),
        ({"count/pods": "1"}, [pod("a"), pod("b")], "exceeded quota: q, requested: count/pods=1"),
        ({"pods": "2"}, [pod("a"), pod("b")], ""),
        (
            {"requests.cpu": "1"}, [pod("a", CPU), pod("b", CPU)],
            "requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1",
        ),
        ({"cpu": "1"}, [pod("a", CPU), pod("b", {"cpu": "400m"})], ""),
        ({"cpu": "1"}, [pod("a")], "failed quota: q: must specify cpu for: c"),
        ({"limits.memory": "1Gi"}, [pod("a", CPU)], "must specify limits.memory for: c"),
        ({"limits.memory": "1Gi"}, [pod("a", None, {"memory": "2Gi"})], "requested: limits.memory=2Gi"),
        (
            {"services.loadbalancers": "0"}, [put("Service", "s", {"type": "LoadBalancer", "ports": [{"port": 80}]})],
            "services.loadbalancers=1",
        ),
        ({"services": "1"}, [put("Service", "s", {"ports": [{"port": 80}]})], ""),
        (
            {"requests.storage": "1Gi"},
            [put("PersistentVolumeClaim", "c", {"resources": {"requests": {"storage": "2Gi"}}})],
            "requests.storage=2Gi",
        ),
    ],
)  # fmt: skip
def test_what_a_quota_refuses(hard: dict[str, str], objects: list[Object], refused: str) -> None:
    """TestAdmitBelowQuotaLimit, TestAdmitExceedQuotaLimit, TestAdmitEnforceQuotaConstraints ..."""
    made = cluster(quota(hard))
    *first, last = objects
    made.apply(first)
    if not refused:
        made.apply([last])
        return
    with pytest.raises(errors.Forbidden) as refusal:
        made.apply([last])
    assert refused in refusal.value.message


@pytest.mark.parametrize(
    ("scope", "found", "counted"),
    [
        ({"scopes": ["BestEffort"]}, pod(), True), ({"scopes": ["BestEffort"]}, pod(requests=CPU), False),
        ({"scopes": ["NotBestEffort"]}, pod(requests=CPU), True), ({"scopes": ["NotBestEffort"]}, pod(), False),
        ({"scopes": ["Terminating"]}, pod(activeDeadlineSeconds=9), True), ({"scopes": ["Terminating"]}, pod(), False),
        ({"scopes": ["NotTerminating"]}, pod(), True),
    ],
)  # fmt: skip
def test_scopes(scope: dict[str, Any], found: Object, counted: bool) -> None:
    """TestAdmitBestEffortQuotaLimitIgnoresBurstable, TestPodEvaluatorMatchingScopes."""
    made = cluster(quota({"pods": "0"}, **scope))
    if counted:
        with pytest.raises(errors.Forbidden):
            made.apply([found])
    else:
        made.apply([found])


def test_a_deployment_stops_at_the_quota_and_goes_on_when_there_is_room() -> None:
    stage = Stage()
    stage.apply(quota({"pods": "2"}), workload("Deployment", replicas=3))
    stage.run(10)
    assert stage.ready() == 2
    assert "FailedCreate" in stage.reasons("ReplicaSet")
    assert stage.get("ResourceQuota", "q").status["used"] == {"pods": "2"}
    stage.change("ResourceQuota", "q", hard={"pods": "5"})
    stage.run(LAST_RETRY)  # nobody tells the ReplicaSet that there is room: it tries again, less and less often
    assert stage.ready() == 3


@pytest.mark.parametrize(
    ("item", "found", "want"),
    [
        ({"default": {"cpu": "500m"}}, pod(), ({"cpu": "500m"}, {"cpu": "500m"})),
        (
            {"default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"}}, pod(),
            ({"cpu": "100m"}, {"cpu": "500m"}),
        ),
        ({"defaultRequest": {"memory": "64Mi"}}, pod(), ({"memory": "64Mi"}, None)),
        ({"default": {"cpu": "500m"}}, pod(requests={"cpu": "50m"}), ({"cpu": "50m"}, {"cpu": "500m"})),
        ({"default": {"cpu": "500m"}}, pod(limits={"cpu": "2"}), ({"cpu": "2"}, {"cpu": "2"})),
        ({"max": {"cpu": "1"}}, pod(), ({"cpu": "1"}, {"cpu": "1"})),
        ({"min": {"cpu": "10m"}}, pod(), ({"cpu": "10m"}, None)),
    ],
)  # fmt: skip
def test_what_containers_get_that_ask_for_nothing(item: dict[str, Any], found: Object, want: tuple[Any, Any]) -> None:
    """TestMergePodResourceRequirements and the defaults of SetDefaults_LimitRangeItem."""
    made = cluster(limits(**item))
    made.apply([found])
    stored = made.api.present(("Pod", "default", "p"))
    resources = stored.spec["containers"][0]["resources"]
    assert (resources.get("requests"), resources.get("limits")) == want


@pytest.mark.parametrize(
    ("item", "found", "refused"),
    [
        (
            {"min": {"cpu": "100m"}}, pod(requests={"cpu": "50m"}),
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        ({"max": {"cpu": "1"}}, pod(limits={"cpu": "2"}), "maximum cpu usage per Container is 1, but limit is 2"),
        (
            {"maxLimitRequestRatio": {"cpu": "2"}}, pod(requests={"cpu": "1"}, limits={"cpu": "4"}),
            "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
        ),
    ],
)  # fmt: skip
def test_what_a_limit_range_refuses(item: dict[str, Any], found: Object, refused: str) -> None:
    """TestPodLimitFunc."""
    with pytest.raises(errors.Forbidden) as refusal:
        cluster(limits(**item)).apply([found])
    assert refused in refusal.value.message
