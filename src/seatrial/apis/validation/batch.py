"""Jobs and CronJobs (pkg/apis/batch/validation, Kubernetes 1.36)."""

from __future__ import annotations

import re
from functools import cache

from seatrial.apis.validation import cron, formats
from seatrial.apis.validation.metadata import (
    label_selector,
    non_negative,
    object_meta,
    selects_template,
    unmatched_template,
)
from seatrial.apis.validation.pods import pod_template
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text
from seatrial.apis.violations import Errors
from seatrial.model import selectors

NUMBERS = (
    "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
    "backoffLimitPerIndex", "maxFailedIndexes",
)  # fmt: skip
UID_LABELS = ("controller-uid", "batch.kubernetes.io/controller-uid")
NAME_LABELS = ("job-name", "batch.kubernetes.io/job-name")
COMPLETION_MODES = ("NonIndexed", "Indexed")
CONCURRENCY_POLICIES = ("Allow", "Forbid", "Replace")
FAILURE_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
EXIT_CODE_OPERATORS, CONDITION_STATUSES = ("In", "NotIn"), ("False", "True", "Unknown")
MAX_PARALLELISM_INDEXED = 100_000
MAX_RULES, MAX_EXIT_CODES, MAX_CONDITIONS, MAX_SUCCESS_RULES = 20, 255, 20, 20
CRON_JOB_NAME = 52
_INDEXES = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")
_TIME_ZONE = re.compile("[A-Za-z0-9._+/-]+")


