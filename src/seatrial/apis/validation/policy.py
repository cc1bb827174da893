"""PodDisruptionBudgets (pkg/apis/policy/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import counts
from seatrial.apis.validation.metadata import label_selector, object_meta
from seatrial.apis.validation.reading import Fields, struct
from seatrial.apis.violations import Errors

UNHEALTHY_POLICIES = ("AlwaysAllow", "IfHealthyBudget")


def pod_disruption_budget(obj: Fields, errors: Errors) -> None:
    """ValidatePodDisruptionBudget."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    given = [name for name in ("minAvailable", "maxUnavailable") if spec.get(name) is not None]
    if len(given) == 2:
        errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")
    for name in given:
        counts.positive_or_percent(spec[name], f"spec.{name}", errors)
        counts.at_most_100_percent(spec[name], f"spec.{name}", errors)
    label_selector(spec.get("selector"), "spec.selector", errors)
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in UNHEALTHY_POLICIES:
        errors.not_supported("spec.unhealthyPodEvictionPolicy", policy, UNHEALTHY_POLICIES)
