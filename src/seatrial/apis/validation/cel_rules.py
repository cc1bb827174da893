"""The rules of a custom kind, `x-kubernetes-validations`, as such (apiextensions-apiserver
pkg/apis/apiextensions/validation, Kubernetes 1.36): that they compile, and are where they may be.

What a rule may cost at most is not estimated: the API server refuses definitions whose rules could be too expensive.
"""

from __future__ import annotations

from typing import Any

from seatrial.apis.validation.reading import Fields, struct, text
from seatrial.apis.violations import Errors, Version

RULES, EMBEDDED = "x-kubernetes-validations", "x-kubernetes-embedded-resource"
REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")


def schema(root: Fields, path: str, errors: Errors) -> None:
    """Report what is wrong with the rules of a sound schema, its root and all below."""
    if _has_rules(root):
        _node(root, path, "", errors, resource=True)


def _has_rules(node: Any) -> bool:
    if isinstance(node, dict):
        return bool(node.get(RULES)) or any(map(_has_rules, node.values()))
    return isinstance(node, list) and any(map(_has_rules, node))


def _node(node: Fields, path: str, uncorrelated: str, errors: Errors, *, resource: bool = False) -> None:
    """One node and all below it; `uncorrelated` is the path within which nothing can be compared with before."""
    rules = node.get(RULES)
    before = len(errors.found)
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            _form(rule, node, f"{path}.{RULES}[{index}]", errors)
    if rules and len(errors.found) == before:
        _compile(node, path, uncorrelated, errors, resource=resource)
    for name, below in struct(node, "properties").items():
        if isinstance(below, dict):
            within = uncorrelated if node.get("x-kubernetes-map-type") in (None, "granular", "atomic") else path
            _node(below, f"{path}.properties[{name}]", within, errors, resource=bool(below.get(EMBEDDED)))
    values, items = node.get("additionalProperties"), node.get("items")
    if isinstance(values, dict):
        _node(values, f"{path}.additionalProperties", uncorrelated, errors, resource=bool(values.get(EMBEDDED)))
    if isinstance(items, dict):
        within = uncorrelated if node.get("x-kubernetes-list-type") == "map" else path
        _node(items, f"{path}.items", within, errors, resource=bool(items.get(EMBEDDED)))


def _form(rule: Fields, node: Fields, path: str, errors: Errors) -> None:
    words, message = text(rule, "rule").strip(), text(rule, "message")
    if not words:
        errors.required(f"{path}.rule", "rule is not specified")
    elif message and not message.strip():
        errors.invalid(f"{path}.message", message, "must be non-empty if specified")
    elif "\n" in message.strip():
        errors.invalid(f"{path}.message", message, "must not contain line breaks")
    elif "\n" in words and not message.strip():
        errors.required(f"{path}.message", "message must be specified if rule contains line breaks")
    expression, reason = text(rule, "messageExpression"), rule.get("reason")
    if expression and not expression.strip():
        errors.required(f"{path}.messageExpression", "messageExpression must be non-empty if specified")
    if reason is not None and reason not in REASONS:
        errors.not_supported(f"{path}.reason", reason, REASONS)
    if text(rule, "fieldPath"):
        _field_path(text(rule, "fieldPath"), node, f"{path}.fieldPath", errors)


def _field_path(field_path: str, node: Fields, path: str, errors: Errors) -> None:
    from seatrial.apis.cel import field_paths

    if not field_path.strip():
        errors.invalid(path, field_path, "must be non-empty if specified")
    if "\n" in field_path:
        errors.invalid(path, field_path, "must not contain line breaks")
    try:
        field_paths.checked(field_path, dict(node))
    except field_paths.BadFieldPath:
        errors.invalid(path, field_path, "must be a valid path")


def _compile(node: Fields, path: str, uncorrelated: str, errors: Errors, *, resource: bool) -> None:
    from seatrial.apis.cel.compiler import CompileError, Scope, TooDeep

    scope = Scope(dict(node), _usable(errors.version), resource=resource)
    if scope.type is None:
        return
    for index, rule in enumerate(node[RULES]):
        place, optional = f"{path}.{RULES}[{index}]", rule.get("optionalOldSelf")
        try:
            program = scope.compile(rule["rule"], "BOOL", optional_old_self=optional is True)
        except TooDeep:
            continue
        except CompileError as error:
            errors.invalid(f"{place}.rule", rule["rule"], _told(error))
            continue
        if text(rule, "messageExpression"):
            try:
                scope.compile(rule["messageExpression"], "STRING", optional_old_self=optional is True)
            except CompileError as error:
                errors.invalid(
                    f"{place}.messageExpression", rule["messageExpression"], f"messageExpression {_told(error)}"
                )
        if program.uses_old_self and uncorrelated:
            detail = f"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelated}"
            errors.invalid(f"{place}.rule", rule["rule"], detail)
        elif not program.uses_old_self and optional is not None:
            errors.invalid(f"{place}.optionalOldSelf", optional, "may not be set if oldSelf is not used in rule")


def _told(error: Exception) -> str:
    """The compiler's words in one line."""
    words = " ".join(str(error).split())
    return words if words.startswith("cel expression") else f"compilation failed: {words}"


def _usable(version: Version) -> Version:
    """New rules may use what the version before knew too, so that one can go back (DefaultCompatibilityVersion)."""
    return (version[0], version[1] - 1)
