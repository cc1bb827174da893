"""Nodes, priorities and runtimes (pkg/apis/core, scheduling and node validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import addresses, formats, resources
from seatrial.apis.validation.metadata import label_name, labels, object_meta, one_of
from seatrial.apis.validation.reading import Fields, mapping, number, struct, structs, text, texts
from seatrial.apis.validation.scheduling import taint_effect, tolerations
from seatrial.apis.violations import Errors

PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
HIGHEST_USER_PRIORITY = 1_000_000_000
SYSTEM_PRIORITIES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}


def node(obj: Fields, errors: Errors) -> None:
    """ValidateNode."""
    object_meta(obj, errors, namespaced=False)
    spec, status = struct(obj, "spec"), struct(obj, "status")
    _taints(spec, errors)
    for field in ("capacity", "allocatable"):
        for name, value in struct(status, field).items():
            resources.quantity_value(name, value, f"status.{field}.{name}", errors)
    first, ranges = text(spec, "podCIDR"), texts(spec, "podCIDRs")
    _pod_cidrs([first] if first and first not in ranges[:1] else ranges, errors)


def _taints(spec: Fields, errors: Errors) -> None:
    """`validateNodeTaints`; upstream names them below `metadata`."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(structs(spec, "taints")):
        path, key, effect = f"metadata.taints[{index}]", text(taint, "key"), text(taint, "effect")
        label_name(key, f"{path}.key", errors)
        messages = formats.label_value(text(taint, "value"))
        if messages:
            errors.invalid(f"{path}.value", text(taint, "value"), ";".join(messages))
        if not effect:
            errors.required(f"{path}.effect")
        else:
            taint_effect(effect, f"{path}.effect", errors)
        if (key, effect) in seen:
            errors.duplicate(path, taint, "taints must be unique by key and effect pair")
        seen.add((key, effect))


def _pod_cidrs(ranges: list[str], errors: Errors) -> None:
    for index, value in enumerate(ranges):
        errors.invalids(f"spec.podCIDRs[{index}]", value, addresses.cidr(value, errors.version))
    parsed = [network.version for network in map(addresses.parse_cidr, ranges) if network is not None]
    if len(ranges) > 1 and (len(ranges) > 2 or len(set(parsed)) < 2):
        errors.invalid("spec.podCIDRs", ranges, "may specify no more than one CIDR for each IP family")


def priority_class(obj: Fields, errors: Errors) -> None:
    """ValidatePriorityClass."""
    object_meta(obj, errors, namespaced=False)
    name, value = text(struct(obj, "metadata"), "name"), number(obj, "value")
    if name.startswith("system-"):
        if SYSTEM_PRIORITIES.get(name) != value or obj.get("globalDefault"):
            detail = (
                "priority class names with 'system-' prefix are reserved for system use only. "
                f"error: {name} is not a known system priority class"
            )
            errors.forbidden("metadata.name", detail)
    elif value > HIGHEST_USER_PRIORITY:
        detail = f"maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
        errors.forbidden("value", detail)
    policy = obj.get("preemptionPolicy")
    if policy is not None:
        one_of(policy, PREEMPTION_POLICIES, "preemptionPolicy", errors)


def runtime_class(obj: Fields, errors: Errors) -> None:
    """ValidateRuntimeClass."""
    object_meta(obj, errors, namespaced=False)
    handler, overhead, scheduling = text(obj, "handler"), struct(obj, "overhead"), struct(obj, "scheduling")
    if not handler and errors.version >= (1, 36):
        errors.required("handler")
    else:
        errors.invalids("handler", handler, formats.dns_label(handler))
    if overhead.get("podFixed"):
        resources.requirements({"limits": overhead["podFixed"]}, "overhead", errors)
    labels(mapping(scheduling, "nodeSelector"), "scheduling.nodeSelector", errors)
    tolerations(scheduling, "scheduling", errors)
    seen: set[tuple[str, ...]] = set()
    for index, toleration in enumerate(structs(scheduling, "tolerations")):
        key = tuple(text(toleration, field) for field in ("key", "operator", "value", "effect"))
        if key in seen:
            errors.duplicate(f"scheduling.tolerations[{index}]", toleration)
        seen.add(key)
