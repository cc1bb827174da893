"""What the schema of a custom kind must be (apiextensions-apiserver pkg/apiserver/schema/validation.go and
pkg/apis/apiextensions/validation, Kubernetes 1.36).

A structural schema names every field outside of `allOf`, `anyOf`, `oneOf` and `not`; these only judge values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.apis.validation import cel_rules, schema_shapes
from seatrial.apis.validation.reading import Fields, struct, text, texts
from seatrial.apis.violations import Errors, Violation

SCHEMA_TYPES = ("array", "boolean", "integer", "number", "object", "string")
LIST_TYPES, MAP_TYPES = ("atomic", "set", "map"), ("atomic", "granular")
UNSUPPORTED = ("definitions", "dependencies", "patternProperties", "additionalItems", "id", "$ref")
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
EMBEDDED, LIST_TYPE, LIST_KEYS, MAP_TYPE = (
    "x-kubernetes-embedded-resource", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)  # fmt: skip
JUNCTORS = ("allOf", "anyOf", "oneOf")
METADATA = ("apiVersion", "kind", "metadata")
ROOT_FIELDS = (
    "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum",
    "MaxLength", "MinLength", "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items",
    "Properties", "ExternalDocs", "Example", "XPreserveUnknownFields", "XValidations",
)  # fmt: skip
"""What the root of a schema may say where the status is a subresource of its own, as Go names the fields."""
_ROOT_FIELDS = {name[0].lower() + name[1:] for name in ROOT_FIELDS} | {PRESERVE, "x-kubernetes-validations"}
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_LEVELS = {"root": "at the root", "item": "for specified array items", "field": "for specified object fields"}
_NOT_NESTED = {
    "type": "must be empty", "additionalProperties": "must be undefined", "default": "must be undefined",
    "title": "must be empty", "description": "must be empty", "nullable": "must be false", PRESERVE: "must be false",
    EMBEDDED: "must be false", INT_OR_STRING: "must be false", LIST_KEYS: "must be empty",
    LIST_TYPE: "must be undefined", MAP_TYPE: "must be undefined",
}  # fmt: skip
"""What may not be said inside a junctor, and in which words."""


def schema(root: Fields, path: str, errors: Errors, *, has_status: bool) -> None:
    """Report what is wrong with a version's schema, and with its rules where the schema itself is sound."""
    before = len(errors.found)
    for violation in schema_shapes.problems(root, path):
        errors.found.append(violation)
    if len(errors.found) > before:  # it cannot be decoded
        return
    if has_status:
        _beside_status(root, path, errors)
    if root.get("nullable"):
        errors.forbidden(f"{path}.nullable", "nullable cannot be true at the root")
    _node(root, path, "root", errors)
    _complete(root, root, path, path, errors)
    if len(errors.found) == before:
        _defaults(root, path, errors)
    if len(errors.found) == before:
        cel_rules.schema(root, path, errors)


def _defaults(root: Fields, path: str, errors: Errors) -> None:
    """Defaults must be what their schema allows (apiextensions-apiserver schema/defaulting, ValidateDefaults)."""
    for node, where in _all(root, path, through_maps=False):
        if node.get("default") is None:
            continue
        from seatrial.apis import custom_resources  # most definitions have no defaults

        default, place = node["default"], f"{where}.default"
        if custom_resources.is_pruned(default, dict(node)):
            errors.invalid(place, default, "must not have unknown fields")
        for violation in custom_resources.value_violations(default, dict(node)):
            below = violation.path if violation.path[:1] in ("[", "") else f".{violation.path}"
            errors.found.append(Violation(f"{place}{below}", violation.message))


def _beside_status(root: Fields, path: str, errors: Errors) -> None:
    """The schema of the status is taken out of the properties, so nothing else may stand at the root."""
    if root.get("type") and text(root, "type") != "object":
        detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
        errors.invalid(f"{path}.type", root["type"], detail)
    elif any(value not in (None, "", [], {}, False) and name not in _ROOT_FIELDS for name, value in root.items()):
        allowed = " ".join(ROOT_FIELDS)
        detail = f"only [{allowed}] fields are allowed at the root of the schema if the status subresource is enabled"
        errors.invalid(path, dict(root), detail)


