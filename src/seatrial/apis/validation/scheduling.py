"""Where pods may go: affinity, tolerations, spreading (pkg/apis/core/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import label_name, label_selector
from seatrial.apis.validation.reading import Fields, mapping, number, struct, structs, text, texts
from seatrial.apis.violations import Errors

TAINT_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
OPERATORS = ("Equal", "Exists")
SPREAD_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
INCLUSION_POLICIES = ("Honor", "Ignore")
REQUIRED, PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)


def affinity(spec: Fields, path: str, errors: Errors) -> None:
    """`validateAffinity.`"""
    rules = spec.get("affinity")
    if not rules:
        return
    path = f"{path}.affinity"
    if rules.get("nodeAffinity"):
        _node_affinity(rules["nodeAffinity"], f"{path}.nodeAffinity", errors)
    for name in ("podAffinity", "podAntiAffinity"):
        if rules.get(name):
            _pod_affinity(rules[name], f"{path}.{name}", errors)


def _node_affinity(rules: Fields, path: str, errors: Errors) -> None:
    if rules.get(REQUIRED) is not None:
        node_selector(rules[REQUIRED], f"{path}.{REQUIRED}", errors)
    for index, term in enumerate(structs(rules, PREFERRED)):
        place = f"{path}.{PREFERRED}[{index}]"
        _weight(term, place, errors)
        _node_term(struct(term, "preference"), f"{place}.preference", errors, check_values=False)


def _weight(term: Fields, path: str, errors: Errors) -> None:
    weight = number(term, "weight")
    if not 1 <= weight <= 100:
        errors.invalid(f"{path}.weight", weight, "must be in the range 1-100")


def node_selector(selector: Fields, path: str, errors: Errors) -> None:
    """ValidateNodeSelector."""
    terms = structs(selector, "nodeSelectorTerms")
    if not terms:
        errors.required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")
    for index, term in enumerate(terms):
        _node_term(term, f"{path}.nodeSelectorTerms[{index}]", errors, check_values=True)


def _node_term(term: Fields, path: str, errors: Errors, *, check_values: bool) -> None:
    for index, requirement in enumerate(structs(term, "matchExpressions")):
        _node_requirement(requirement, f"{path}.matchExpressions[{index}]", errors, check_values)
    for index, requirement in enumerate(structs(term, "matchFields")):
        _node_field(requirement, f"{path}.matchFields[{index}]", errors)


def _node_requirement(requirement: Fields, path: str, errors: Errors, check_values: bool) -> None:
    """ValidateNodeSelectorRequirement."""
    operator, values = text(requirement, "operator"), texts(requirement, "values")
    match operator:
        case "In" | "NotIn":
            if not values:
                errors.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        case "Exists" | "DoesNotExist":
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.forbidden(f"{path}.values", detail)
        case "Gt" | "Lt":
            if len(values) != 1:
                errors.required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
        case _:
            errors.invalid(f"{path}.operator", operator, "not a valid selector operator")
    label_name(text(requirement, "key"), f"{path}.key", errors)
    if check_values:
        for index, value in enumerate(values):
            errors.invalids(f"{path}.values[{index}]", value, formats.label_value(value))


def _node_field(requirement: Fields, path: str, errors: Errors) -> None:
    """ValidateNodeFieldSelectorRequirement: only the node's name, one value."""
    operator, values, key = text(requirement, "operator"), texts(requirement, "values"), text(requirement, "key")
    if operator not in ("In", "NotIn"):
        errors.invalid(f"{path}.operator", operator, "not a valid selector operator")
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.required(f"{path}.values", detail)
    if key != "metadata.name":
        errors.invalid(f"{path}.key", key, "not a valid field selector key")
        return
    for index, value in enumerate(values):
        errors.invalids(f"{path}.values[{index}]", value, formats.dns_subdomain(value))


def _pod_affinity(rules: Fields, path: str, errors: Errors) -> None:
    for index, term in enumerate(structs(rules, REQUIRED)):
        _pod_term(term, f"{path}.{REQUIRED}[{index}]", errors)
    for index, weighted in enumerate(structs(rules, PREFERRED)):
        place = f"{path}.{PREFERRED}[{index}]"
        _weight(weighted, place, errors)
        _pod_term(struct(weighted, "podAffinityTerm"), f"{place}.podAffinityTerm", errors)


