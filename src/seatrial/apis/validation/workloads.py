"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers (pkg/apis/apps/validation, 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import counts, formats
from seatrial.apis.validation.claims import claim_spec
from seatrial.apis.validation.metadata import (
    is_empty_selector,
    label_selector,
    non_negative,
    object_meta,
    selects_template,
    template_labels,
    unmatched_template,
)
from seatrial.apis.validation.pods import pod_template
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text
from seatrial.apis.violations import Errors
from seatrial.model import selectors

RETENTION = ("Retain", "Delete")
CLAIM_TEMPLATES_SINCE = (1, 34)
"""Claim templates of a StatefulSet are validated as claims are."""


def _numbers(spec: Fields, names: tuple[str, ...], errors: Errors) -> None:
    for name in names:
        non_negative(spec.get(name), f"spec.{name}", errors)


def _selector(spec: Fields, kind: str, errors: Errors) -> bool:
    """The selector must be there, well-formed and not empty, and fit the template; whether it is usable at all."""
    selector, template = spec.get("selector"), struct(spec, "template")
    if selector is None:
        errors.required("spec.selector")
    elif is_empty_selector(selector):
        errors.invalid("spec.selector", selector, f"empty selector is invalid for {kind}")
        return True
    elif not label_selector(selector, "spec.selector", errors):
        errors.invalid("spec.selector", selector, "" if kind == "statefulset" else "invalid label selector")
        return False
    if not selects_template(selector, template):
        unmatched_template(template, "spec.template", errors)
    return True


def _always(spec: Fields, kind: str, errors: Errors) -> None:
    """A template whose pods are kept running."""
    pod = struct(struct(spec, "template"), "spec")
    policy = text(pod, "restartPolicy")
    if policy != "Always":
        errors.not_supported("spec.template.spec.restartPolicy", policy, ("Always",))
    if pod.get("activeDeadlineSeconds") is not None:
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", detail)


def deployment(obj: Fields, errors: Errors) -> None:
    """ValidateDeployment."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _numbers(spec, ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"), errors)
    if _selector(spec, "deployment", errors):
        pod_template(struct(spec, "template"), "spec.template", errors)
        _always(spec, "ReplicaSet", errors)
    _deployment_strategy(struct(spec, "strategy"), errors)
    deadline, ready = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds") or 0
    if deadline is not None and deadline <= ready:
        errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")


def _deployment_strategy(strategy: Fields, errors: Errors) -> None:
    kind, rolling = text(strategy, "type"), strategy.get("rollingUpdate")
    match kind:
        case "Recreate":
            if rolling is not None:
                detail = "may not be specified when strategy `type` is 'Recreate'"
                errors.forbidden("spec.strategy.rollingUpdate", detail)
        case "RollingUpdate":
            _rolling_update(rolling or {}, errors)
        case _:
            errors.not_supported("spec.strategy", strategy, ("Recreate", "RollingUpdate"))


def _rolling_update(rolling: Fields, errors: Errors) -> None:
    """ValidateRollingUpdateDeployment."""
    path, unavailable, surge = "spec.strategy.rollingUpdate", rolling.get("maxUnavailable"), rolling.get("maxSurge")
    counts.positive_or_percent(unavailable, f"{path}.maxUnavailable", errors)
    counts.positive_or_percent(surge, f"{path}.maxSurge", errors)
    if counts.plain(unavailable) == 0 and counts.plain(surge) == 0:
        errors.invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    counts.at_most_100_percent(unavailable, f"{path}.maxUnavailable", errors)


def replica_set(obj: Fields, errors: Errors) -> None:
    """ValidateReplicaSet."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _numbers(spec, ("replicas", "minReadySeconds"), errors)
    if _selector(spec, "deployment", errors):
        pod_template(struct(spec, "template"), "spec.template", errors)
        _always(spec, "ReplicaSet", errors)


def daemon_set(obj: Fields, errors: Errors) -> None:
    """ValidateDaemonSet."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _daemon_selector(spec, errors)
    pod_template(struct(spec, "template"), "spec.template", errors)
    _always(spec, "DaemonSet", errors)
    _numbers(spec, ("minReadySeconds", "revisionHistoryLimit"), errors)
    strategy = struct(spec, "updateStrategy")
    match text(strategy, "type"):
        case "OnDelete":
            pass
        case "RollingUpdate":
            _rolling_daemons(struct(strategy, "rollingUpdate"), errors)
        case _:
            errors.not_supported("spec.updateStrategy", strategy, ("RollingUpdate", "OnDelete"))


def _daemon_selector(spec: Fields, errors: Errors) -> None:
    """A DaemonSet's selector: without one, only that it does not fit the template is told."""
    selector, template = spec.get("selector"), struct(spec, "template")
    usable = label_selector(selector, "spec.selector", errors)
    if usable and not selects_template(selector, template):
        unmatched_template(template, "spec.template", errors)
    if selector is not None and is_empty_selector(selector):
        errors.invalid("spec.selector", selector, "empty selector is invalid for daemonset")


