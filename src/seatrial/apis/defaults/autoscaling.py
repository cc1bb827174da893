"""Defaults of HorizontalPodAutoscalers (pkg/apis/autoscaling/{v1,v2}/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, filled, within

CPU_AT_80_PERCENT = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}
SCALE_UP = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
SCALE_DOWN = {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}
"""Without a window: the controller's flag (5 minutes) holds where none is given."""


def v1(obj: Fields) -> Fields:
    """An autoscaling/v1 HorizontalPodAutoscaler."""
    return created(obj, "spec", _v1_spec)


def _v1_spec(spec: Fields) -> Fields:
    return filled(spec, {"minReplicas": 1})


def v2(obj: Fields) -> Fields:
    """An autoscaling/v2 HorizontalPodAutoscaler."""
    return created(obj, "spec", _v2_spec)


def _v2_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"minReplicas": 1})
    if not spec.get("metrics"):
        spec = {**spec, "metrics": [CPU_AT_80_PERCENT]}
    return within(spec, "behavior", _behavior)


def _behavior(behavior: Fields) -> Fields:
    return created(created(behavior, "scaleUp", _scale_up), "scaleDown", _scale_down)


def _scale_up(rules: Fields) -> Fields:
    return filled(rules, SCALE_UP)


def _scale_down(rules: Fields) -> Fields:
    return filled(rules, SCALE_DOWN)
