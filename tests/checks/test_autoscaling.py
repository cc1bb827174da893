"""Autoscalers: what they divide by, what they fight, what they can reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import autoscaler, container, found, named, severities, workload

CPU = {"requests": {"cpu": "100m"}}


def sized(*resources: dict[str, Any], **pod: Any) -> dict[str, Any]:
    names = [{"name": f"c{number}"} for number in range(len(resources))]
    containers = [container(**name, resources=given) for name, given in zip(names, resources, strict=True)]
    return workload(containers=containers, pod=pod)


def of_container(name: str) -> list[dict[str, Any]]:
    source = {"name": "cpu", "container": name, "target": {"type": "Utilization", "averageUtilization": 70}}
    return [{"type": "ContainerResource", "containerResource": source}]


@pytest.mark.parametrize(
    ("given", "spec", "expected"),
    [
        (sized(CPU), {}, 0),
        (sized({}), {}, 1),
        (sized(CPU, {}), {}, 1),  # a sidecar is enough
        (sized(CPU, {}), {"metrics": of_container("c0")}, 0),
        (sized(CPU, {}), {"metrics": of_container("c1")}, 1),
        (sized({"limits": {"cpu": "1"}}), {}, 0),  # the limit is the request
        (sized({"requests": {"memory": "1Gi"}}), {}, 1),
        (sized({}, resources={"requests": {"cpu": "1"}}), {}, 0),  # of the pod as a whole
        (sized({}), {"metrics": [{"type": "Pods", "pods": {"metric": {"name": "rps"}}}]}, 0),
    ],
)
def test_utilisation_needs_requests(given: dict[str, Any], spec: dict[str, Any], expected: int) -> None:
    assert len(found("hpa-without-request", given, autoscaler(**spec))) == expected


def test_utilisation_in_the_words_of_autoscaling_v1() -> None:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "targetCPUUtilizationPercentage": 70}
    old = named("HorizontalPodAutoscaler", "web", "autoscaling/v1", spec=spec)
    assert len(found("hpa-without-request", sized({}), old)) == 1


@pytest.mark.parametrize(
    ("target", "around", "expected"),
    [("web", [], 0), ("wbe", [], 1)],
)
def test_targets(target: str, around: list[dict[str, Any]], expected: int) -> None:
    assert len(found("hpa-target-missing", workload(), autoscaler(target=target), *around)) == expected


def test_targets_of_custom_kinds_and_of_other_folders_are_not_judged() -> None:
    rollout = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "x"}
    assert found("hpa-target-missing", workload(), autoscaler(scaleTargetRef=rollout)) == []
    assert found("hpa-target-missing", autoscaler()) == []


@pytest.mark.parametrize(("spec", "count"), [({}, 0), ({"replicas": 3}, 1)])
def test_replicas_are_left_to_the_autoscaler(spec: dict[str, Any], count: int) -> None:
    assert len(found("hpa-and-replicas", workload(**spec), autoscaler())) == count


@pytest.mark.parametrize(
    ("limit", "target", "count"),
    [("100m", 100, 1), ("100m", 90, 0), ("200m", 150, 0), ("200m", 200, 1), (None, 500, 0)],
)
def test_the_target_is_within_reach(limit: str | None, target: int, count: int) -> None:
    resources = CPU if limit is None else {**CPU, "limits": {"cpu": limit}}
    assert len(found("hpa-cannot-scale", sized(resources), autoscaler(cpu=target))) == count


def test_minimum_and_maximum_differ() -> None:
    assert severities("hpa-cannot-scale", workload(), autoscaler(minReplicas=3, maxReplicas=3)) == ["warning"]


def vertical(mode: str) -> dict[str, Any]:
    spec = {"targetRef": {"kind": "Deployment", "name": "web"}, "updatePolicy": {"updateMode": mode}}
    return named("VerticalPodAutoscaler", "web", "autoscaling.k8s.io/v1", spec=spec)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (autoscaler("second"), ["error"]),
        (named("ScaledObject", "web", "keda.sh/v1alpha1", spec={"scaleTargetRef": {"name": "web"}}), ["error"]),
        (named("ScaledObject", "x", "keda.sh/v1alpha1", spec={"scaleTargetRef": {"name": "x"}}), []),
        (vertical("Auto"), ["warning"]),
        (vertical("Off"), []),
    ],
)
def test_one_autoscaler_for_each_workload(other: dict[str, Any], expected: list[str]) -> None:
    assert severities("hpa-conflict", workload(), autoscaler(), other) == expected