def _pod_term(term: Fields, path: str, errors: Errors) -> None:
    """`validatePodAffinityTerm.`"""
    selector = term.get("labelSelector")
    label_selector(selector, f"{path}.labelSelector", errors)
    label_selector(term.get("namespaceSelector"), f"{path}.namespaceSelector", errors)
    for name in texts(term, "namespaces"):
        errors.invalids(f"{path}.namespace", name, formats.dns_label(name))
    mismatching = texts(term, "mismatchLabelKeys")
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = texts(term, field)
        if keys and selector is None:
            errors.forbidden(f"{path}.{field}", "must not be specified when labelSelector is not set")
            continue
        for index, key in enumerate(keys):
            label_name(key, f"{path}.{field}[{index}]", errors)
    for index, key in enumerate(texts(term, "matchLabelKeys")):
        if key in mismatching:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            errors.invalid(f"{path}.matchLabelKeys[{index}]", key, detail)
    topology = text(term, "topologyKey")
    if not topology:
        errors.required(f"{path}.topologyKey", "can not be empty")
    label_name(topology, f"{path}.topologyKey", errors)


def tolerations(spec: Fields, path: str, errors: Errors) -> None:
    """ValidateTolerations."""
    for index, toleration in enumerate(structs(spec, "tolerations")):
        _toleration(toleration, f"{path}.tolerations[{index}]", errors)


def _toleration(toleration: Fields, path: str, errors: Errors) -> None:
    key, operator = text(toleration, "key"), text(toleration, "operator")
    value, effect = text(toleration, "value"), text(toleration, "effect")
    if key:
        label_name(key, f"{path}.key", errors)
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        errors.invalid(f"{path}.operator", operator, detail)
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        errors.invalid(f"{path}.effect", effect, detail)
    if operator in ("Equal", ""):
        messages = formats.label_value(value)
        if messages:
            errors.invalid(f"{path}.operator", value, ";".join(messages))
    elif operator == "Exists":
        if value:
            errors.invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")
    else:  # Lt and Gt are those of TaintTolerationComparisonOperators, which is off
        known = ("Equal", "Exists", "Lt", "Gt") if operator in ("Lt", "Gt") and errors.version >= (1, 35) else OPERATORS
        errors.not_supported(f"{path}.operator", operator, known)
    if effect:
        taint_effect(effect, f"{path}.effect", errors)


def taint_effect(effect: str, path: str, errors: Errors) -> None:
    """`validateTaintEffect.`"""
    if effect not in TAINT_EFFECTS:
        errors.not_supported(path, effect, TAINT_EFFECTS)


def topology_spread(spec: Fields, path: str, errors: Errors) -> None:
    """`validateTopologySpreadConstraints.`"""
    constraints = structs(spec, "topologySpreadConstraints")
    pairs = [(text(c, "topologyKey"), text(c, "whenUnsatisfiable")) for c in constraints]
    for index, constraint in enumerate(constraints):
        place = f"{path}.topologySpreadConstraints[{index}]"
        _constraint(constraint, place, errors)
        if pairs[index] in pairs[index + 1 :]:
            key, action = pairs[index]
            errors.duplicate(f"{place}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {action}}}")


def _constraint(constraint: Fields, path: str, errors: Errors) -> None:
    skew, action = number(constraint, "maxSkew"), text(constraint, "whenUnsatisfiable")
    if skew <= 0:
        errors.invalid(f"{path}.maxSkew", skew, "must be greater than zero")
    if not constraint.get("topologyKey"):
        errors.required(f"{path}.topologyKey", "can not be empty")
    if action not in SPREAD_ACTIONS:
        errors.not_supported(f"{path}.whenUnsatisfiable", action, SPREAD_ACTIONS)
    domains = constraint.get("minDomains")
    if domains is not None:
        if domains <= 0:
            errors.invalid(f"{path}.minDomains", domains, "must be greater than zero")
        if action != "DoNotSchedule":
            detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
            errors.invalid(f"{path}.minDomains", domains, detail)
    for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        if constraint.get(name) is not None and constraint[name] not in INCLUSION_POLICIES:
            errors.not_supported(f"{path}.{name}", constraint[name], INCLUSION_POLICIES)
    _match_label_keys(constraint, path, errors)
    label_selector(constraint.get("labelSelector"), f"{path}.labelSelector", errors)


def _match_label_keys(constraint: Fields, path: str, errors: Errors) -> None:
    keys, selector = texts(constraint, "matchLabelKeys"), constraint.get("labelSelector")
    if not keys:
        return
    if selector is None:
        errors.forbidden(f"{path}.matchLabelKeys", "must not be specified when labelSelector is not set")
        selector = {}
    named = {*mapping(selector, "matchLabels"), *(text(e, "key") for e in structs(selector, "matchExpressions"))}
    for index, key in enumerate(keys):
        label_name(key, f"{path}.matchLabelKeys[{index}]", errors)
        if key in named:
            detail = "exists in both matchLabelKeys and labelSelector"
            errors.invalid(f"{path}.matchLabelKeys[{index}]", key, detail)
