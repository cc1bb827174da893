"""ConfigMaps, Secrets, Namespaces and ServiceAccounts (pkg/apis/core/validation, Kubernetes 1.36)."""

from __future__ import annotations

import base64

import orjson

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta, standard_finalizer
from seatrial.apis.validation.reading import Fields, mapping, struct, text, texts
from seatrial.apis.violations import Errors

MAX_SIZE = 1024 * 1024
ACCOUNT_NAME = "kubernetes.io/service-account.name"
NEEDED_KEYS = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}


def config_map(obj: Fields, errors: Errors) -> None:
    """ValidateConfigMap."""
    object_meta(obj, errors)
    data, binary = mapping(obj, "data"), mapping(obj, "binaryData")
    size = 0
    for key, value in data.items():
        errors.invalids(f"data[{key}]", key, formats.config_key(key))
        if key in binary:
            errors.invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
        size += len(value.encode())
    for key, value in binary.items():
        errors.invalids(f"binaryData[{key}]", key, formats.config_key(key))
        size += len(_decoded(value))
    if size > MAX_SIZE:
        errors.too_long("", MAX_SIZE)


def _decoded(value: str) -> bytes:
    return base64.b64decode(value)


def secret(obj: Fields, errors: Errors) -> None:
    """ValidateSecret; `stringData` is written over `data` before."""
    object_meta(obj, errors)
    data = {key: _decoded(value) for key, value in mapping(obj, "data").items()}
    data |= {key: value.encode() for key, value in mapping(obj, "stringData").items()}
    for key in data:
        errors.invalids(f"data[{key}]", key, formats.config_key(key))
    if sum(map(len, data.values())) > MAX_SIZE:
        errors.too_long("data", MAX_SIZE)
    match text(obj, "type"):
        case "kubernetes.io/service-account-token":
            if not mapping(struct(obj, "metadata"), "annotations").get(ACCOUNT_NAME):
                errors.required(f"metadata.annotations[{ACCOUNT_NAME}]")
        case "kubernetes.io/dockercfg" | "kubernetes.io/dockerconfigjson" as kind:
            _docker_config(data, NEEDED_KEYS[kind], errors)
        case "kubernetes.io/basic-auth":
            if "username" not in data and "password" not in data:
                errors.required("data[username]")
                errors.required("data[password]")
        case "kubernetes.io/ssh-auth":
            if not data.get("ssh-privatekey"):
                errors.required("data[ssh-privatekey]")
        case "kubernetes.io/tls":
            for key in ("tls.crt", "tls.key"):
                if key not in data:
                    errors.required(f"data[{key}]")


def _docker_config(data: dict[str, bytes], key: str, errors: Errors) -> None:
    if key not in data:
        errors.required(f"data[{key}]")
        return
    try:
        content = orjson.loads(data[key])
    except orjson.JSONDecodeError as problem:
        errors.invalid(f"data[{key}]", "<secret contents redacted>", f"no JSON: {problem}")
        return
    if content is not None and not isinstance(content, dict):
        errors.invalid(f"data[{key}]", "<secret contents redacted>", "must be a JSON object")


def namespace(obj: Fields, errors: Errors) -> None:
    """ValidateNamespace."""
    object_meta(obj, errors, formats.dns_label, namespaced=False)
    for name in texts(struct(obj, "spec"), "finalizers"):
        errors.invalids("spec.finalizers", name, formats.qualified_name(name))
        standard_finalizer(name, "spec.finalizers", errors)


def service_account(obj: Fields, errors: Errors) -> None:
    """ValidateServiceAccount."""
    object_meta(obj, errors)


def named(obj: Fields, errors: Errors) -> None:
    """Kinds whose names are DNS subdomains and that have no other rule here."""
    object_meta(obj, errors)