def _node(node: Fields, path: str, level: str, errors: Errors) -> None:
    _type(node, path, level, errors)
    _openapi(node, path, errors)
    _extensions(node, path, errors)
    _list_type(node, path, errors)
    _served_fields(node, path, level, errors)
    any_of, all_of = node.get("anyOf"), node.get("allOf")
    first = all_of[0] if isinstance(all_of, list) and all_of and isinstance(all_of[0], dict) else {}
    _value_rules(
        node, path, errors, known_any_of=any_of == _INT_OR_STRING, known_first=first.get("anyOf") == _INT_OR_STRING
    )
    for below, where, kind in _below(node, path):
        _node(below, where, kind, errors)


def _below(node: Fields, path: str) -> Iterator[tuple[Fields, str, str]]:
    """The schemas of the parts of a value: schema, path and level."""
    if isinstance(node.get("items"), dict):
        yield node["items"], f"{path}.items", "item"
    for name, below in struct(node, "properties").items():
        if isinstance(below, dict):
            yield below, f"{path}.properties[{name}]", "field"
    if isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"], f"{path}.additionalProperties", "field"


def _type(node: Fields, path: str, level: str, errors: Errors) -> None:
    kind = text(node, "type")
    if kind == "null":
        errors.forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if kind and kind not in SCHEMA_TYPES:
        errors.not_supported(f"{path}.type", kind, SCHEMA_TYPES)
    if node.get(EMBEDDED) and kind != "object":
        detail = f"must be object if {EMBEDDED} is true"
        if kind:
            errors.invalid(f"{path}.type", kind, detail)
        else:
            errors.required(f"{path}.type", detail)
    elif not kind and not node.get(INT_OR_STRING) and not node.get(PRESERVE):
        errors.required(f"{path}.type", f"must not be empty {_LEVELS[level]}")
    if level == "root" and kind not in ("", "object"):
        errors.invalid(f"{path}.type", kind, "must be object at the root")
    if kind and node.get(INT_OR_STRING):
        errors.invalid(f"{path}.type", kind, f"must be empty if {INT_OR_STRING} is true")
    if kind == "array" and not isinstance(node.get("items"), dict | list):
        errors.required(f"{path}.items", "must be specified")
    if node.get("additionalProperties") is not None:
        if level == "root":
            errors.forbidden(f"{path}.additionalProperties", "must not be used at the root")
        if node.get(EMBEDDED):
            errors.forbidden(f"{path}.additionalProperties", f"must not be used if {EMBEDDED} is set")


def _openapi(node: Fields, path: str, errors: Errors) -> None:
    if isinstance(node.get("items"), list):
        errors.forbidden(f"{path}.items", "items must be a schema object and not an array")
    if node.get("properties") and node.get("additionalProperties") not in (None, True):
        detail = "additionalProperties and properties are mutual exclusive"
        errors.forbidden(f"{path}.additionalProperties", detail)
    if node.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        errors.forbidden(f"{path}.uniqueItems", detail)
    for field in UNSUPPORTED:
        if node.get(field):
            errors.forbidden(f"{path}.{field}", f"{field} is not supported")


def _extensions(node: Fields, path: str, errors: Errors) -> None:
    if node.get(PRESERVE) is False:
        errors.invalid(f"{path}.{PRESERVE}", False, "must be true or undefined")
    for field in (PRESERVE, EMBEDDED):
        if node.get(field) and node.get(INT_OR_STRING):
            errors.invalid(f"{path}.{field}", True, f"must be false if {INT_OR_STRING} is true")
    if node.get(EMBEDDED) and not node.get(PRESERVE) and not node.get("properties"):
        detail = f"must not be empty if {EMBEDDED} is true without {PRESERVE}"
        errors.required(f"{path}.properties", detail)
    map_type, kind = node.get(MAP_TYPE), text(node, "type")
    if map_type is not None:
        _demand_type(kind, "object", f"{MAP_TYPE} is specified", path, errors)
        if map_type not in MAP_TYPES:
            errors.not_supported(f"{path}.{MAP_TYPE}", map_type, MAP_TYPES)


