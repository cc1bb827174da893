"""Object metadata, labels and label selectors (apimachinery pkg/api/validation, pkg/apis/meta/v1/validation, 1.36)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seatrial.apis.validation import formats
from seatrial.apis.validation.formats import Messages
from seatrial.apis.validation.reading import Fields, mapping, structs, text, texts
from seatrial.apis.violations import Errors
from seatrial.model import selectors

NameRule = Callable[[str], Messages]
ANNOTATIONS_SIZE = 256 * 1024
STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
SET_OPERATORS, PRESENCE_OPERATORS = ("In", "NotIn"), ("Exists", "DoesNotExist")


def object_meta(
    obj: Fields,
    errors: Errors,
    name_rule: NameRule = formats.dns_subdomain,
    *,
    namespaced: bool = True,
    core: bool = True,
) -> None:
    """ValidateObjectMeta on creation. `core`: finalizers without a domain must be standard ones."""
    meta: Fields = obj.get("metadata") or {}
    name, generate = text(meta, "name"), text(meta, "generateName")
    if generate:
        errors.invalids("metadata.generateName", generate, name_rule(_masked(generate)))
    if name:
        errors.invalids("metadata.name", name, name_rule(name))
    elif not generate:
        errors.required("metadata.name", "name or generateName is required")
    if namespaced and meta.get("namespace"):
        errors.invalids("metadata.namespace", meta["namespace"], formats.dns_label(meta["namespace"]))
    non_negative(meta.get("generation"), "metadata.generation", errors)
    if meta.get("labels"):
        labels(mapping(meta, "labels"), "metadata.labels", errors)
    if meta.get("annotations"):
        annotation_map(mapping(meta, "annotations"), "metadata.annotations", errors)
    if meta.get("ownerReferences"):
        _owner_references(meta, errors)
    if meta.get("finalizers"):
        _finalizers(meta, errors, core)


def _masked(prefix: str) -> str:
    """A generateName may end with a dash: something is put behind it."""
    return prefix[:-2] + "a" if len(prefix) > 1 and prefix.endswith("-") else prefix


def labels(values: dict[str, str], path: str, errors: Errors) -> None:
    """ValidateLabels."""
    for key, value in values.items():
        errors.invalids(path, key, formats.qualified_name(key))
        errors.invalids(path, value, formats.label_value(value))


def annotation_map(values: dict[str, str], path: str, errors: Errors) -> None:
    """ValidateAnnotations."""
    size = 0
    for key, value in values.items():
        errors.invalids(path, key, formats.qualified_name(key.lower()))
        size += len(key.encode()) + len(value.encode())
    if size > ANNOTATIONS_SIZE:
        errors.too_long(path, ANNOTATIONS_SIZE)


def _owner_references(meta: Fields, errors: Errors) -> None:
    """ValidateOwnerReferences; upstream names the list, not the item."""
    path, controller = "metadata.ownerReferences", ""
    for owner in structs(meta, "ownerReferences"):
        api_version = text(owner, "apiVersion")
        if not api_version.rpartition("/")[2] or api_version.count("/") > 1:
            errors.invalid(f"{path}.apiVersion", api_version, "version must not be empty")
        for field in ("kind", "name", "uid"):
            if not owner.get(field):
                errors.invalid(f"{path}.{field}", "", "must not be empty")
        if api_version == "v1" and text(owner, "kind") == "Event":
            errors.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            name = f"{text(owner, 'kind')}/{text(owner, 'name')}"
            if controller:
                detail = 'Only one reference can have Controller set to true. Found "true" in references for'
                errors.invalid(path, meta["ownerReferences"], f"{detail} {controller} and {name}")
            else:
                controller = name


def _finalizers(meta: Fields, errors: Errors, core: bool) -> None:
    names = texts(meta, "finalizers")
    for index, name in enumerate(names):
        errors.invalids("metadata.finalizers", name, formats.qualified_name(name))
        if core:
            standard_finalizer(name, f"metadata.finalizers[{index}]", errors)
    if "orphan" in names and "foregroundDeletion" in names:
        detail = "finalizer orphan and foregroundDeletion cannot be both set"
        errors.invalid("metadata.finalizers", names, detail)


def standard_finalizer(name: str, path: str, errors: Errors) -> None:
    """`validateKubeFinalizerName.`"""
    if "/" not in name and name not in STANDARD_FINALIZERS:
        errors.invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")


def label_name(name: str, path: str, errors: Errors) -> None:
    """ValidateLabelName."""
    errors.invalids(path, name, formats.qualified_name(name))


def label_selector(selector: Fields | None, path: str, errors: Errors) -> bool:
    """ValidateLabelSelector; whether the selector can be used (metav1.LabelSelectorAsSelector takes it)."""
    if not selector:
        return True
    before = len(errors.found)
    labels(mapping(selector, "matchLabels"), f"{path}.matchLabels", errors)
    for index, expression in enumerate(structs(selector, "matchExpressions")):
        _expression(expression, f"{path}.matchExpressions[{index}]", errors)
    return len(errors.found) == before


def _expression(expression: Fields, path: str, errors: Errors) -> None:
    operator, values = text(expression, "operator"), texts(expression, "values")
    if operator in SET_OPERATORS:
        if not values:
            errors.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in PRESENCE_OPERATORS:
        if values:
            errors.forbidden(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else:
        errors.invalid(f"{path}.operator", operator, "not a valid selector operator")
    label_name(text(expression, "key"), f"{path}.key", errors)
    for index, value in enumerate(values):
        errors.invalids(f"{path}.values[{index}]", value, formats.label_value(value))


def is_empty_selector(selector: Fields) -> bool:
    """Whether a selector that is given selects everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def selects_template(selector: Fields | None, template: Fields) -> bool:
    """Whether a usable selector fits the labels of a pod template; none fits nothing."""
    return selector is not None and selectors.matches(dict(selector), template_labels(template))


def template_labels(template: Fields) -> dict[str, str]:
    """The labels of a pod template."""
    meta: Fields = template.get("metadata") or {}
    return mapping(meta, "labels")


def unmatched_template(template: Fields, path: str, errors: Errors) -> None:
    """Reports that a selector does not fit a template."""
    found = template_labels(template) or None
    errors.invalid(f"{path}.metadata.labels", found, "`selector` does not match template `labels`")


def non_negative(value: Any, path: str, errors: Errors) -> None:
    """ValidateNonnegativeField; null is fine."""
    if value is not None and value < 0:
        errors.invalid(path, value, "must be greater than or equal to 0")


def one_of(value: str, choices: tuple[str, ...], path: str, errors: Errors) -> None:
    """An enumeration that has no default left: "" is a missing value."""
    if not value:
        errors.required(path)
    elif value not in choices:
        errors.not_supported(path, value, choices)
