"""How the API server shares itself out (pkg/apis/flowcontrol/validation, Kubernetes 1.36)."""

from __future__ import annotations

import math

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, structs, text, texts
from seatrial.apis.violations import Errors

EXEMPT = "exempt"
VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")
SUBJECTS = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
MAX_PRECEDENCE, MAX_QUEUES, HASH_BITS = 10_000, 10_000_000, 60


def flow_schema(obj: Fields, errors: Errors) -> None:
    """ValidateFlowSchema."""
    object_meta(obj, errors, namespaced=False)
    spec, name = struct(obj, "spec"), text(struct(obj, "metadata"), "name")
    precedence, path = number(spec, "matchingPrecedence") or 1000, "spec.matchingPrecedence"
    if precedence <= 0:
        errors.invalid(path, precedence, "must be a positive value")
    if precedence > MAX_PRECEDENCE:
        errors.invalid(path, precedence, f"must not be greater than {MAX_PRECEDENCE}")
    if precedence == 1 and name != EXEMPT:
        errors.invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
    method = spec.get("distinguisherMethod")
    if method is not None and text(method, "type") not in ("ByNamespace", "ByUser"):
        errors.not_supported("spec.distinguisherMethod.type", method, ("ByNamespace", "ByUser"))
    level, place = text(struct(spec, "priorityLevelConfiguration"), "name"), "spec.priorityLevelConfiguration.name"
    if level:
        errors.invalids(place, level, formats.dns_subdomain(level))
    else:
        errors.required(place, "must reference a priority level")
    for index, rule in enumerate(structs(spec, "rules")):
        _rule(rule, f"spec.rules[{index}]", errors)


def _rule(rule: Fields, path: str, errors: Errors) -> None:
    if not rule.get("subjects"):
        errors.required(f"{path}.subjects", "subjects must contain at least one value")
    for index, subject in enumerate(structs(rule, "subjects")):
        _subject(subject, f"{path}.subjects[{index}]", errors)
    if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
        errors.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty")
    for index, entry in enumerate(structs(rule, "resourceRules")):
        _resource_rule(entry, f"{path}.resourceRules[{index}]", errors)
    for index, entry in enumerate(structs(rule, "nonResourceRules")):
        place = f"{path}.nonResourceRules[{index}]"
        _verbs(entry, place, errors)
        if _some(entry, "nonResourceURLs", place, "nonResourceURLs must contain at least one value", errors):
            _sole_wildcard(entry, "nonResourceURLs", place, "non-resource URLs", errors)


def _subject(subject: Fields, path: str, errors: Errors) -> None:
    kind = text(subject, "kind")
    if kind not in SUBJECTS:
        errors.not_supported(f"{path}.kind", kind, tuple(SUBJECTS))
        return
    own = SUBJECTS[kind]
    named, place = subject.get(own), f"{path}.{own}"
    if named is None:
        errors.required(place, f"{own} is required when subject kind is '{kind}'")
    elif not named.get("name"):
        errors.required(f"{place}.name")
    if named is not None and kind == "ServiceAccount":
        name, namespace = text(named, "name"), text(named, "namespace")
        if name not in ("", "*"):
            errors.invalids(f"{place}.name", name, formats.dns_subdomain(name))
        if namespace:
            errors.invalids(f"{place}.namespace", namespace, formats.dns_label(namespace))
        else:
            errors.required(f"{place}.namespace", "must specify namespace for service account")
    for other, field in SUBJECTS.items():
        if field != own and subject.get(field) is not None:
            errors.forbidden(f"{path}.{field}", f"{field} is forbidden when subject kind is not '{other}'")


def _some(rule: Fields, field: str, path: str, detail: str, errors: Errors) -> bool:
    if not rule.get(field):
        errors.required(f"{path}.{field}", detail)
    return bool(rule.get(field))


def _sole_wildcard(rule: Fields, field: str, path: str, what: str, errors: Errors) -> None:
    given = texts(rule, field)
    if "*" in given and len(given) > 1:
        errors.invalid(f"{path}.{field}", given, f"if '*' is present, must not specify other {what}")


def _verbs(rule: Fields, path: str, errors: Errors) -> None:
    if _some(rule, "verbs", path, "verbs must contain at least one value", errors):
        _sole_wildcard(rule, "verbs", path, "verbs", errors)
        if not {"*", *VERBS}.issuperset(texts(rule, "verbs")):
            errors.not_supported(f"{path}.verbs", texts(rule, "verbs"), VERBS)


