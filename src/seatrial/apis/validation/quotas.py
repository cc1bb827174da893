"""LimitRanges and ResourceQuotas (pkg/apis/core/validation, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.apis.validation import formats, resources
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, struct, structs, text, texts
from seatrial.apis.violations import Errors

UNNAMED = "00000000-0000-0000-0000-000000000000"
LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")
SCOPES = (
    "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)  # fmt: skip
PRESENCE_SCOPES = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity")
POD_RESOURCES = frozenset(
    {
        "pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
        "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    }
)  # fmt: skip
CLAIM_RESOURCES = frozenset({"persistentvolumeclaims", "requests.storage"})
OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))


def limit_range(obj: Fields, errors: Errors) -> None:
    """ValidateLimitRange; one without a name gets one of the server."""
    meta = struct(obj, "metadata")
    unnamed = not meta.get("name") and not meta.get("generateName")
    object_meta({**obj, "metadata": {**meta, "name": UNNAMED}} if unnamed else obj, errors)
    types: set[str] = set()
    for index, limit in enumerate(structs(struct(obj, "spec"), "limits")):
        path, kind = f"spec.limits[{index}]", text(limit, "type")
        messages = formats.qualified_name(kind)
        errors.invalids(f"{path}.type", kind, messages)
        if not messages and "/" not in kind and kind not in LIMIT_TYPES:
            errors.invalid(f"{path}.type", kind, "must be a standard limit type or fully qualified")
        if kind in types:
            errors.duplicate(f"{path}.type", kind)
        types.add(kind)
        _limit(limit, kind, path, errors)


def _limit(limit: Fields, kind: str, path: str, errors: Errors) -> None:
    fields = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]
    if kind == "Pod":
        for field in ("default", "defaultRequest"):
            fields.remove(field)
            if limit.get(field):
                errors.forbidden(f"{path}.{field}", "may not be specified when `type` is 'Pod'")
    check = resources.container_resource_name if kind in ("Pod", "Container") else resources.resource_name
    for field in fields:
        for name in struct(limit, field):
            check(name, f"{path}.{field}[{name}]", errors)
    if kind == "PersistentVolumeClaim" and "storage" not in {*struct(limit, "min"), *struct(limit, "max")}:
        detail = "either minimum or maximum storage value is required, but neither was provided"
        errors.required(f"{path}.limits", detail)
    names = dict.fromkeys(name for field in fields for name in struct(limit, field))
    for name in names:
        _compare(limit, fields, name, path, errors)


def _compare(limit: Fields, fields: list[str], name: str, path: str, errors: Errors) -> None:
    """Min, default request, default and max must rise in this order."""
    given: dict[str, Any] = {field: struct(limit, field)[name] for field in fields if name in struct(limit, field)}
    words = {"min": "min", "defaultRequest": "default request", "default": "default", "max": "max"}
    blamed = {
        ("min", "max"): "min", ("min", "defaultRequest"): "defaultRequest", ("defaultRequest", "max"): "defaultRequest",
        ("defaultRequest", "default"): "defaultRequest", ("min", "default"): "default", ("default", "max"): "default",
    }  # fmt: skip
    for (low, high), field in blamed.items():
        if low in given and high in given and resources.amount(given[low]) > resources.amount(given[high]):
            top = "default limit" if (low, high) == ("defaultRequest", "default") else words[high]
            detail = f"{words[low]} value {given[low]} is greater than {top} value {given[high]}"
            errors.invalid(f"{path}.{field}[{name}]", str(given[field]), detail)
    if "maxLimitRequestRatio" in given:
        _ratio(given["maxLimitRequestRatio"] or 0, given, f"{path}.maxLimitRequestRatio[{name}]", errors)
    if not resources.is_overcommittable(name) and "default" in given and "defaultRequest" in given:
        default, request = given["default"], given["defaultRequest"]
        if resources.amount(default) != resources.amount(request):
            detail = f"default value {default} must equal to defaultRequest value {request} in {name}"
            errors.invalid(f"{path}.defaultRequest[{name}]", str(request), detail)


def _ratio(ratio: Any, given: dict[str, Any], path: str, errors: Errors) -> None:
    value = resources.amount(ratio)
    if value < 1:
        errors.invalid(path, str(ratio), f"ratio {ratio} is less than 1")
    if "min" in given and "max" in given and resources.amount(given["min"]) > 0:
        widest = resources.amount(given["max"]) / resources.amount(given["min"])
        if value > widest:
            errors.invalid(path, str(ratio), f"ratio {ratio} is greater than max/min = {widest:f}")


def resource_quota(obj: Fields, errors: Errors) -> None:
    """ValidateResourceQuota."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    for path, hard in (
        ("spec.hard", struct(spec, "hard")),
        ("status.hard", struct(struct(obj, "status"), "hard")),
        ("status.used", struct(struct(obj, "status"), "used")),
    ):
        for name, value in hard.items():
            resources.quota_resource_name(name, f"{path}[{name}]", errors)
            resources.quantity_value(name, value, f"{path}[{name}]", errors)
    scopes = texts(spec, "scopes")
    _scopes(scopes, scopes, spec, "spec.scopes", errors)
    if spec.get("scopeSelector"):
        _scope_selector(spec, "spec.scopeSelector.matchExpressions", errors)


def _scopes(scopes: list[str], shown: Any, spec: Fields, path: str, errors: Errors) -> None:
    """`validateResourceQuotaScopes.`"""
    for scope in scopes:
        if scope not in SCOPES:
            named, value = (path, shown) if path == "spec.scopes" else (f"{path}.scopeName", scope)
            errors.invalid(named, value, "unsupported scope")
        for name in sorted(struct(spec, "hard")):
            if name in resources.QUOTA and not _is_valid_for(scope, name):
                errors.invalid(path, shown, "unsupported scope applied to resource")
    if any(set(pair) <= set(scopes) for pair in OPPOSITES):
        errors.invalid(path, shown, "conflicting scopes")


def _is_valid_for(scope: str, name: str) -> bool:
    """IsResourceQuotaScopeValidForResource."""
    if scope == "BestEffort":
        return name == "pods"
    if scope == "VolumeAttributesClass":
        return name in CLAIM_RESOURCES
    return name in POD_RESOURCES if scope in SCOPES else True


def _scope_selector(spec: Fields, path: str, errors: Errors) -> None:
    """`validateScopedResourceSelectorRequirement.`"""
    expressions = structs(spec["scopeSelector"], "matchExpressions")
    _scopes([text(e, "scopeName") for e in expressions], spec["scopeSelector"], spec, path, errors)
    for expression in expressions:
        scope, operator, values = (
            text(expression, "scopeName"), text(expression, "operator"), texts(expression, "values"),
        )  # fmt: skip
        if scope in PRESENCE_SCOPES and operator != "Exists":
            detail = "must be 'Exists' when scope is any of " + ", ".join(
                f"ResourceQuotaScope{s}" for s in PRESENCE_SCOPES
            )
            errors.invalid(f"{path}.operator", operator, detail)
        if operator in ("In", "NotIn"):
            if not values:
                detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                errors.required(f"{path}.values", detail)
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                errors.invalid(f"{path}.values", values, detail)
        else:
            errors.invalid(f"{path}.operator", operator, "not a valid selector operator")