def _demand_type(kind: str, wanted: str, why: str, path: str, errors: Errors) -> None:
    detail = f"must be {wanted} if {why}"
    if not kind:
        errors.required(f"{path}.type", detail)
    elif kind != wanted:
        errors.invalid(f"{path}.type", kind, detail)


def _list_type(node: Fields, path: str, errors: Errors) -> None:
    list_type, keys, kind = node.get(LIST_TYPE), texts(node, LIST_KEYS), text(node, "type")
    items = node.get("items") if isinstance(node.get("items"), dict) else {}
    assert isinstance(items, dict)
    if list_type is not None:
        _demand_type(kind, "array", f"{LIST_TYPE} is specified", path, errors)
        if list_type not in LIST_TYPES:
            errors.not_supported(f"{path}.{LIST_TYPE}", list_type, LIST_TYPES)
        if list_type in ("set", "map") and items.get("nullable"):
            errors.forbidden(f"{path}.items.nullable", f"cannot be nullable when {LIST_TYPE} is {list_type}")
    if list_type == "set" and kind == "array":
        detail = f"must be atomic as item of a list with {LIST_TYPE}=set"
        if items.get("type") == "array" and items.get(LIST_TYPE) not in (None, "atomic"):
            errors.invalid(f"{path}.items.{LIST_TYPE}", items[LIST_TYPE], detail)
        if items.get("type") == "object" and items.get(MAP_TYPE) != "atomic":
            errors.invalid(f"{path}.items.{MAP_TYPE}", items.get(LIST_TYPE), detail)
    if keys and list_type != "map":
        detail = f"must be map if {LIST_KEYS} is non-empty"
        if list_type is None:
            errors.required(f"{path}.{LIST_TYPE}", detail)
        else:
            errors.invalid(f"{path}.{LIST_TYPE}", list_type, detail)
    if list_type == "map":
        _map_keys(node, items, keys, path, errors)


def _map_keys(node: Fields, items: Fields, keys: list[str], path: str, errors: Errors) -> None:
    if not keys:
        errors.required(f"{path}.{LIST_KEYS}", f"must not be empty if {LIST_TYPE} is map")
    if node.get("items") is None:
        errors.required(f"{path}.items", f"must have a schema if {LIST_TYPE} is map")
        return
    if items.get("type") != "object":
        errors.invalid(f"{path}.items.type", items.get("type"), f"must be object if parent array's {LIST_TYPE} is map")
        return
    known, required = struct(items, "properties"), texts(items, "required")
    if len(set(keys)) < len(keys):
        errors.invalid(f"{path}.{LIST_KEYS}", keys, "must not contain duplicate entries")
    for key in keys:
        place, field = f"{path}.items.properties[{key}]", known.get(key)
        if not isinstance(field, dict):
            errors.invalid(f"{path}.{LIST_KEYS}", keys, "entries must all be names of item properties")
            continue
        if field.get("type") in ("array", "object"):
            detail = f"must be a scalar type if parent array's {LIST_TYPE} is map"
            errors.invalid(f"{place}.type", items["type"], detail)
        if key not in required and field.get("default") is None:
            detail = f"this property is in {LIST_KEYS}, so it must have a default or be a required property"
            errors.required(f"{place}.default", detail)
        if field.get("nullable"):
            errors.forbidden(f"{place}.nullable", f"this property is in {LIST_KEYS}, so it cannot be nullable")


