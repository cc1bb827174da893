"""Autoscalers. Tables restate pkg/controller/podautoscaler/horizontal_test.go and replica_calculator_test.go (1.36)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cluster.controllers import hpa_behavior
from seatrial.cluster.controllers.hpa_behavior import History
from seatrial.cluster.controllers.hpa_replicas import NoMetrics, Tolerances, by_average, by_utilization
from seatrial.cluster.metrics import PodMetrics
from seatrial.model.objects import Object, condition_of, timestamp
from tests.cluster.controllers.stage import Stage, template, workload

NOW = 1000.0


def policies(pods: tuple[int, int] | None = None, percent: tuple[int, int] | None = None) -> dict[str, Any]:
    """Scaling rules with a policy for so many pods, or percent, in so many seconds."""
    given = [("Pods", pods), ("Percent", percent)]
    return {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": kind, "value": p[0], "periodSeconds": p[1]} for kind, p in given if p],
    }


def spread(*changes: int) -> list[tuple[float, int]]:
    """Changes in the middle of equal parts of the last two minutes."""
    part = 120 / len(changes)
    return [(NOW - 120 + part * (i + 0.5), change) for i, change in enumerate(changes)]


@pytest.mark.parametrize(
    ("current", "desired", "bounds", "want", "reason"),
    [
        (5, 7, (3, 8), 7, "DesiredWithinRange"), (3, 1, (2, 8), 2, "TooFewReplicas"),
        (1, 0, (0, 10), 0, "DesiredWithinRange"), (20, 1000, (1, 10), 10, "TooManyReplicas"),
        (3, 1000, (1, 2000), 6, "ScaleUpLimit"), (1, 1000, (1, 2000), 4, "ScaleUpLimit"),
    ],
)  # fmt: skip
def test_without_a_behavior(current: int, desired: int, bounds: tuple[int, int], want: int, reason: str) -> None:
    """TestConvertDesiredReplicasWithRules: at most the double, or four."""
    verdict = hpa_behavior.plain(History(), current, desired, *bounds, NOW)
    assert (verdict.replicas, verdict.limit[0]) == (want, reason)


@pytest.mark.parametrize(
    ("current", "desired", "bounds", "rules", "want", "reason"),
    [
        (100, 1000, (100, 150), None, 150, "TooManyReplicas"), (10, 50, (1, 1000), None, 20, "ScaleUpLimit"),
        (3, 1000, (1, 2000), policies(None, (1, 60)), 4, "ScaleUpLimit"),
        (10, 500, (1, 1000), policies((100, 60), (100, 60)), 110, "ScaleUpLimit"),
        (10, 500, (1, 1000), policies((2, 60), (100, 60)), 20, "ScaleUpLimit"),
        (10, 50, (1, 1000), policies((100, 60)), 50, "DesiredWithinRange"),
        (10, 50, (1, 1000), policies((30, 60)), 40, "ScaleUpLimit"),
        (10, 50, (1, 1000), policies(None, (200, 60)), 30, "ScaleUpLimit"),
        (1000, 3, (3, 2000), policies((20, 60)), 980, "ScaleDownLimit"),
        (100, 2, (1, 1000), policies((20, 60), (1, 60)), 80, "ScaleDownLimit"),
        (100, 2, (1, 1000), policies((2, 60), (1, 60)), 98, "ScaleDownLimit"),
        (10, 0, (1, 1000), policies((100, 60)), 1, "TooFewReplicas"),
        (10, 2, (5, 1000), policies(None, (100, 60)), 5, "TooFewReplicas"),
        (10, 2, (1, 1000), policies((5, 60)), 5, "ScaleDownLimit"),
        (10, 5, (1, 1000), policies(None, (50, 60)), 5, "DesiredWithinRange"),
    ],
)  # fmt: skip
def test_policies_bound_the_pace(
    current: int, desired: int, bounds: tuple[int, int], rules: dict[str, Any] | None, want: int, reason: str
) -> None:
    """TestScalingWithRules without earlier changes."""
    direction = "scaleUp" if desired > current else "scaleDown"
    behavior = {direction: rules or {}}
    verdict = hpa_behavior.with_behavior(behavior, History(), current, desired, *bounds, NOW)
    assert (verdict.replicas, verdict.limit[0]) == (want, reason)


@pytest.mark.parametrize(
    ("changes", "current", "desired", "most", "rules", "want"),
    [
        ((1, 5, 9), 100, 500, 200, policies((300, 60)), 200), ((1, 5, 9), 100, 500, 1000, policies((5, 120)), 100),
        ((1, 5, 9), 100, 500, 1000, policies((150, 120)), 235),
        ((1, 5, 9), 100, 500, 1000, policies(None, (200, 120)), 255),
        ((1, 5, 9), 100, 0, 1000, policies((115, 120)), 1), ((1, 5, 9), 100, 2, 1000, policies((5, 120)), 100),
        ((2, 4, 6), 100, 0, 1000, policies(None, (50, 120)), 56),
        ((10, 10, 10), 100, 0, 1000, policies(None, (10, 120)), 100),
        ((10, 10, 10), 10, 5, 1000, policies(None, (1000, 120)), 5),
    ],
)  # fmt: skip
def test_earlier_changes_use_up_the_pace(
    changes: tuple[int, ...], current: int, desired: int, most: int, rules: dict[str, Any], want: int
) -> None:
    """TestScalingWithRules with events: what was changed in the policy's period counts, never beyond standing still."""
    up = desired > current
    history = History(ups=spread(*changes)) if up else History(downs=spread(*changes))
    behavior = {"scaleUp" if up else "scaleDown": rules}
    assert hpa_behavior.with_behavior(behavior, history, current, desired, 1, most, NOW).replicas == want


