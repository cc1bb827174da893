"""Roles and their bindings (pkg/apis/rbac/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import label_selector, object_meta
from seatrial.apis.validation.reading import Fields, struct, structs, text
from seatrial.apis.violations import Errors

GROUP = "rbac.authorization.k8s.io"
SUBJECT_KINDS = ("ServiceAccount", "User", "Group")


def role(obj: Fields, errors: Errors) -> None:
    """ValidateRole."""
    object_meta(obj, errors, formats.path_segment)
    _rules(obj, errors, namespaced=True)


def cluster_role(obj: Fields, errors: Errors) -> None:
    """ValidateClusterRole."""
    object_meta(obj, errors, formats.path_segment, namespaced=False)
    _rules(obj, errors, namespaced=False)
    aggregation = obj.get("aggregationRule")
    if aggregation is None:
        return
    selectors = structs(aggregation, "clusterRoleSelectors")
    path = "aggregationRule.clusterRoleSelectors"
    if not selectors:
        errors.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")
    for index, selector in enumerate(selectors):
        if not label_selector(selector, f"{path}[{index}]", errors):
            errors.invalid(f"{path}[{index}]", None, "invalid label selector.")


def _rules(obj: Fields, errors: Errors, *, namespaced: bool) -> None:
    """ValidatePolicyRule."""
    for index, rule in enumerate(structs(obj, "rules")):
        path, urls = f"rules[{index}]", rule.get("nonResourceURLs")
        if not rule.get("verbs"):
            errors.required(f"{path}.verbs", "verbs must contain at least one value")
        if urls:
            if namespaced:
                detail = "namespaced rules cannot apply to non-resource URLs"
                errors.invalid(f"{path}.nonResourceURLs", urls, detail)
            if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
                detail = "rules cannot apply to both regular resources and non-resource URLs"
                errors.invalid(f"{path}.nonResourceURLs", urls, detail)
            continue
        if not rule.get("apiGroups"):
            errors.required(f"{path}.apiGroups", "resource rules must supply at least one api group")
        if not rule.get("resources"):
            errors.required(f"{path}.resources", "resource rules must supply at least one resource")


def role_binding(obj: Fields, errors: Errors) -> None:
    """ValidateRoleBinding."""
    object_meta(obj, errors, formats.path_segment)
    _binding(obj, ("Role", "ClusterRole"), errors, namespaced=True)


def cluster_role_binding(obj: Fields, errors: Errors) -> None:
    """ValidateClusterRoleBinding."""
    object_meta(obj, errors, formats.path_segment, namespaced=False)
    _binding(obj, ("ClusterRole",), errors, namespaced=False)


def _binding(obj: Fields, kinds: tuple[str, ...], errors: Errors, *, namespaced: bool) -> None:
    reference = struct(obj, "roleRef")
    group, kind, name = (text(reference, field) for field in ("apiGroup", "kind", "name"))
    if group != GROUP:
        errors.not_supported("roleRef.apiGroup", group, (GROUP,))
    if kind not in kinds:
        errors.not_supported("roleRef.kind", kind, kinds)
    if not name:
        errors.required("roleRef.name")
    else:
        errors.invalids("roleRef.name", name, formats.path_segment(name))
    for index, subject in enumerate(structs(obj, "subjects")):
        _subject(subject, f"subjects[{index}]", errors, namespaced)


def _subject(subject: Fields, path: str, errors: Errors, namespaced: bool) -> None:
    """ValidateRoleBindingSubject."""
    kind, name, group = (text(subject, field) for field in ("kind", "name", "apiGroup"))
    if not name:
        errors.required(f"{path}.name")
    if kind == "ServiceAccount":
        if name:
            errors.invalids(f"{path}.name", name, formats.dns_subdomain(name))
        if group:
            errors.not_supported(f"{path}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            errors.required(f"{path}.namespace")
    elif kind in ("User", "Group"):
        if group != GROUP:
            errors.not_supported(f"{path}.apiGroup", group, (GROUP,))
    else:
        errors.not_supported(f"{path}.kind", kind, SUBJECT_KINDS)
