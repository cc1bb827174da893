"""Resources inside custom resources have a type and metadata (apiextensions-apiserver schema/objectmeta, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.apis.custom_pruning import EMBEDDED
from seatrial.apis.validation import formats, object_meta
from seatrial.apis.violations import Errors, Violation


def validate(value: Any, schema: Any, path: str, errors: Errors) -> None:
    """Report what is wrong with the type and the metadata of each resource that a schema says is embedded."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            validate(item, schema.get("items"), f"{path}[{index}]", errors)
    elif isinstance(value, dict):
        if schema.get(EMBEDDED):
            _resource(value, path, errors)
        properties = schema.get("properties")
        for name, item in value.items():
            if isinstance(properties, Mapping) and name in properties:
                validate(item, properties[name], f"{path}.{name}" if path else name, errors)
            else:
                validate(item, schema.get("additionalProperties"), f"{path}[{name}]", errors)


def _resource(value: dict[str, Any], path: str, errors: Errors) -> None:
    for name in ("apiVersion", "kind"):
        field = f"{path}.{name}"
        if name not in value:
            errors.required(field)
        elif not isinstance(value[name], str):
            errors.invalid(field, value[name], "must be a string")
        elif not value[name]:
            errors.invalid(field, "", "must not be empty")
    kind, version = value.get("kind"), value.get("apiVersion")
    if isinstance(version, str) and version.count("/") > 1:
        errors.invalid(f"{path}.apiVersion", version, f"unexpected GroupVersion string: {version}")
    if isinstance(kind, str) and kind and (problems := formats.dns_1035_label(kind.lower())):
        detail = "may have mixed case, but should otherwise match: " + ",".join(problems)
        errors.invalid(f"{path}.kind", kind, detail)
    meta = value.get("metadata")
    if isinstance(meta, dict):
        _metadata(meta, path, errors)


def _metadata(meta: dict[str, Any], path: str, errors: Errors) -> None:
    named = {**meta, "name": meta.get("name") or "fakename"}
    inner = Errors(errors.version)
    object_meta({"metadata": named}, inner, formats.path_segment, namespaced=bool(meta.get("namespace")), core=False)
    errors.found += [Violation(f"{path}.{violation.path}", violation.message) for violation in inner.found]
