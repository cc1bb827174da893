"""Events (pkg/apis/core/validation/events.go, Kubernetes 1.36)."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, text
from seatrial.apis.violations import Errors

TYPES = ("Normal", "Warning")
LONGEST, LONGEST_MESSAGE = 128, 1024
HOME = "default"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """How one version of the API calls what both have; what is told of it carries the names of the core."""

    regarding: str
    controller: str
    instance: str
    message: str


CORE = FieldNames("involvedObject", "reportingComponent", "reportingInstance", "message")
EVENTS = FieldNames("regarding", "reportingController", "reportingInstance", "note")


def core_event(obj: Fields, errors: Errors) -> None:
    """ValidateEventCreate of v1: nothing but the rules that are as old as Events."""
    _legacy(obj, CORE, "reportingComponent", errors)
    if not any(text(struct(obj, "metadata"), name) for name in ("name", "generateName")):
        object_meta(obj, errors)


def event(obj: Fields, errors: Errors) -> None:
    """ValidateEventCreate of events.k8s.io/v1."""
    _legacy(obj, EVENTS, "reportingController", errors)
    object_meta(obj, errors)
    series = obj.get("series")
    if series is not None:
        if number(series, "count") < 2:
            errors.invalid("series.count", "", "should be at least 2")
        if not series.get("lastObservedTime"):
            errors.required("series.lastObservedTime")
    if not obj.get("eventTime"):
        errors.required("eventTime")
    if text(obj, "type") not in TYPES:
        errors.invalid("type", "", f"has invalid value: {text(obj, 'type')}")
    source = struct(obj, "deprecatedSource")
    for name, given in (
        ("firstTimestamp", obj.get("deprecatedFirstTimestamp")),
        ("lastTimestamp", obj.get("deprecatedLastTimestamp")),
        ("count", obj.get("deprecatedCount")),
        ("source", source.get("component") or source.get("host")),
    ):
        if given:
            errors.invalid(name, "", "needs to be unset")


def _legacy(obj: Fields, names: FieldNames, controller: str, errors: Errors) -> None:
    """`legacyValidateEvent.`"""
    namespace = text(struct(obj, "metadata"), "namespace") or HOME
    of_object = text(struct(obj, names.regarding), "namespace")
    new = bool(obj.get("eventTime"))
    at_home = (HOME, "kube-system") if new else (HOME,)
    if (not of_object and namespace not in at_home) or (of_object and not new and of_object != namespace):
        errors.invalid("involvedObject.namespace", of_object, "does not match event.namespace")
    if new:
        _reported(obj, names, controller, errors)
    errors.invalids("namespace", namespace, formats.dns_subdomain(namespace))


def _reported(obj: Fields, names: FieldNames, controller: str, errors: Errors) -> None:
    reporter = text(obj, names.controller)
    if not reporter:
        errors.required(controller)
    errors.invalids(controller, reporter, formats.qualified_name(reporter))
    for path, name in (("reportingInstance", names.instance), ("action", "action"), ("reason", "reason")):
        value = text(obj, name)
        if not value:
            errors.required(path)
        if len(value.encode()) > LONGEST:
            errors.invalid(path, "", f"can have at most {LONGEST} characters")
    if len(text(obj, names.message).encode()) > LONGEST_MESSAGE:
        errors.invalid("message", "", f"can have at most {LONGEST_MESSAGE} characters")
