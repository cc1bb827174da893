"""CustomResourceDefinitions and APIServices (apiextensions-apiserver, kube-aggregator validation, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, structs, text, texts
from seatrial.apis.violations import Errors

SCOPES = ("Cluster", "Namespaced")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
SCHEMA_TYPES = ("array", "boolean", "integer", "number", "object", "string")
LIST_TYPES, MAP_TYPES = ("atomic", "map", "set"), ("atomic", "granular")
UNSUPPORTED = ("definitions", "dependencies", "deprecated", "discriminator", "id", "patternProperties", "readOnly",
               "writeOnly", "xml", "$ref")  # fmt: skip
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"


def custom_resource_definition(obj: Fields, errors: Errors) -> None:
    """ValidateCustomResourceDefinition on creation."""
    spec = struct(obj, "spec")
    names, group = struct(spec, "names"), text(spec, "group")
    object_meta(obj, errors, namespaced=False, core=False)
    name = text(struct(obj, "metadata"), "name")
    if name and name != f"{text(names, 'plural')}.{group}":
        errors.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group')
    _group(group, errors)
    scope = text(spec, "scope")
    if not scope:
        errors.required("spec.scope")
    elif scope not in SCOPES:
        errors.not_supported("spec.scope", scope, SCOPES)
    _versions(spec, errors)
    _names(names, errors)
    _conversion(struct(spec, "conversion"), errors)


def _group(group: str, errors: Errors) -> None:
    if not group:
        errors.required("spec.group")
    elif formats.dns_subdomain(group):
        errors.invalid("spec.group", group, ",".join(formats.dns_subdomain(group)))
    elif "." not in group:
        errors.invalid("spec.group", group, "should be a domain with at least one dot")


def _versions(spec: Fields, errors: Errors) -> None:
    versions = structs(spec, "versions")
    names = [text(version, "name") for version in versions]
    for index, version in enumerate(versions):
        path, name = f"spec.versions[{index}]", names[index]
        if formats.dns_1035_label(name):
            errors.invalid(f"{path}.name", name, ",".join(formats.dns_1035_label(name)))
        _version(version, path, errors)
    if len(set(names)) < len(names):
        errors.invalid("spec.versions", names, "must contain unique version names")
    if sum(bool(version.get("storage")) for version in versions) != 1:
        errors.invalid("spec.versions", names, "must have exactly one version marked as storage version")


def _version(version: Fields, path: str, errors: Errors) -> None:
    schema = struct(version, "schema").get("openAPIV3Schema")
    place = f"{path}.schema.openAPIV3Schema"
    if schema is None:
        errors.required(place, "schemas are required")
    else:
        if text(schema, "type") != "object":
            detail = "must be object at the root" if schema.get("type") else "must not be empty at the root"
            report = errors.invalid if schema.get("type") else None
            if report:
                report(f"{place}.type", schema["type"], detail)
            else:
                errors.required(f"{place}.type", detail)
        for below, where in _walk(schema, place):
            _structural(below, where, errors)
    for index, column in enumerate(structs(version, "additionalPrinterColumns")):
        _column(column, f"{path}.additionalPrinterColumns[{index}]", errors)
    scale = struct(version, "subresources").get("scale")
    if scale is not None:
        for field, prefix in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
            value = text(scale, field)
            if not value:
                errors.required(f"{path}.subresources.scale.{field}")
            elif not value.startswith(prefix):
                detail = f"should be a json path under {prefix[:-1]}"
                errors.invalid(f"{path}.subresources.scale.{field}", value, detail)


def _walk(schema: Fields, path: str) -> Iterator[tuple[Fields, str]]:
    """A schema and all below it that say something about the structure."""
    yield schema, path
    for name, below in struct(schema, "properties").items():
        if isinstance(below, dict):
            yield from _walk(below, f"{path}.properties[{name}]")
    for field in ("items", "additionalProperties"):
        if isinstance(schema.get(field), dict):
            yield from _walk(schema[field], f"{path}.{field}")


def _structural(schema: Fields, path: str, errors: Errors) -> None:
    """The rules of structural schemas (apiextensions-apiserver pkg/apiserver/schema/validation)."""
    kind: Any = schema.get("type") or ""
    if kind and kind not in SCHEMA_TYPES:
        errors.not_supported(f"{path}.type", kind, SCHEMA_TYPES)
    if not kind and not schema.get(INT_OR_STRING) and not schema.get(PRESERVE):
        errors.required(f"{path}.type", "must not be empty for specified object fields")
    if kind and schema.get(INT_OR_STRING):
        detail = "must be empty if x-kubernetes-int-or-string is true"
        errors.invalid(f"{path}.type", kind, detail)
    if kind == "array" and schema.get("items") is None:
        errors.required(f"{path}.items", "must be specified")
    if isinstance(schema.get("items"), list):
        errors.forbidden(f"{path}.items", "items must be a schema object and not an array")
    if schema.get("properties") and schema.get("additionalProperties") is not None:
        detail = "additionalProperties and properties are mutual exclusive"
        errors.forbidden(f"{path}.additionalProperties", detail)
    if schema.get("additionalProperties") is False:
        errors.forbidden(f"{path}.additionalProperties", "additionalProperties cannot be set to false")
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        errors.forbidden(f"{path}.uniqueItems", detail)
    if schema.get(PRESERVE) is False:
        errors.invalid(f"{path}.{PRESERVE}", False, "must be true or undefined")
    for field in UNSUPPORTED:
        if schema.get(field):
            errors.forbidden(f"{path}.{field}", f"{field} is not supported")
    _list_type(schema, kind, path, errors)


def _list_type(schema: Fields, kind: str, path: str, errors: Errors) -> None:
    list_type, map_type = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-map-type")
    keys, items = texts(schema, "x-kubernetes-list-map-keys"), schema.get("items")
    if list_type is not None:
        if kind != "array":
            errors.invalid(f"{path}.type", kind, "must be array if x-kubernetes-list-type is specified")
        if list_type not in LIST_TYPES:
            errors.not_supported(f"{path}.x-kubernetes-list-type", list_type, LIST_TYPES)
    if map_type is not None and map_type not in MAP_TYPES:
        errors.not_supported(f"{path}.x-kubernetes-map-type", map_type, MAP_TYPES)
    if list_type == "map" and not keys:
        errors.required(f"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map")
    if keys and list_type != "map":
        detail = "must be map if x-kubernetes-list-map-keys is non-empty"
        errors.invalid(f"{path}.x-kubernetes-list-type", list_type, detail)
    known = struct(items, "properties") if isinstance(items, dict) else {}
    for index, key in enumerate(keys if list_type == "map" else ()):
        if key not in known:
            detail = "entries must all be names of item properties"
            errors.invalid(f"{path}.x-kubernetes-list-map-keys[{index}]", key, detail)


def _column(column: Fields, path: str, errors: Errors) -> None:
    """ValidateCustomResourceColumnDefinition."""
    kind, column_format, json_path = text(column, "type"), text(column, "format"), text(column, "jsonPath")
    if not column.get("name"):
        errors.required(f"{path}.name")
    if not kind:
        errors.required(f"{path}.type", f"must be one of {','.join(COLUMN_TYPES)}")
    elif kind not in COLUMN_TYPES:
        errors.invalid(f"{path}.type", kind, f"must be one of {','.join(COLUMN_TYPES)}")
    if column_format and column_format not in COLUMN_FORMATS:
        errors.invalid(f"{path}.format", column_format, f"must be one of {','.join(COLUMN_FORMATS)}")
    if not json_path:
        errors.required(f"{path}.jsonPath")
    elif not json_path.startswith("."):
        errors.invalid(f"{path}.jsonPath", json_path, "must be a simple json path starting with .")


def _names(names: Fields, errors: Errors) -> None:
    """ValidateCustomResourceDefinitionNames."""
    for field in ("plural", "singular", "kind", "listKind"):
        value, path = text(names, field), f"spec.names.{field}"
        if not value:
            errors.required(path)
            continue
        messages = formats.dns_1035_label(value.lower() if field.lower().endswith("kind") else value)
        if messages:
            prefix = "may have mixed case, but should otherwise match: " if field.lower().endswith("kind") else ""
            errors.invalid(path, value, prefix + ",".join(messages))
    for field in ("shortNames", "categories"):
        for index, value in enumerate(texts(names, field)):
            if formats.dns_1035_label(value):
                errors.invalid(f"spec.names.{field}[{index}]", value, ",".join(formats.dns_1035_label(value)))
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        errors.invalid("spec.names.listKind", names["listKind"], "kind and listKind may not be the same")


def _conversion(conversion: Fields, errors: Errors) -> None:
    strategy, webhook = text(conversion, "strategy"), conversion.get("webhook")
    match strategy:
        case "None":
            if webhook is not None:
                detail = "should not be set when strategy is not set to Webhook"
                errors.forbidden("spec.conversion.webhook", detail)
        case "Webhook":
            if struct(conversion, "webhook").get("clientConfig") is None:
                detail = "required when strategy is set to Webhook, but not allowed if not"
                errors.required("spec.conversion.webhookClientConfig", detail)
            elif not texts(struct(conversion, "webhook"), "conversionReviewVersions"):
                errors.required("spec.conversion.conversionReviewVersions")
        case _:
            errors.not_supported("spec.conversion.strategy", strategy, ("None", "Webhook"))


def api_service(obj: Fields, errors: Errors) -> None:
    """ValidateAPIService."""
    object_meta(obj, errors, formats.path_segment, namespaced=False, core=False)
    spec, name = struct(obj, "spec"), text(struct(obj, "metadata"), "name")
    group, version, service = text(spec, "group"), text(spec, "version"), spec.get("service")
    if name and name != f"{version}.{group}":
        errors.invalid("metadata.name", name, 'must be `spec.version+"."+spec.group`')
    if group:
        errors.invalids("spec.group", group, formats.dns_subdomain(group))
    errors.invalids("spec.version", version, formats.dns_1035_label(version))
    for field in ("groupPriorityMinimum", "versionPriority"):
        value = number(spec, field)
        high = 20000 if field == "groupPriorityMinimum" else 1000
        if not 0 < value <= high:
            errors.invalid(f"spec.{field}", value, f"must be positive and less than {high}")
    if service is None:
        if spec.get("caBundle"):
            errors.invalid("spec.caBundle", "bytes", "local APIServices may not have a caBundle")
        if spec.get("insecureSkipTLSVerify"):
            detail = "local APIServices may not have insecureSkipTLSVerify"
            errors.invalid("spec.insecureSkipTLSVerify", True, detail)
        return
    for field in ("namespace", "name"):
        if not service.get(field):
            errors.required(f"spec.service.{field}")
    if spec.get("insecureSkipTLSVerify") and spec.get("caBundle"):
        detail = "may not be true if caBundle is present"
        errors.invalid("spec.insecureSkipTLSVerify", True, detail)
