"""Schemas of custom resources from their CustomResourceDefinitions (apiextensions-apiserver, Kubernetes 1.36).

A structural schema is turned into a JSON schema: fields that it does not name are unknown unless it preserves them,
metadata and the type are the server's own. Defaults are filled in before the resource is judged. CEL rules
(`x-kubernetes-validations`) are counted and not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from seatrial.apis import custom_defaults
from seatrial.apis.decoding import field_path, nearest
from seatrial.apis.violations import Errors, Violation, shown

Schema = dict[str, Any]
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
EMBEDDED, RULES = "x-kubernetes-embedded-resource", "x-kubernetes-validations"
VALUE_RULES = (
    "enum", "minLength", "maxLength", "multipleOf", "minItems", "maxItems", "minProperties", "maxProperties",
)  # fmt: skip
FORMATS = ("ipv4", "ipv6")
"""Formats that are judged; of the others upstream's notion differs between programs."""
TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string"}, "generateName": {"type": "string"}, "namespace": {"type": "string"},
        "labels": TEXTS, "annotations": TEXTS, "finalizers": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
SERVED_FIELDS: Schema = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": METADATA}


@dataclass(frozen=True, slots=True)
class CustomKind:
    """One version of a custom kind: its structural schema, and what became of it. `rules` counts its CEL rules."""

    validator: jsonschema_rs.Validator
    schema: Schema
    structural: Schema
    rules: int
    namespaced: bool

    def violations(self, obj: Mapping[str, Any], strict: bool) -> list[Violation]:
        """What the API server holds against a custom resource; unknown fields only where `strict`."""
        filled = custom_defaults.apply(dict(obj), self.structural)
        if self.validator.is_valid(filled):
            return []
        errors = Errors((0, 0))
        unknown: list[Violation] = []
        for error in self.validator.iter_errors(filled):
            path = list(error.instance_path)
            if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
                known = list(_at(self.schema, path).get("properties") or ())
                unknown += [_unknown(path, name, known) for name in error.kind.unexpected]
            else:
                _report(error, path, errors)
        return [*(unknown if strict else ()), *errors.found]


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
    spec = _fields(definition, "spec")
    kind, group = str(_fields(spec, "names").get("kind")), spec.get("group")
    found: dict[tuple[str, str], Served] = {}
    for version in _list(spec, "versions"):
        if isinstance(version, dict) and version.get("served") is not False:
            found[(f"{group}/{version.get('name')}", kind)] = Served(version, spec.get("scope") != "Cluster")
    return found


