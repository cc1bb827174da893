"""Custom resources by their CustomResourceDefinitions (apiextensions-apiserver, Kubernetes 1.36).

An object goes the way that the API server leads it: fields that its structural schema does not know are dropped (and
told, where the user is strict), defaults are filled in, then types and values are judged, lists that hold something
twice, resources inside it, and last the rules written in CEL, which need a sound object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from seatrial.apis import custom_defaults, custom_pruning, custom_schemas, embedded_resources, list_types
from seatrial.apis.decoding import field_path, nearest
from seatrial.apis.unchecked import list_at, mapping_at
from seatrial.apis.violations import Errors, Version, Violation, shown

if TYPE_CHECKING:
    from seatrial.apis.cel.rules import Validator

Schema = dict[str, Any]
RULES = "x-kubernetes-validations"
_Kinds = jsonschema_rs.ValidationErrorKind
_BLOCKING = (_Kinds.Required, _Kinds.Enum, _Kinds.Type, _Kinds.MaxLength, _Kinds.MaxItems, _Kinds.MaxProperties)
"""What keeps the API server from running rules (hasBlockingErr)."""
_EVERYTHING: Version = (99, 0)
"""Rules that are stored may use all functions that there are."""
_UNCHECKED = "some rules were not checked, as the object is invalid; correct the other errors first"


@dataclass(slots=True)
class Examined:
    """What is wrong with a custom resource; and of its rules, which were not run, and why."""

    violations: list[Violation] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CustomKind:
    """One version of a custom kind: its structural schema, and what became of it."""

    validator: jsonschema_rs.Validator
    structural: Schema
    namespaced: bool
    has_rules: bool
    _rules: Validator | None = None

    def examine(self, obj: Mapping[str, Any], strict: bool, old: Mapping[str, Any] | None = None) -> Examined:
        """What the API server holds against a custom resource; unknown fields only where `strict`.

        `old` is the resource that it takes the place of, None where it is new.
        """
        given = dict(obj)
        unknown = custom_pruning.unknown(given, self.structural, resource=True) if strict else ()
        found = Examined([_unknown(path, self.structural) for path in unknown])
        filled = self.complete(given)
        errors, is_sound = Errors((0, 0)), True
        if self.validator.is_valid(filled):
            embedded_resources.validate(filled, self.structural, "", errors)
        else:
            for error in self.validator.iter_errors(filled):
                _report(error, list(error.instance_path), errors)
                is_sound = is_sound and not isinstance(error.kind, _BLOCKING)
        list_types.validate(filled, self.structural, "", errors)
        found.violations += errors.found
        if self.has_rules and not is_sound:
            found.not_run.append(_UNCHECKED)
        elif self.has_rules:
            self._run_rules(filled, old, found)
        return found

    def complete(self, obj: dict[str, Any]) -> dict[str, Any]:
        """A resource as it is stored: without fields that nobody knows, with defaults."""
        kept: dict[str, Any] = custom_pruning.pruned(obj, self.structural, resource=True)
        filled: dict[str, Any] = custom_defaults.apply(kept, self.structural)
        return filled

    def _run_rules(self, filled: dict[str, Any], old: Mapping[str, Any] | None, found: Examined) -> None:
        if self._rules is None:
            from seatrial.apis.cel import rules  # the compiler is large, and most definitions have no rules

            self._rules = rules.validator_of(self.structural, _EVERYTHING)
            if self._rules is None:
                self.has_rules = False
                return
        came = self._rules.validate(filled, None if old is None else self.complete(dict(old)))
        found.violations += came.violations
        found.not_run += came.not_run


def is_pruned(value: Any, schema: Schema) -> bool:
    """Whether something in a value is dropped, as its schema does not know it."""
    return (
        next(custom_pruning.unknown(value, schema, resource=bool(schema.get(custom_pruning.EMBEDDED))), None)
        is not None
    )


def value_violations(value: Any, schema: Schema) -> list[Violation]:
    """What a schema holds against a value that is part of a resource, such as a default."""
    errors = Errors((0, 0))
    validator = custom_schemas.validator_of(schema, resource=bool(schema.get(custom_pruning.EMBEDDED)))
    for error in validator.iter_errors(value) if validator is not None else ():
        _report(error, list(error.instance_path), errors)
    list_types.validate(value, schema, "", errors)
    return errors.found


@dataclass(slots=True)
class Served:
    """A custom kind that a CustomResourceDefinition serves; its schema is made when the first resource asks for it."""

    version: Mapping[str, Any]
    namespaced: bool
    made: bool = False
    kind: CustomKind | None = None

    def schema(self) -> CustomKind | None:
        """The schema, or None where the version has none to go by."""
        if not self.made:
            self.kind, self.made = _kind(self.version, self.namespaced), True
        return self.kind


def kinds_of(definition: Mapping[str, Any]) -> dict[tuple[str, str], Served]:
    """(apiVersion, kind) to what a CustomResourceDefinition serves."""
    spec = mapping_at(definition, "spec")
    kind, group = str(mapping_at(spec, "names").get("kind")), spec.get("group")
    found: dict[tuple[str, str], Served] = {}
    for version in list_at(spec, "versions"):
        if isinstance(version, dict) and version.get("served") is not False:
            found[(f"{group}/{version.get('name')}", kind)] = Served(version, spec.get("scope") != "Cluster")
    return found


def _kind(version: Mapping[str, Any], namespaced: bool) -> CustomKind | None:
    structural = mapping_at(mapping_at(version, "schema"), "openAPIV3Schema")
    if not structural:
        return None
    if mapping_at(version, "subresources").get("status") is not None:  # what a manifest says of the status is dropped
        properties = {**mapping_at(structural, "properties"), "status": {custom_pruning.PRESERVE: True}}
        required = [name for name in list_at(structural, "required") if name != "status"]
        structural = {**structural, "properties": properties, "required": required}
    validator = custom_schemas.validator_of(structural)
    return None if validator is None else CustomKind(validator, structural, namespaced, _has_rules(structural))


def _has_rules(structural: Any) -> bool:
    if isinstance(structural, dict):
        return bool(structural.get(RULES)) or any(map(_has_rules, structural.values()))
    return isinstance(structural, list) and any(map(_has_rules, structural))


def _unknown(path: custom_pruning.Path, structural: Schema) -> Violation:
    full = field_path(list(path))
    near = nearest(str(path[-1]), _known(structural, path[:-1]))
    return Violation(full, f'unknown field "{full}"' + (f', did you mean "{near}"?' if near else ""), "strict")


def _known(schema: Any, path: custom_pruning.Path) -> list[str]:
    """The fields that a structural schema knows at a path."""
    for step in path:
        if not isinstance(schema, dict):
            return []
        fields = mapping_at(schema, "properties")
        schema = schema.get("items") if isinstance(step, int) else fields.get(step, schema.get("additionalProperties"))
    return list(mapping_at(schema, "properties")) if isinstance(schema, dict) else []


def _report(error: jsonschema_rs.ValidationError, path: list[str | int], errors: Errors) -> None:
    kind, field, value = error.kind, field_path(path), error.instance
    if isinstance(kind, _Kinds.Required):
        errors.required(field_path([*path, kind.property]))
    elif isinstance(kind, _Kinds.Enum):
        errors.not_supported(field, value, [str(option) for option in kind.options])
    elif isinstance(kind, _Kinds.Type):
        wanted = ",".join(name for name in kind.types if name != "null")
        given = _type_of(value)
        errors.invalid(field, given, f'{field} in body must be of type {wanted}: "{given}"')
    elif isinstance(kind, _Kinds.MaxLength):
        errors.too_long(field, kind.limit)
    elif isinstance(kind, _Kinds.MaxItems | _Kinds.MaxProperties):
        errors.too_many(field, len(value) if isinstance(value, list | dict) else 0, kind.limit)
    else:
        errors.invalid(field, value, f"{field} in body {_in_words(kind, value)}")


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _in_words(kind: Any, value: Any) -> str:
    """What a value breaks, in the words of go-openapi's errors."""
    match kind:
        case _Kinds.Minimum():
            return f"should be greater than or equal to {shown(kind.limit)}"
        case _Kinds.ExclusiveMinimum():
            return f"should be greater than {shown(kind.limit)}"
        case _Kinds.Maximum():
            return f"should be less than or equal to {shown(kind.limit)}"
        case _Kinds.ExclusiveMaximum():
            return f"should be less than {shown(kind.limit)}"
        case _Kinds.MinLength():
            return f"should be at least {kind.limit} chars long"
        case _Kinds.MinItems():
            return f"should have at least {kind.limit} items"
        case _Kinds.MinProperties():
            return f"should have at least {kind.limit} properties"
        case _Kinds.MultipleOf():
            return f"should be a multiple of {shown(kind.multiple_of)}"
        case _Kinds.Pattern():
            return f"should match '{kind.pattern}'"
        case _Kinds.Format():
            name = str(kind.format).removeprefix("kube-")
            return f"must be of type {name}: {shown(value)}"
        case _Kinds.OneOfMultipleValid() | _Kinds.OneOfNotValid():
            return "must validate one and only one schema (oneOf)"
        case _Kinds.AnyOf():
            return "must validate at least one schema (anyOf)"
        case _Kinds.Not():
            return "must not validate the schema (not)"
    return f"breaks the rule {kind.name}"
