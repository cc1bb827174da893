"""A structural schema as a JSON schema (apiextensions-apiserver pkg/apiserver/validation, Kubernetes 1.36).

Types and value validations are taken over; metadata and the type are the server's own. What a schema does not name is
dropped before (`custom_pruning`), so nothing is unknown here. Formats are those of `open_api_formats`.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from seatrial.apis import open_api_formats
from seatrial.apis.unchecked import list_at, mapping_at

Schema = dict[str, Any]
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
EMBEDDED = "x-kubernetes-embedded-resource"
VALUE_RULES = (
    "enum", "minLength", "maxLength", "multipleOf", "minItems", "maxItems", "minProperties", "maxProperties",
)  # fmt: skip
TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string"}, "generateName": {"type": "string"}, "namespace": {"type": "string"},
        "labels": TEXTS, "annotations": TEXTS, "finalizers": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
SERVED_FIELDS: Schema = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": METADATA}


def validator_of(structural: Schema, *, resource: bool = True) -> jsonschema_rs.Validator | None:
    """What judges values by a structural schema, None where it is no schema at all.

    `resource` tells that the value is a whole resource, with a type and metadata.
    """
    turned = _resource if resource else _turned
    for patterns in (True, False):  # a pattern that only RE2 knows is left out with the others
        try:
            return jsonschema_rs.Draft202012Validator(
                turned(structural, patterns), validate_formats=True, formats=_FORMATS
            )
        except ValueError:
            continue
    return None


def _format(name: str) -> Any:
    return lambda text: open_api_formats.is_valid(name, text)


_FORMATS = {f"kube-{name}": _format(name) for name in open_api_formats.NAMES}
"""Under names of their own: some would be taken for those of JSON Schema, which are others."""


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
    properties = mapping_at(structural, "properties")
    if properties:
        turned["properties"] = {
            name: _turned(below, patterns) for name, below in properties.items() if isinstance(below, dict)
        }
    values = structural.get("additionalProperties")
    if isinstance(values, dict):
        turned["additionalProperties"] = _turned(values, patterns)
    if mapping_at(structural, "items"):
        turned["items"] = _turned(structural["items"], patterns)
    return turned


def _value_rules(structural: Schema, patterns: bool) -> Schema:
    """Types and value validations, also those inside allOf, anyOf, oneOf and not."""
    turned: Schema = {name: structural[name] for name in VALUE_RULES if structural.get(name) is not None}
    if list_at(structural, "required"):
        turned["required"] = structural["required"]
    if patterns and structural.get("pattern"):
        turned["pattern"] = structural["pattern"]
    name = str(structural.get("format") or "").replace("-", "")
    if name in open_api_formats.NAMES:
        turned["format"] = f"kube-{name}"
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if structural.get(limit) is not None:
            turned[exclusive if structural.get(exclusive) is True else limit] = structural[limit]
    types = ["integer", "string"] if structural.get(INT_OR_STRING) else [structural.get("type")]
    if types[0]:
        turned["type"] = [*types, "null"] if structural.get("nullable") else types
    if structural.get("nullable") and "enum" in turned:
        turned["enum"] = [*turned["enum"], None]
    for name in ("allOf", "anyOf", "oneOf"):
        if list_at(structural, name):
            turned[name] = [_nested(below, patterns) for below in structural[name]]
    if mapping_at(structural, "not"):
        turned["not"] = _nested(structural["not"], patterns)
    return turned


def _nested(structural: Any, patterns: bool) -> Schema:
    """Inside a junctor fields are judged, not named: nothing is unknown there."""
    if not isinstance(structural, dict):
        return {}
    turned = _value_rules(structural, patterns)
    properties = mapping_at(structural, "properties")
    if properties:
        turned["properties"] = {name: _nested(below, patterns) for name, below in properties.items()}
    if mapping_at(structural, "items"):
        turned["items"] = _nested(structural["items"], patterns)
    return turned
