"""CustomResourceDefinitions and APIServices (apiextensions-apiserver, kube-aggregator validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats, structural_schemas
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, structs, text, texts
from seatrial.apis.violations import Errors

SCOPES = ("Cluster", "Namespaced")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
LONGEST_WARNING, MOST_SELECTABLE = 256, 8


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
    """`validateCustomResourceDefinitionVersion.`"""
    schema, place = struct(version, "schema").get("openAPIV3Schema"), f"{path}.schema.openAPIV3Schema"
    subresources = struct(version, "subresources")
    _deprecation(version, path, errors)
    if not isinstance(schema, dict):
        errors.required(place, "schemas are required")
    else:
        structural_schemas.schema(schema, place, errors, has_status=subresources.get("status") is not None)
        _selectable_fields(structs(version, "selectableFields"), schema, f"{path}.selectableFields", errors)
    for index, column in enumerate(structs(version, "additionalPrinterColumns")):
        _column(column, f"{path}.additionalPrinterColumns[{index}]", errors)
    if subresources.get("scale") is not None:
        _scale(struct(subresources, "scale"), f"{path}.subresources.scale", errors)


def _deprecation(version: Fields, path: str, errors: Errors) -> None:
    warning, place = version.get("deprecationWarning"), f"{path}.deprecationWarning"
    if warning is None:
        return
    if not version.get("deprecated"):
        errors.invalid(place, warning, "can only be set for deprecated versions")
        return
    if len(warning.encode()) > LONGEST_WARNING:
        errors.invalid(place, warning, f"must be <= {LONGEST_WARNING} characters long")
    if not warning:
        errors.invalid(place, warning, "must not be an empty string")
    strange = next((index for index, char in enumerate(warning) if not char.isprintable()), None)
    if strange is not None:
        detail = f"must only contain printable UTF-8 characters; non-printable character found at index {strange}"
        errors.invalid(place, warning, detail)


def _scale(scale: Fields, path: str, errors: Errors) -> None:
    """ValidateCustomResourceDefinitionSubresources."""
    for field, prefixes, under in (
        ("specReplicasPath", (".spec.",), ".spec"),
        ("statusReplicasPath", (".status.",), ".status"),
        ("labelSelectorPath", (".spec.", ".status."), "either .spec or .status"),
    ):
        value, place = text(scale, field), f"{path}.{field}"
        if not value:
            if field != "labelSelectorPath":
                errors.required(place)
        elif not value.startswith("."):
            errors.invalid(place, value, "must be a simple json path starting with .")
        elif not value.startswith(prefixes):
            errors.invalid(place, value, f"should be a json path under {under}")


def _selectable_fields(fields: list[Fields], schema: Fields, path: str, errors: Errors) -> None:
    """ValidateCustomResourceSelectableFields."""
    if not fields:
        return
    from seatrial.apis.cel import field_paths

    seen: set[str] = set()
    for index, field in enumerate(fields):
        json_path, place = text(field, "jsonPath"), f"{path}[{index}].jsonPath"
        if not json_path:
            errors.required(place)
            continue
        try:
            if "[" in json_path:
                raise field_paths.BadFieldPath("array notation is not allowed")
            found = field_paths.checked(json_path, dict(schema))
        except field_paths.BadFieldPath as error:
            errors.invalid(place, json_path, f"is an invalid path: {error}")
            continue
        if found.startswith(".metadata"):
            errors.invalid(place, json_path, "must not point to fields in metadata")
        if field_paths.schema_at(json_path, dict(schema)).get("type") not in ("string", "boolean", "integer"):
            detail = (
                "must point to a field of type string, boolean or integer. "
                "Enum string fields and strings with formats are allowed."
            )
            errors.invalid(place, json_path, detail)
        if found in seen:
            errors.duplicate(place, json_path)
        seen.add(found)
    if len(seen) > MOST_SELECTABLE:
        errors.too_many(path, len(seen), MOST_SELECTABLE)


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
            client = struct(conversion, "webhook").get("clientConfig")
            if client is None:
                detail = "required when strategy is set to Webhook, but not allowed if not"
                errors.required("spec.conversion.webhookClientConfig", detail)
            elif bool(client.get("url")) == (client.get("service") is not None):
                errors.required("spec.conversion.webhookClientConfig", "exactly one of url or service is required")
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
