"""HorizontalPodAutoscalers (pkg/apis/autoscaling/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis import features
from seatrial.apis.validation import formats, resources
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, structs, text
from seatrial.apis.violations import Errors

SOURCES = {
    "Object": "object", "External": "external", "Pods": "pods", "Resource": "resource",
    "ContainerResource": "containerResource",
}  # fmt: skip
SOURCE_TYPES = tuple(sorted(SOURCES))
TARGET_TYPES, SELECT_POLICIES = ("Utilization", "Value", "AverageValue"), ("Disabled", "Max", "Min")
POLICY_TYPES = ("Percent", "Pods")
LONGEST_PERIOD, LONGEST_WINDOW = 1800, 3600


def v2(obj: Fields, errors: Errors) -> None:
    """ValidateHorizontalPodAutoscaler of autoscaling/v2."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _bounds(spec, errors)
    for index, metric in enumerate(structs(spec, "metrics")):
        _metric(metric, f"spec.metrics[{index}]", errors)
    for name in ("scaleUp", "scaleDown"):
        rules = struct(spec, "behavior").get(name)
        if rules is not None:
            _rules(rules, f"spec.behavior.{name}", errors)


def v1(obj: Fields, errors: Errors) -> None:
    """The same of autoscaling/v1, whose only metric is CPU."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _bounds(spec, errors)
    percentage = spec.get("targetCPUUtilizationPercentage")
    if percentage is not None and percentage < 1:
        path = "spec.metrics[0].resource.target.averageUtilization"
        errors.invalid(path, percentage, "must be greater than 0")


def _bounds(spec: Fields, errors: Errors) -> None:
    low, high = spec.get("minReplicas"), number(spec, "maxReplicas")
    lowest = 0 if features.enabled("HPAScaleToZero", errors.version) else 1
    if low is not None and low < lowest:
        errors.invalid("spec.minReplicas", low, f"must be greater than or equal to {lowest}")
    if low == 0 and not any(text(metric, "type") in ("Object", "External") for metric in structs(spec, "metrics")):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        errors.forbidden("spec.metrics", detail)
    if high < 1 and errors.version < (1, 36):
        errors.invalid("spec.maxReplicas", high, "must be greater than 0")
    elif high == 0:
        errors.required("spec.maxReplicas", "must be set and greater than 0")
    elif high < 0:
        errors.invalid("spec.maxReplicas", high, "must be greater than or equal to 1")
    if low is not None and high < low:
        errors.invalid("spec.maxReplicas", high, "must be greater than or equal to `minReplicas`")
    target = struct(spec, "scaleTargetRef")
    _object_reference(target, "spec.scaleTargetRef", errors, core=text(target, "kind") == "ReplicationController")


def _object_reference(reference: Fields, path: str, errors: Errors, *, core: bool) -> None:
    """ValidateCrossVersionObjectReference; `core`: whether it may refer to a kind of the core group."""
    for field in ("kind", "name"):
        value = text(reference, field)
        if not value:
            errors.required(f"{path}.{field}")
        else:
            errors.invalids(f"{path}.{field}", value, formats.path_segment(value))
    if errors.version < (1, 34):
        return
    version = text(reference, "apiVersion")
    if version.count("/") > 1:
        errors.invalid(f"{path}.apiVersion", version, f"unexpected GroupVersion string: {version}")
    elif not core and not version.rpartition("/")[0]:
        errors.invalid(f"{path}.apiVersion", version, "apiVersion must specify API group")


def _metric(metric: Fields, path: str, errors: Errors) -> None:
    """`validateMetricSpec.`"""
    kind = text(metric, "type")
    given = [name for name in SOURCES.values() if metric.get(name) is not None]
    if not kind:
        errors.required(f"{path}.type", "must specify a metric source type")
    if kind not in SOURCES:
        errors.not_supported(f"{path}.type", kind, SOURCE_TYPES)
    elif SOURCES[kind] not in given:
        detail = "must populate information for the given metric source"
        errors.required(f"{path}.{SOURCES[kind]}", detail)
    for name in given[:1]:
        _source(name, metric[name], f"{path}.{name}", errors)
    if len(given) > 1:
        for name in given:
            if name != SOURCES.get(kind):
                errors.forbidden(f"{path}.{name}", "must populate the given metric source only")


def _source(name: str, source: Fields, path: str, errors: Errors) -> None:
    target = struct(source, "target")
    if name == "object":
        _object_reference(struct(source, "describedObject"), f"{path}.describedObject", errors, core=True)
    if name in ("object", "external", "pods"):
        metric = text(struct(source, "metric"), "name")
        if not metric:
            errors.required(f"{path}.metric.name", "must specify a metric name")
        else:
            errors.invalids(f"{path}.metric.name", metric, formats.path_segment(metric))
    else:
        _resource(name, source, path, errors)
    _target(target, f"{path}.target", errors)
    _one_target(name, target, f"{path}.target", errors)


def _resource(name: str, source: Fields, path: str, errors: Errors) -> None:
    resource, container = text(source, "name"), text(source, "container")
    if not resource:
        errors.required(f"{path}.name", "must specify a resource name")
    elif name == "containerResource":
        resources.container_resource_name(resource, f"{path}.name", errors)
    if name == "containerResource":
        if not container:
            errors.required(f"{path}.container", "must specify a container")
        else:
            errors.invalids(f"{path}.container", container, formats.dns_label(container))


def _target(target: Fields, path: str, errors: Errors) -> None:
    """`validateMetricTarget.`"""
    kind, utilization = text(target, "type"), target.get("averageUtilization")
    if not kind:
        errors.required(f"{path}.type", "must specify a metric target type")
    if kind not in TARGET_TYPES:
        errors.invalid(f"{path}.type", kind, "must be either Utilization, Value, or AverageValue")
    for field in ("value", "averageValue"):
        if target.get(field) is not None and resources.amount(target[field]) <= 0:
            errors.invalid(f"{path}.{field}", str(target[field]), "must be positive")
    if utilization is not None and utilization < 1:
        errors.invalid(f"{path}.averageUtilization", utilization, "must be greater than 0")


def _one_target(name: str, target: Fields, path: str, errors: Errors) -> None:
    value, average = target.get("value") is not None, target.get("averageValue") is not None
    utilization = target.get("averageUtilization") is not None
    match name:
        case "object":
            if not value and not average:
                errors.required(f"{path}.averageValue", "must set either a target value or averageValue")
        case "external":
            if not value and not average:
                detail = "must set either a target value for metric or a per-pod target"
                errors.required(f"{path}.averageValue", detail)
            if value and average:
                detail = "may not set both a target value for metric and a per-pod target"
                errors.forbidden(f"{path}.value", detail)
        case "pods":
            if not average:
                errors.required(f"{path}.averageValue", "must specify a positive target averageValue")
        case _:
            if not utilization and not average:
                detail = "must set either a target raw value or a target utilization"
                errors.required(f"{path}.averageUtilization", detail)
            if utilization and average:
                detail = "may not set both a target raw value and a target utilization"
                errors.forbidden(f"{path}.averageValue", detail)


def _rules(rules: Fields, path: str, errors: Errors) -> None:
    """`validateScalingRules.`"""
    window, select = rules.get("stabilizationWindowSeconds"), rules.get("selectPolicy")
    if window is not None and window < 0:
        errors.invalid(f"{path}.stabilizationWindowSeconds", window, "must be greater than or equal to zero")
    if window is not None and window > LONGEST_WINDOW:
        errors.invalid(f"{path}.stabilizationWindowSeconds", window, f"must be less than or equal to {LONGEST_WINDOW}")
    if select is not None and select not in SELECT_POLICIES:
        errors.not_supported(f"{path}.selectPolicy", select, SELECT_POLICIES)
    policies = structs(rules, "policies")
    if not policies:
        errors.required(f"{path}.policies", "must specify at least one Policy")
    for index, policy in enumerate(policies):
        _policy(policy, f"{path}.policies[{index}]", errors)
    tolerance = rules.get("tolerance")
    if tolerance is not None and errors.version >= (1, 35) and resources.amount(tolerance) < 0:
        errors.invalid(f"{path}.tolerance", str(tolerance), "must be greater than or equal to 0")


def _policy(policy: Fields, path: str, errors: Errors) -> None:
    kind, period = text(policy, "type"), number(policy, "periodSeconds")
    if kind not in POLICY_TYPES:
        errors.not_supported(f"{path}.type", kind, POLICY_TYPES)
    for field in ("value", "periodSeconds"):
        if number(policy, field) <= 0:
            errors.invalid(f"{path}.{field}", number(policy, field), "must be greater than zero")
    if period > LONGEST_PERIOD:
        errors.invalid(f"{path}.periodSeconds", period, f"must be less than or equal to {LONGEST_PERIOD}")