@pytest.mark.parametrize(
    ("earlier", "desired", "want", "kept"),
    [
        ([], 5, 5, 1), ([(120, 4), (60, 5)], 3, 5, 3), ([(120, 1), (60, 2)], 3, 3, 3), ([(600, 10), (540, 9)], 3, 3, 1),
        ([(600, 10), (60, 4), (120, 5), (540, 9)], 3, 5, 3),
    ],
)  # fmt: skip
def test_the_highest_of_five_minutes_holds(earlier: list[tuple[int, int]], desired: int, want: int, kept: int) -> None:
    """TestNormalizeDesiredReplicas."""
    history = History([(NOW - ago, replicas) for ago, replicas in earlier])
    assert hpa_behavior.plain(history, want, desired, 1, 100, NOW).replicas == want
    assert len(history.recommendations) == kept


def test_the_stricter_policy_can_be_asked_for() -> None:
    """TestCalculateScaleUpLimitWithScalingRules and TestCalculateScaleDownLimitWithBehaviors."""
    rules = {**policies((2, 60), (50, 60)), "selectPolicy": "Min"}
    assert hpa_behavior.up_limit(History(), 1, rules, NOW) == 2
    assert hpa_behavior.down_limit(History(), 5, rules, NOW) == 3


@given(
    current=st.integers(1, 200), desired=st.integers(0, 400), least=st.integers(1, 50), more=st.integers(0, 300),
    pods=st.integers(1, 50), percent=st.integers(1, 200), up=st.booleans(),
)  # fmt: skip
def test_no_policy_turns_a_change_round_or_leaves_the_bounds(
    current: int, desired: int, least: int, more: int, pods: int, percent: int, up: bool
) -> None:
    most = least + more
    current = min(max(current, least), most)
    behavior = {"scaleUp" if up else "scaleDown": policies((pods, 60), (percent, 60))}
    found = hpa_behavior.with_behavior(behavior, History(), current, desired, least, most, NOW).replicas
    assert least <= found <= most
    assert min(current, desired) <= found <= max(current, desired, least)


def pods(*cpu: str | None, ready: int | None = None, phase: str = "Running") -> list[Object]:
    """A pod for each cpu request, the first `ready` of them ready for long, the others unready since they began."""
    count = len(cpu) if ready is None else ready
    return [
        Object(
            kind="Pod",
            metadata={"name": f"p{i}", "uid": f"u{i}"},
            spec={"containers": [{"name": "c", "resources": {"requests": {"cpu": asked} if asked else {}}}]},
            status={
                "phase": phase if i >= count else "Running", "startTime": timestamp(NOW - 100),
                "conditions": [
                    {"type": "Ready", "status": str(i < count), "lastTransitionTime": timestamp(NOW - 90)}
                ],
            },
        )
        for i, asked in enumerate(cpu)
    ]  # fmt: skip


def used(*millicores: int | None) -> dict[str, PodMetrics]:
    return {f"p{i}": PodMetrics(NOW, 15.0, {"c": {"cpu": m}}) for i, m in enumerate(millicores) if m is not None}