def job(obj: Fields, errors: Errors) -> None:
    """ValidateJob; the selector that the server generates is not there yet."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    _indexed_name(obj, spec, errors)
    job_spec(spec, "spec", errors)
    if spec.get("manualSelector"):
        selector, template = spec.get("selector"), struct(spec, "template")
        if selector is None:
            errors.required("spec.selector")
        usable = label_selector(selector, "spec.selector", errors)
        if usable and not selects_template(selector, template):
            unmatched_template(template, "spec.template", errors)
    else:
        _generated_selector(text(struct(obj, "metadata"), "name"), spec, errors)


def _generated_selector(name: str, spec: Fields, errors: Errors) -> None:
    """`validateGeneratedSelector`: what the server adds to a Job's template and selector must not be there already.

    The server gives the Job a uid that nobody can know before, and selects by it; "" stands for it here.
    """
    template, selector = struct(spec, "template"), spec.get("selector")
    given = mapping(struct(template, "metadata"), "labels")
    generated = {**dict.fromkeys(UID_LABELS, ""), **dict.fromkeys(NAME_LABELS, name)}
    for label, value in generated.items():
        if label not in given:
            errors.invalids("spec.template.labels", value, formats.label_value(value))
        elif given[label] != value or label in UID_LABELS:
            errors.invalid(f"spec.template.metadata.labels[{label}]", given, f"must be '{value}'")
    if not selector or not label_selector(selector, "spec.selector", errors):
        return
    complete = {**selector, "matchLabels": {UID_LABELS[1]: "", **mapping(selector, "matchLabels")}}
    if not selectors.matches(complete, generated):
        errors.invalid("spec.selector", selector, "`selector` not auto-generated")
    if not selectors.matches(complete, {**generated, **given}):
        unmatched_template(template, "spec.template", errors)


def _indexed_name(obj: Fields, spec: Fields, errors: Errors) -> None:
    """Pods of an Indexed Job get host names of its name and their index."""
    completions, name = spec.get("completions"), text(struct(obj, "metadata"), "name")
    if spec.get("completionMode") == "Indexed" and completions and name:
        for message in formats.dns_label(f"{name}-{completions - 1}"):
            detail = f"will not able to create pod with invalid DNS label: {name}-{completions - 1}"
            errors.invalid("metadata.name", name, f"{detail}: {message}")


def job_spec(spec: Fields, path: str, errors: Errors) -> None:
    """`validateJobSpec.`"""
    for name in NUMBERS:
        non_negative(spec.get(name), f"{path}.{name}", errors)
    _completion(spec, path, errors)
    managed_by = spec.get("managedBy")
    if managed_by is not None:
        errors.invalids(f"{path}.managedBy", managed_by, formats.domain_prefixed_path(managed_by))
    template = struct(spec, "template")
    pod_template(template, f"{path}.template", errors)
    policy = text(struct(template, "spec"), "restartPolicy")
    if policy not in ("OnFailure", "Never"):
        place = f"{path}.template.spec.restartPolicy"
        if policy in ("", "Always"):
            errors.required(place, 'valid values: "OnFailure", "Never"')
        else:
            errors.not_supported(place, policy, ("OnFailure", "Never"))
    failure, success = spec.get("podFailurePolicy"), spec.get("successPolicy")
    if failure is not None:
        if policy != "Never":
            detail = 'only "Never" is supported when podFailurePolicy is specified'
            errors.invalid(f"{path}.template.spec.restartPolicy", policy, detail)
        _failure_policy(failure, spec, f"{path}.podFailurePolicy", errors)
    if success is not None:
        _success_policy(success, spec, f"{path}.successPolicy", errors)
    replacement = spec.get("podReplacementPolicy")
    if replacement is not None:
        allowed = ("Failed",) if failure is not None else ("Failed", "TerminatingOrFailed")
        if replacement not in allowed:
            errors.not_supported(f"{path}.podReplacementPolicy", replacement, allowed)


def _completion(spec: Fields, path: str, errors: Errors) -> None:
    mode, completions = spec.get("completionMode"), spec.get("completions")
    parallelism, failed = spec.get("parallelism"), spec.get("maxFailedIndexes")
    if mode is not None:
        if mode not in COMPLETION_MODES:
            errors.not_supported(f"{path}.completionMode", mode, COMPLETION_MODES)
        if mode == "Indexed":
            if completions is None:
                errors.required(f"{path}.completions", "when completion mode is Indexed")
            if parallelism is not None and parallelism > MAX_PARALLELISM_INDEXED:
                detail = f"must be less than or equal to {MAX_PARALLELISM_INDEXED} when completion mode is Indexed"
                errors.invalid(f"{path}.parallelism", parallelism, detail)
            if completions is not None and failed is not None and failed > completions:
                errors.invalid(f"{path}.maxFailedIndexes", failed, "must be less than or equal to completions")
    if mode != "Indexed":
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(name) is not None:
                errors.invalid(f"{path}.{name}", spec[name], "requires indexed completion mode")
    if failed is not None and spec.get("backoffLimitPerIndex") is None:
        errors.required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified")


def _failure_policy(policy: Fields, spec: Fields, path: str, errors: Errors) -> None:
    """`validatePodFailurePolicy.`"""
    pod = struct(struct(spec, "template"), "spec")
    names = {text(c, "name") for field in ("containers", "initContainers") for c in structs(pod, field)}
    rules = structs(policy, "rules")
    if len(rules) > MAX_RULES:
        errors.too_many(f"{path}.rules", len(rules), MAX_RULES)
    for index, rule in enumerate(rules):
        _failure_rule(rule, spec, names, f"{path}.rules[{index}]", errors)


def _failure_rule(rule: Fields, spec: Fields, names: set[str], path: str, errors: Errors) -> None:
    action = text(rule, "action")
    if not action:
        errors.required(f"{path}.action", f"valid values: {list(FAILURE_ACTIONS)}")
    elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.invalid(f"{path}.action", action, "requires the backoffLimitPerIndex to be set")
    elif action not in FAILURE_ACTIONS:
        errors.not_supported(f"{path}.action", action, FAILURE_ACTIONS)
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
    if codes is not None:
        _exit_codes(codes, names, f"{path}.onExitCodes", errors)
    if conditions:
        _pod_conditions(rule, f"{path}.onPodConditions", errors)
    if codes is not None and conditions:
        errors.invalid(path, "", "specifying both OnExitCodes and OnPodConditions is not supported")
    elif codes is None and not conditions:
        errors.invalid(path, "", "specifying one of OnExitCodes and OnPodConditions is required")


def _exit_codes(codes: Fields, names: set[str], path: str, errors: Errors) -> None:
    operator, values, container = text(codes, "operator"), codes.get("values") or [], codes.get("containerName")
    if not operator:
        errors.required(f"{path}.operator", f"valid values: {list(EXIT_CODE_OPERATORS)}")
    elif operator not in EXIT_CODE_OPERATORS:
        errors.not_supported(f"{path}.operator", operator, EXIT_CODE_OPERATORS)
    if container is not None and container not in names:
        detail = "must be one of the container or initContainer names in the pod template"
        errors.invalid(f"{path}.containerName", container, detail)
    if not values:
        errors.invalid(f"{path}.values", values, "at least one value is required")
    elif len(values) > MAX_EXIT_CODES:
        errors.too_many(f"{path}.values", len(values), MAX_EXIT_CODES)
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.invalid(f"{path}.values[{index}]", value, "must not be 0 for the In operator")
        if value in values[:index]:
            errors.duplicate(f"{path}.values[{index}]", value)
    if sorted(set(values)) != values and len(set(values)) == len(values):
        errors.invalid(f"{path}.values", values, "must be ordered")


def _pod_conditions(rule: Fields, path: str, errors: Errors) -> None:
    conditions = structs(rule, "onPodConditions")
    if len(conditions) > MAX_CONDITIONS:
        errors.too_many(path, len(conditions), MAX_CONDITIONS)
    for index, condition in enumerate(conditions):
        place, kind, status = f"{path}[{index}]", text(condition, "type"), text(condition, "status")
        errors.invalids(f"{place}.type", kind, formats.qualified_name(kind))
        if not status:
            errors.required(f"{place}.status", f"valid values: {list(CONDITION_STATUSES)}")
        elif status not in CONDITION_STATUSES:
            errors.not_supported(f"{place}.status", status, CONDITION_STATUSES)


def _success_policy(policy: Fields, spec: Fields, path: str, errors: Errors) -> None:
    """`validateSuccessPolicy.`"""
    if spec.get("completionMode") != "Indexed":
        errors.invalid(path, policy, "requires indexed completion mode")
        return
    rules = structs(policy, "rules")
    if not rules:
        errors.required(f"{path}.rules", "at least one rules must be specified when the successPolicy is specified")
    if len(rules) > MAX_SUCCESS_RULES:
        errors.too_many(f"{path}.rules", len(rules), MAX_SUCCESS_RULES)
    for index, rule in enumerate(rules):
        _success_rule(rule, spec, f"{path}.rules[{index}]", errors)


def _success_rule(rule: Fields, spec: Fields, path: str, errors: Errors) -> None:
    count, indexes, completions = rule.get("succeededCount"), rule.get("succeededIndexes"), spec.get("completions") or 0
    if count is None and indexes is None:
        detail = "at least one of succeededCount or succeededIndexes must be specified"
        errors.required(path, detail)
    if count is not None:
        non_negative(count, f"{path}.succeededCount", errors)
        if count > completions:
            detail = f"must be less than or equal to {completions} (the number of specified completions)"
            errors.invalid(f"{path}.succeededCount", count, detail)
    if indexes is not None and not _INDEXES.fullmatch(indexes):
        errors.invalid(f"{path}.succeededIndexes", indexes, "error parsing succeededIndexes")


def cron_job(obj: Fields, errors: Errors) -> None:
    """ValidateCronJobCreate."""
    object_meta(obj, errors)
    name = text(struct(obj, "metadata"), "name")
    if len(name) > CRON_JOB_NAME:
        errors.invalid("metadata.name", name, f"must be no more than {CRON_JOB_NAME} characters")
    spec = struct(obj, "spec")
    schedule = text(spec, "schedule")
    if not schedule:
        errors.required("spec.schedule")
    else:
        _schedule(schedule, spec.get("timeZone") is not None, errors)
    for field in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        non_negative(spec.get(field), f"spec.{field}", errors)
    policy = text(spec, "concurrencyPolicy")
    if policy not in CONCURRENCY_POLICIES:
        errors.not_supported("spec.concurrencyPolicy", policy, CONCURRENCY_POLICIES)
    _time_zone(spec.get("timeZone"), errors)
    template = struct(struct(spec, "jobTemplate"), "spec")
    job_spec(template, "spec.jobTemplate.spec", errors)
    if template.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        errors.invalid("spec.jobTemplate.spec.selector", template["selector"], detail)
    if template.get("manualSelector"):
        errors.not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false"))


def _schedule(schedule: str, zoned: bool, errors: Errors) -> None:
    message = cron.problem(schedule)
    if message:
        errors.invalid("spec.schedule", schedule, message)
    if "TZ" in schedule:
        detail = (
            "cannot use both timeZone field and TZ or CRON_TZ in schedule"
            if zoned
            else "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        )
        errors.invalid("spec.schedule", schedule, detail)


def _time_zone(zone: str | None, errors: Errors) -> None:
    """`validateTimeZone.`"""
    if zone is None:
        return
    if not zone:
        errors.invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string")
        return
    if zone.lower() == "local":
        errors.invalid(
            "spec.timeZone", zone, "timeZone must be an explicit time zone as defined in the IANA tz database"
        )
        return
    if _TIME_ZONE.fullmatch(zone) is None or (_zones() and zone not in _zones()):
        errors.invalid("spec.timeZone", zone, f"unknown time zone {zone}")


@cache
def _zones() -> frozenset[str]:
    """The time zones that this machine knows; none where it has no data about them, and then any name passes."""
    import zoneinfo  # 10 ms that only a CronJob with a time zone is worth

    return frozenset(zoneinfo.available_timezones())
