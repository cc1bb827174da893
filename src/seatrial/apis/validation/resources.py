"""Resource names and amounts (pkg/apis/core/validation, pkg/apis/core/helper, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from seatrial.apis.validation import formats
from seatrial.apis.validation.reading import Fields, structs, text
from seatrial.apis.violations import Errors
from seatrial.model import quantities

CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
INTEGER = frozenset(
    {
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    }
)  # fmt: skip
QUOTA = INTEGER | frozenset(
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    }
)  # fmt: skip
STANDARD = QUOTA | {"storage"}
HUGE_PAGES = "hugepages-"
ZERO = Decimal(0)
WIDEST = Decimal(2**63 - 1) / 1000
"""Beyond this upstream's test for whole numbers, in thousandths, overflows, and calls nothing whole."""
NameCheck = Callable[[str, str, Errors], None]


def amount(value: Any) -> Decimal:
    """A decoded quantity's value; null is zero."""
    return ZERO if value is None else quantities.parse(value.strip() if isinstance(value, str) else value)


def is_native(name: str) -> bool:
    """IsNativeResource: without a domain, or in kubernetes.io."""
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    """IsExtendedResourceName."""
    return not is_native(name) and not name.startswith("requests.") and not formats.qualified_name(f"requests.{name}")


def is_huge_page(name: str) -> bool:
    """IsHugePageResourceName."""
    return name.startswith(HUGE_PAGES)


def is_overcommittable(name: str) -> bool:
    """IsOvercommitAllowed."""
    return is_native(name) and not is_huge_page(name)


def resource_name(name: str, path: str, errors: Errors) -> None:
    """`validateResourceName.`"""
    messages = formats.qualified_name(name)
    errors.invalids(path, name, messages)
    if messages or "/" in name:
        return
    if name not in STANDARD and not name.startswith((HUGE_PAGES, f"requests.{HUGE_PAGES}")):
        errors.invalid(path, name, "must be a standard resource type or fully qualified")


def container_resource_name(name: str, path: str, errors: Errors) -> None:
    """`validateContainerResourceName.`"""
    if name in CONTAINER:
        return
    resource_name(name, path, errors)
    if "/" not in name:
        if not is_huge_page(name):
            errors.invalid(path, name, "must be a standard resource for containers")
    elif not is_native(name) and not is_extended(name):
        errors.invalid(path, name, "doesn't follow extended resource name standard")


def quota_resource_name(name: str, path: str, errors: Errors) -> None:
    """ValidateResourceQuotaResourceName."""
    resource_name(name, path, errors)
    if "/" not in name and name not in QUOTA and not name.startswith((HUGE_PAGES, f"requests.{HUGE_PAGES}")):
        errors.invalid(path, name, "must be a standard resource for quota")


def pod_level_resource_name(name: str, path: str, errors: Errors) -> None:
    """`validatePodResourceName.`"""
    before = len(errors.found)
    resource_name(name, path, errors)
    if len(errors.found) == before and name not in ("cpu", "memory") and not is_huge_page(name):
        errors.not_supported(path, name, ("cpu", "hugepages-", "memory"))


def quantity_value(name: str, value: Any, path: str, errors: Errors) -> None:
    """ValidateResourceQuantityValue."""
    parsed = amount(value)
    if parsed < 0:
        errors.invalid(path, str(value), "must be greater than or equal to 0")
    if (parsed % 1 or abs(parsed) > WIDEST) and (name in INTEGER or is_extended(name)):
        errors.invalid(path, str(value), "must be an integer")


def positive_quantity(value: Any, path: str, errors: Errors) -> None:
    """ValidatePositiveQuantityValue."""
    if amount(value) <= 0:
        errors.invalid(path, str(value), "must be greater than zero")


def requirements(
    resources: Fields, path: str, errors: Errors, claims: frozenset[str] = frozenset(),
    name_check: NameCheck = container_resource_name,
) -> None:  # fmt: skip
    """`validateResourceRequirements.`"""
    if not resources:
        return
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, value in limits.items():
        _entry(name, value, f"{path}.limits[{name}]", errors, name_check)
    for name, value in requests.items():
        _entry(name, value, f"{path}.requests[{name}]", errors, name_check)
        _against_limit(name, value, limits, path, errors)
    names = [*limits, *requests]
    if any(map(is_huge_page, names)) and "cpu" not in names and "memory" not in names:
        errors.forbidden(path, "HugePages require cpu or memory")
    if resources.get("claims"):
        _claims(resources, f"{path}.claims", errors, claims)


def _entry(name: str, value: Any, path: str, errors: Errors, name_check: NameCheck) -> None:
    name_check(name, path, errors)
    quantity_value(name, value, path, errors)
    if is_huge_page(name) and not _divisible(name, value):
        errors.invalid(path, str(value), f"{value} is not positive integer multiple of {name}")


def _divisible(name: str, value: Any) -> bool:
    try:
        size = quantities.parse(name.removeprefix(HUGE_PAGES))
    except ValueError:
        return False
    return size > 0 and size % 1 == 0 and amount(value) % size == 0


def _against_limit(name: str, value: Any, limits: Fields, path: str, errors: Errors) -> None:
    if name not in limits:
        if not is_overcommittable(name):
            errors.required(f"{path}.limits", "Limit must be set for non overcommitable resources")
        return
    requested, limit = amount(value), amount(limits[name])
    if requested != limit and not is_overcommittable(name):
        errors.invalid(f"{path}.requests", str(value), f"must be equal to {name} limit of {limits[name]}")
    elif requested > limit:
        errors.invalid(f"{path}.requests", str(value), f"must be less than or equal to {name} limit of {limits[name]}")


def _claims(resources: Fields, path: str, errors: Errors, known: frozenset[str]) -> None:
    """`validateResourceClaimNames.`"""
    seen: set[str] = set()
    for index, claim in enumerate(structs(resources, "claims")):
        name, request = text(claim, "name"), text(claim, "request")
        place = f"{path}[{index}]"
        if not name:
            errors.required(place)
            continue
        key = f"{name}/{request}" if request else name
        if request:
            errors.invalids(f"{place}.request", request, formats.dns_label(request))
        if name in seen or key in seen or (not request and any(k.startswith(f"{name}/") for k in seen)):
            errors.duplicate(place, key)
        seen.add(key)
        if name not in known:
            names = f": {', '.join(sorted(known))}" if known else " which is empty"
            errors.not_found(place, name, f"must be one of the names in pod.spec.resourceClaims{names}")