def _rolling_daemons(rolling: Fields, errors: Errors) -> None:
    """ValidateRollingUpdateDaemonSet: exactly one of surge and unavailable."""
    path, unavailable, surge = (
        "spec.updateStrategy.rollingUpdate",
        rolling.get("maxUnavailable"),
        rolling.get("maxSurge"),
    )
    for name, value in (("maxUnavailable", unavailable), ("maxSurge", surge)):
        counts.positive_or_percent(value, f"{path}.{name}", errors)
        counts.at_most_100_percent(value, f"{path}.{name}", errors)
    if counts.plain(unavailable) and counts.plain(surge):
        errors.invalid(f"{path}.maxSurge", surge, "may not be set when maxUnavailable is non-zero")
    elif not counts.plain(unavailable) and not counts.plain(surge):
        errors.required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")


def stateful_set(obj: Fields, errors: Errors) -> None:
    """ValidateStatefulSet."""
    object_meta(obj, errors, formats.dns_label)
    spec = struct(obj, "spec")
    policy = text(spec, "podManagementPolicy")
    if policy not in ("OrderedReady", "Parallel"):
        errors.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")
    _stateful_strategy(struct(spec, "updateStrategy"), errors)
    retention = struct(spec, "persistentVolumeClaimRetentionPolicy")
    for name in ("whenDeleted", "whenScaled"):
        value = text(retention, name)
        if value not in RETENTION:
            errors.not_supported(f"spec.persistentVolumeClaimRetentionPolicy.{name}", value, RETENTION)
    _numbers(spec, ("replicas", "minReadySeconds", "revisionHistoryLimit"), errors)
    non_negative(struct(spec, "ordinals").get("start"), "spec.ordinals.start", errors)
    service = text(spec, "serviceName")
    if service and errors.version >= (1, 33):
        errors.invalids("spec.serviceName", service, formats.dns_label(service))
    if errors.version >= CLAIM_TEMPLATES_SINCE:
        for index, claim in enumerate(structs(spec, "volumeClaimTemplates")):
            claim_spec(struct(claim, "spec"), f"spec.volumeClaimTemplates[{index}].spec", errors)
    if _selector(spec, "statefulset", errors):
        claims = dict.fromkeys(text(struct(c, "metadata"), "name") for c in structs(spec, "volumeClaimTemplates"))
        template = struct(spec, "template")
        if errors.version >= CLAIM_TEMPLATES_SINCE:
            template = _as_controller_makes(template)
        pod_template(template, "spec.template", errors, claims=tuple(claims))
    _always(spec, "StatefulSet", errors)


def _as_controller_makes(template: Fields) -> Fields:
    """Without host name and subdomain: the controller sets both (initIdentity)."""
    pod = struct(template, "spec")
    if not pod.get("hostname") and not pod.get("subdomain"):
        return template
    return {**template, "spec": {**pod, "hostname": "", "subdomain": ""}}


def _stateful_strategy(strategy: Fields, errors: Errors) -> None:
    path, rolling = "spec.updateStrategy", strategy.get("rollingUpdate")
    match text(strategy, "type"):
        case "OnDelete":
            if rolling is not None:
                detail = "only allowed for updateStrategy 'RollingUpdate'"
                errors.invalid(f"{path}.rollingUpdate", rolling, detail)
        case "RollingUpdate":
            if rolling is not None:
                _rolling_stateful(rolling, f"{path}.rollingUpdate", errors)
        case _:
            errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")


def _rolling_stateful(rolling: Fields, path: str, errors: Errors) -> None:
    non_negative(rolling.get("partition"), f"{path}.partition", errors)
    unavailable = rolling.get("maxUnavailable")
    if unavailable is None:
        return
    counts.positive_or_percent(unavailable, f"{path}.maxUnavailable", errors)
    if counts.plain(unavailable) == 0:
        errors.invalid(f"{path}.maxUnavailable", unavailable, "cannot be 0")
    counts.at_most_100_percent(unavailable, f"{path}.maxUnavailable", errors)


def replication_controller(obj: Fields, errors: Errors) -> None:
    """ValidateReplicationController."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _numbers(spec, ("minReadySeconds", "replicas"), errors)
    selector, template = mapping(spec, "selector"), spec.get("template")
    if not selector:
        errors.required("spec.selector")
    if template is None:
        errors.required("spec.template")
        return
    if selector and not selectors.matches_map(selector, template_labels(template)):
        unmatched_template(template, "spec.template", errors)
    pod_template(template, "spec.template", errors)
    _always(spec, "ReplicationController", errors)


def pod_template_object(obj: Fields, errors: Errors) -> None:
    """ValidatePodTemplate."""
    object_meta(obj, errors)
    pod_template(struct(obj, "template"), "template", errors)


def controller_revision(obj: Fields, errors: Errors) -> None:
    """ValidateControllerRevision."""
    object_meta(obj, errors)
    if obj.get("data") is None:
        errors.required("data", "data is mandatory")
    elif not isinstance(obj["data"], dict) and errors.version >= (1, 32):
        errors.required("data", "data must be a valid JSON object")
    non_negative(obj.get("revision"), "revision", errors)