def _resource_rule(rule: Fields, path: str, errors: Errors) -> None:
    _verbs(rule, path, errors)
    if _some(rule, "apiGroups", path, "resource rules must supply at least one api group", errors):
        _sole_wildcard(rule, "apiGroups", path, "api groups", errors)
    if _some(rule, "resources", path, "resource rules must supply at least one resource", errors):
        _sole_wildcard(rule, "resources", path, "resources", errors)
    namespaces = texts(rule, "namespaces")
    if not namespaces and not rule.get("clusterScope"):
        detail = "resource rules that are not cluster scoped must supply at least one namespace"
        errors.required(f"{path}.namespaces", detail)
    _sole_wildcard(rule, "namespaces", path, "namespaces", errors)
    for index, name in enumerate(namespaces if "*" not in namespaces else ()):
        intro = "each member of this list must be '*' or a DNS-1123 label; "
        details = (intro + detail for detail in formats.dns_label(name))
        errors.invalids(f"{path}.namespaces[{index}]", name, details)


def priority_level(obj: Fields, errors: Errors) -> None:
    """ValidatePriorityLevelConfiguration."""
    object_meta(obj, errors, namespaced=False)
    spec, name = struct(obj, "spec"), text(struct(obj, "metadata"), "name")
    kind, limited = text(spec, "type"), spec.get("limited")
    if (name == EXEMPT) != (kind == "Exempt"):
        errors.invalid("spec.type", kind, "type must be 'Exempt' if and only if name is 'exempt'")
    if kind == "Exempt":
        if limited is not None:
            errors.forbidden("spec.limited", "must be nil if the type is not Limited")
    elif kind != "Limited":
        errors.not_supported("spec.type", kind, ("Exempt", "Limited"))
    elif limited is None:
        errors.required("spec.limited", "must not be empty when type is Limited")
    else:
        _limited(limited, errors)


def _limited(limited: Fields, errors: Errors) -> None:
    shares, percent = number(limited, "nominalConcurrencyShares"), number(limited, "lendablePercent")
    if shares < 0:
        errors.invalid("spec.limited.nominalConcurrencyShares", shares, "must be a non-negative integer")
    if not 0 <= percent <= 100:
        errors.invalid("spec.limited.lendablePercent", percent, "must be between 0 and 100, inclusive")
    if number(limited, "borrowingLimitPercent") < 0:
        detail = "if specified, must be a non-negative integer"
        errors.invalid("spec.limited.borrowingLimitPercent", limited["borrowingLimitPercent"], detail)
    response, path = struct(limited, "limitResponse"), "spec.limited.limitResponse"
    kind, queuing = text(response, "type"), response.get("queuing")
    if kind == "Reject":
        if queuing is not None:
            detail = "must be nil if limited.limitResponse.type is not Limited"
            errors.forbidden(f"{path}.queuing", detail)
    elif kind != "Queue":
        errors.not_supported(f"{path}.type", kind, ("Queue", "Reject"))
    elif queuing is None:
        errors.required(f"{path}.queuing", "must not be empty if limited.limitResponse.type is Limited")
    else:
        _queuing(queuing, f"{path}.queuing", errors)


def _queuing(queuing: Fields, path: str, errors: Errors) -> None:
    length = number(queuing, "queueLengthLimit") or 50
    queues, hand = number(queuing, "queues") or 64, number(queuing, "handSize") or 8
    if length <= 0:
        errors.invalid(f"{path}.queueLengthLimit", length, "must be positive")
    if queues <= 0:
        errors.invalid(f"{path}.queues", queues, "must be positive")
    elif queues > MAX_QUEUES:
        errors.invalid(f"{path}.queues", queues, f"must not be greater than {MAX_QUEUES}")
    if hand <= 0:
        errors.invalid(f"{path}.handSize", hand, "must be positive")
    elif hand > queues:
        errors.invalid(f"{path}.handSize", hand, f"should not be greater than queues ({queues})")
    elif math.ceil(math.log2(queues) * hand) > HASH_BITS:
        detail = (
            f"required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {HASH_BITS}"
        )
        errors.invalid(f"{path}.handSize", hand, detail)