@pytest.mark.parametrize(
    ("current", "target", "asked", "use", "ready", "want"),
    [
        (3, 30, ("1", "1", "1"), (300, 500, 700), None, 5),
        (3, 30, ("1", "1", "1"), (300, 500, 700), 2, 3),  # the unready third is taken to use nothing
        (3, 100, ("1", "1", "1"), (300, 500, 700), None, 2),
        (5, 50, ("1",) * 5, (100, 300, 500, 250, 250), None, 3),
        (3, 100, ("0.9", "1.0", "1.1"), (1010, 1030, 1020), None, 3),  # within the tolerance
        (4, 50, ("1",) * 4, (None, 1000, 1000, 1000), None, 6),  # no metrics: taken to use nothing when growing
        (4, 100, ("1",) * 4, (None, 100, 100, 100), None, 2),  # and all it asks for when shrinking
        (2, 100, ("1", "1"), (None, 1050), None, 2),
    ],
)  # fmt: skip
def test_utilization_is_brought_to_its_target(
    current: int, target: int, asked: tuple[str, ...], use: tuple[int | None, ...], ready: int | None, want: int
) -> None:
    """TestReplicaCalcScaleUp, ...UnreadyLessScale, ...ScaleDown, ...Tolerance, ...MissingMetrics."""
    found = by_utilization(current, target, "cpu", None, pods(*asked, ready=ready), used(*use), Tolerances(), NOW)
    assert found.replicas == want


def test_averages_are_brought_to_their_target() -> None:
    found = by_average(3, 100, "cpu", None, pods("1", "1", "1"), used(300, 300, 300), Tolerances(), NOW)
    assert (found.replicas, found.average) == (9, 300)


@pytest.mark.parametrize(
    ("found", "use", "text"),
    [
        ([], (), "no pods returned by selector"), (pods("1", "1"), (), "did not receive metrics"),
        (pods("1", None), (300, 300), "missing request for cpu in container c of Pod p1"),
    ],
)  # fmt: skip
def test_nothing_can_be_said(found: list[Object], use: tuple[int, ...], text: str) -> None:
    """TestReplicaCalcMissingMetrics..., TestReplicaCalcEmptyMetrics, TestReplicaCalcMissingRequests."""
    with pytest.raises(NoMetrics, match=text):
        by_utilization(2, 50, "cpu", None, found, used(*use), Tolerances(), NOW)


def autoscaler(**spec: Any) -> Object:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    metric = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    given = {
        "scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 10,
        "metrics": [{"type": "Resource", "resource": metric}], **spec,
    }  # fmt: skip
    meta = {"name": "web", "namespace": "default"}
    return Object(apiVersion="autoscaling/v2", kind="HorizontalPodAutoscaler", metadata=meta, spec=given)


@pytest.mark.parametrize(
    ("replicas", "spec", "cpu", "want"),
    [
        (4, {}, "25", 4), (4, {}, "27", 4), (4, {}, "50", 8), (4, {"maxReplicas": 5}, "200", 5), (1, {}, "25", 2),
        (12, {}, "25", 10), (4, {}, "5", 4),  # down only after five minutes
        (4, {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}, "5", 2),
        (4, {"behavior": {"scaleDown": {"selectPolicy": "Disabled", "stabilizationWindowSeconds": 0}}}, "5", 4),
        (0, {}, "25", 0),
    ],
)  # fmt: skip
def test_a_deployment_follows_what_its_pods_use(replicas: int, spec: dict[str, Any], cpu: str, want: int) -> None:
    stage = Stage()
    stage.apply(workload("Deployment", pod=template(cpu=cpu), replicas=replicas), autoscaler(**spec))
    stage.run(58)
    assert stage.get("Deployment", "web").spec["replicas"] == want


def test_a_policy_of_two_periods_lets_every_second_look_act() -> None:
    stage = Stage()
    policies = [{"type": "Pods", "value": 1, "periodSeconds": 30}]
    scaler = autoscaler(maxReplicas=20, behavior={"scaleUp": {"policies": policies}})
    stage.apply(workload("Deployment", pod=template(cpu="200"), replicas=2), scaler)
    sizes = []
    for _ in range(8):
        stage.run(15)
        sizes.append(stage.get("Deployment", "web").spec["replicas"])
    assert sizes == [2, 3, 3, 4, 4, 5, 5, 6]


def test_missing_requests_are_told() -> None:
    stage = Stage()
    pod = template(cpu="25")
    del pod["spec"]["containers"][0]["resources"]
    stage.apply(workload("Deployment", pod=pod, replicas=2), autoscaler())
    stage.run(40)
    active = condition_of(stage.get("HorizontalPodAutoscaler", "web"), "ScalingActive")
    assert active is not None
    assert (active["status"], active["reason"]) == ("False", "FailedGetResourceMetric")