def _served_fields(node: Fields, path: str, level: str, errors: Errors) -> None:
    """Type and metadata of a resource are the server's own; a schema may say something of names."""
    if level != "root" and not node.get(EMBEDDED):
        return
    properties = struct(node, "properties")
    for name in ("kind", "apiVersion"):
        field = properties.get(name)
        if isinstance(field, dict) and text(field, "type") != "string":
            errors.invalid(f"{path}.properties[{name}].type", text(field, "type"), "must be string")
    for name in METADATA if level == "root" else ():
        field = properties.get(name)
        for below, where in _all(field, f"{path}.properties[{name}]") if isinstance(field, dict) else ():
            if below.get("default") is not None:
                errors.forbidden(f"{where}.default", f"must not be set in top-level {name}")
    metadata = properties.get("metadata")
    if not isinstance(metadata, dict):
        return
    place = f"{path}.properties[metadata]"
    if text(metadata, "type") != "object":
        errors.invalid(f"{place}.type", text(metadata, "type"), "must be object")
    said = {name for name, value in metadata.items() if value not in (None, "", [], {}, False)} - {"type", "default"}
    if level == "root" and (said - {"properties"} or set(struct(metadata, "properties")) - {"name", "generateName"}):
        detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        errors.forbidden(place, detail)


def _all(node: Fields, path: str, *, through_maps: bool = True) -> Iterator[tuple[Fields, str]]:
    """A schema and all below it, those of maps' values only where they are wanted."""
    yield node, path
    for below, where, _ in _below(node if through_maps else {**node, "additionalProperties": None}, path):
        yield from _all(below, where, through_maps=through_maps)


def _value_rules(
    node: Fields, path: str, errors: Errors, *, known_any_of: bool = False, known_first: bool = False
) -> None:
    """The junctors; `type` may stand in one of them, to say that a value is an integer or a text."""
    for name in JUNCTORS:
        parts = node.get(name)
        if name == "anyOf" and known_any_of:
            continue
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict):
                is_known = name == "allOf" and index == 0 and known_first
                _nested(part, f"{path}.{name}[{index}]", errors, rules=name == "allOf", known_any_of=is_known)
    if isinstance(node.get("not"), dict):
        _nested(node["not"], f"{path}.not", errors)
    if isinstance(node.get("pattern"), str) and node["pattern"]:
        _pattern(node["pattern"], f"{path}.pattern", errors)


def _nested(node: Fields, path: str, errors: Errors, *, rules: bool = False, known_any_of: bool = False) -> None:
    _value_rules(node, path, errors, known_any_of=known_any_of)
    for name, words in _NOT_NESTED.items():
        if node.get(name) not in (None, "", [], False):
            errors.forbidden(f"{path}.{name}", f"{words} to be structural")
    if node.get("x-kubernetes-validations"):
        errors.forbidden(f"{path}.x-kubernetes-validations", "must be empty to be structural")
    if "metadata" in struct(node, "properties"):
        errors.forbidden(f"{path}.properties[metadata]", "must not be specified in a nested context")
    for below, where, _ in _below({**node, "additionalProperties": None}, path):
        _nested(below, where, errors)


def _pattern(pattern: str, path: str, errors: Errors) -> None:
    from seatrial.apis.regexes import BadRegex, compiled  # most definitions have none

    try:
        compiled(pattern)
    except BadRegex as error:
        errors.invalid(path, pattern, f"must be a valid regular expression, but isn't: {error}")


def _complete(rules: Fields, node: Any, rules_path: str, path: str, errors: Errors) -> None:
    """Whatever a junctor at the root judges must be named outside of it; upstream looks at no other junctors."""
    for part, where in _junctors(rules, rules_path):
        _complete_nested(part, node, where, path, errors)


def _junctors(node: Fields, path: str) -> Iterator[tuple[Fields, str]]:
    if isinstance(node.get("not"), dict):
        yield node["not"], f"{path}.not"
    for name in JUNCTORS:
        parts = node.get(name)
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict):
                yield part, f"{path}.{name}[{index}]"


def _complete_nested(part: Fields, node: Any, part_path: str, path: str, errors: Errors) -> None:
    if not isinstance(node, dict):
        errors.required(path, f"because it is defined in {part_path}")
        return
    _complete(part, node, part_path, path, errors)
    if isinstance(part.get("items"), dict):
        _complete_nested(part["items"], node.get("items"), f"{part_path}.items", f"{path}.items", errors)
    known = struct(node, "properties")
    for name, field in struct(part, "properties").items():
        if isinstance(field, dict):
            where, place = f"{part_path}.properties[{name}]", f"{path}.properties[{name}]"
            _complete_nested(field, known.get(name), where, place, errors)