def _fields(holder: Mapping[str, Any], name: str) -> Schema:
    """The mapping under `name`, {} where there is none: definitions are not yet known to be sound."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _list(holder: Mapping[str, Any], name: str) -> list[Any]:
    found = holder.get(name)
    return found if isinstance(found, list) else []


def _kind(version: Mapping[str, Any], namespaced: bool) -> CustomKind | None:
    structural = _fields(_fields(version, "schema"), "openAPIV3Schema")
    if not structural:
        return None
    if _fields(version, "subresources").get("status") is not None:  # what a manifest says of the status is dropped
        properties = {**_fields(structural, "properties"), "status": {PRESERVE: True}}
        required = [name for name in _list(structural, "required") if name != "status"]
        structural = {**structural, "properties": properties, "required": required}
    for patterns in (True, False):  # a pattern that only RE2 knows is left out with the others
        schema = _resource(structural, patterns)
        try:
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        except ValueError:
            continue
        return CustomKind(validator, schema, structural, _rules(structural), namespaced)
    return None


def _rules(structural: Any) -> int:
    if isinstance(structural, dict):
        return len(structural.get(RULES) or ()) + sum(map(_rules, structural.values()))
    return sum(map(_rules, structural)) if isinstance(structural, list) else 0


def _resource(structural: Schema, patterns: bool) -> Schema:
    """A schema whose value is a whole object: the root, or an embedded resource."""
    turned = _turned({**structural, EMBEDDED: False}, patterns)
    metadata = _merged_metadata((turned.get("properties") or {}).get("metadata"))
    turned["properties"] = {**(turned.get("properties") or {}), **SERVED_FIELDS, "metadata": metadata}
    return turned


def _merged_metadata(own: Schema | None) -> Schema:
    """A definition may ask for more of a name; unknown fields of metadata are not its concern."""
    asked = {k: v for k, v in ((own or {}).get("properties") or {}).items() if k in ("name", "generateName")}
    return {**METADATA, "properties": {**METADATA["properties"], **asked}}


def _turned(structural: Schema, patterns: bool) -> Schema:
    if structural.get(EMBEDDED):
        return _resource(structural, patterns)
    turned = _value_rules(structural, patterns)
    properties = _fields(structural, "properties")
    if properties:
        turned["properties"] = {
            name: _turned(below, patterns) for name, below in properties.items() if isinstance(below, dict)
        }
    values = structural.get("additionalProperties")
    if isinstance(values, dict):
        turned["additionalProperties"] = _turned(values, patterns)
    elif structural.get("type") == "object" and not structural.get(PRESERVE) and values is not True:
        turned["additionalProperties"] = False
    if _fields(structural, "items"):
        turned["items"] = _turned(structural["items"], patterns)
    return turned


def _value_rules(structural: Schema, patterns: bool) -> Schema:
    """Types and value validations, also those inside allOf, anyOf, oneOf and not."""
    turned: Schema = {name: structural[name] for name in VALUE_RULES if structural.get(name) is not None}
    if _list(structural, "required"):
        turned["required"] = structural["required"]
    if patterns and structural.get("pattern"):
        turned["pattern"] = structural["pattern"]
    if structural.get("format") in FORMATS:
        turned["format"] = structural["format"]
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if structural.get(limit) is not None:
            turned[exclusive if structural.get(exclusive) is True else limit] = structural[limit]
    types = ["integer", "string"] if structural.get(INT_OR_STRING) else [structural.get("type")]
    if types[0]:
        turned["type"] = [*types, "null"] if structural.get("nullable") else types
    if structural.get("nullable") and "enum" in turned:
        turned["enum"] = [*turned["enum"], None]
    for name in ("allOf", "anyOf", "oneOf"):
        if _list(structural, name):
            turned[name] = [_nested(below, patterns) for below in structural[name]]
    if _fields(structural, "not"):
        turned["not"] = _nested(structural["not"], patterns)
    return turned


def _nested(structural: Any, patterns: bool) -> Schema:
    """Inside a junctor fields are judged, not named: nothing is unknown there."""
    if not isinstance(structural, dict):
        return {}
    turned = _value_rules(structural, patterns)
    properties = _fields(structural, "properties")
    if properties:
        turned["properties"] = {name: _nested(below, patterns) for name, below in properties.items()}
    if _fields(structural, "items"):
        turned["items"] = _nested(structural["items"], patterns)
    return turned


def _at(schema: Schema, path: list[str | int]) -> Schema:
    for step in path:
        if isinstance(step, int):
            below = schema.get("items")
        else:
            below = (schema.get("properties") or {}).get(step, schema.get("additionalProperties"))
        schema = below if isinstance(below, dict) else {}
    return schema


def _unknown(path: list[str | int], name: str, known: list[str]) -> Violation:
    full = field_path([*path, name])
    near = nearest(name, known)
    return Violation(full, f'unknown field "{full}"' + (f', did you mean "{near}"?' if near else ""), "strict")


def _report(error: jsonschema_rs.ValidationError, path: list[str | int], errors: Errors) -> None:
    kinds, kind, field = jsonschema_rs.ValidationErrorKind, error.kind, field_path(path)
    if isinstance(kind, kinds.Required):
        errors.required(field_path([*path, kind.property]))
    elif isinstance(kind, kinds.Enum):
        errors.not_supported(field, error.instance, [str(option) for option in kind.options])
    elif isinstance(kind, kinds.Type):
        wanted = " or ".join(name for name in kind.types if name != "null")
        given = _type_of(error.instance)
        errors.invalid(field, given, f'{field} in body must be of type {wanted}: "{given}"')
    else:
        errors.invalid(field, error.instance, f"{field} in body: {_in_words(error)}")


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _in_words(error: jsonschema_rs.ValidationError) -> str:
    text = error.message
    prefix = f"{shown(error.instance)} "
    return text.removeprefix(prefix) if len(text) < 200 else f"breaks the rule {error.kind.name}"
