"""Environment variables and references to fields (pkg/apis/core/validation: ValidateEnv, Kubernetes 1.36)."""

from __future__ import annotations

import re

from seatrial.apis.validation import formats, resources
from seatrial.apis.validation.paths import no_backsteps
from seatrial.apis.validation.reading import Fields, structs, text
from seatrial.apis.violations import Errors

ENV_FIELDS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
)  # fmt: skip
VOLUME_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
CONVERTIBLE = {
    *ENV_FIELDS, *VOLUME_FIELDS, "spec.restartPolicy", "spec.schedulerName", "status.phase", "status.nominatedNodeName",
}  # fmt: skip
CONTAINER_FIELDS = (
    "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
    "requests.memory",
)  # fmt: skip
HUGE_PAGES = ("requests.hugepages-", "limits.hugepages-")
CPU_DIVISORS = frozenset({"1m", "1"})
SIZE_DIVISORS = frozenset(
    {"1", *(f"1{suffix}" for suffix in ("k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))}
)
SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_SUBSCRIPT = re.compile(r"(.*)\['(.*)'\]", re.DOTALL)


def environment(container: Fields, spec: Fields, path: str, errors: Errors) -> None:
    """`env` and `envFrom` of a container of this pod spec."""
    for index, variable in enumerate(structs(container, "env")):
        _variable(variable, spec, f"{path}.env[{index}]", errors)
    for index, source in enumerate(structs(container, "envFrom")):
        _env_from(source, f"{path}.envFrom", index, errors)


def _name_messages(name: str, errors: Errors) -> formats.Messages:
    return formats.relaxed_env_name(name) if errors.version >= (1, 32) else formats.env_name(name)


def _variable(variable: Fields, spec: Fields, path: str, errors: Errors) -> None:
    name = text(variable, "name")
    if not name:
        errors.required(f"{path}.name")
    else:
        errors.invalids(f"{path}.name", name, _name_messages(name, errors))
    source = variable.get("valueFrom")
    if source is not None:
        _value_from(source, text(variable, "value"), spec, f"{path}.valueFrom", errors)


def _value_from(source: Fields, value: str, spec: Fields, path: str, errors: Errors) -> None:
    """`validateEnvVarValueFrom.`"""
    given = [name for name in SOURCES if source.get(name) is not None]
    for name in given:
        place, reference = f"{path}.{name}", source[name]
        if name == "fieldRef":
            field_selector(reference, ENV_FIELDS, place, errors)
        elif name == "resourceFieldRef":
            resource_selector(reference, place, errors, in_volume=False)
        elif name == "fileKeyRef":
            _file_key(reference, place, errors)
            _file_volume(spec, text(reference, "volumeName"), f"{place}.volumeName", errors)
        else:
            key_selector(reference, place, errors)
    if not given:
        detail = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        )
        errors.invalid(path, "", detail)
    elif value:
        errors.invalid(path, "", "may not be specified when `value` is not empty")
    elif len(given) > 1:
        errors.invalid(path, "", "may not have more than one field specified at a time")


def _file_key(reference: Fields, path: str, errors: Errors) -> None:
    """`validateFileKeySelector.`"""
    key, volume, file = text(reference, "key"), text(reference, "volumeName"), text(reference, "path")
    for name, value in (("key", key), ("volumeName", volume), ("path", file)):
        if not value:
            errors.required(f"{path}.{name}")
    if key:
        errors.invalids(f"{path}.key", key, formats.relaxed_env_name(key))
    if volume:
        errors.invalids(f"{path}.volumeName", volume, formats.dns_label(volume))
    no_backsteps(file, f"{path}.path", errors)


def _file_volume(spec: Fields, name: str, path: str, errors: Errors) -> None:
    """`validateFileKeyRefVolumes`: what a variable is read from must be an emptyDir."""
    named = [volume for volume in structs(spec, "volumes") if text(volume, "name") == name]
    if not named:
        errors.not_found(path, name)
    elif named[-1].get("emptyDir") is None:
        errors.invalid(path, name, "referenced volume must be of type emptyDir")


def key_selector(reference: Fields, path: str, errors: Errors) -> None:
    """`validateConfigMapKeySelector` and validateSecretKeySelector."""
    name, key = text(reference, "name"), text(reference, "key")
    errors.invalids(f"{path}.name", name, formats.dns_subdomain(name))
    if not key:
        errors.required(f"{path}.key")
    else:
        errors.invalids(f"{path}.key", key, formats.config_key(key))


def _env_from(source: Fields, path: str, index: int, errors: Errors) -> None:
    prefix, place = text(source, "prefix"), f"{path}[{index}]"
    if prefix:
        errors.invalids(f"{place}.prefix", prefix, _name_messages(prefix, errors))
    given = [name for name in ("configMapRef", "secretRef") if source.get(name) is not None]
    for name in given:
        referenced = text(source[name], "name")
        if not referenced:
            errors.required(f"{place}.{name}.name")
        else:
            errors.invalids(f"{place}.{name}.name", referenced, formats.dns_subdomain(referenced))
    if not given:
        errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")
    elif len(given) > 1:
        errors.invalid(path, "", "may not have more than one field specified at a time")


def field_selector(reference: Fields, allowed: tuple[str, ...], path: str, errors: Errors) -> None:
    """`validateObjectFieldSelector.`"""
    field_path = text(reference, "fieldPath")
    if not reference.get("apiVersion"):
        errors.required(f"{path}.apiVersion")
        return
    if not field_path:
        errors.required(f"{path}.fieldPath")
        return
    subscripted = _SUBSCRIPT.fullmatch(field_path)
    base = subscripted[1] if subscripted else field_path
    if reference["apiVersion"] != "v1" or base not in CONVERTIBLE:
        detail = (
            f"error converting fieldPath: field label not supported: {field_path}"
            if reference["apiVersion"] == "v1"
            else f"error converting fieldPath: unsupported pod version: {reference['apiVersion']}"
        )
        errors.invalid(f"{path}.fieldPath", field_path, detail)
    elif subscripted:
        _subscript(base, subscripted[2], path, errors)
    elif field_path not in allowed:
        errors.not_supported(f"{path}.fieldPath", field_path, allowed)


def _subscript(base: str, key: str, path: str, errors: Errors) -> None:
    match base:
        case "metadata.annotations":
            errors.invalids(path, key.lower(), formats.qualified_name(key.lower()))
        case "metadata.labels":
            errors.invalids(path, key, formats.qualified_name(key))
        case _:
            errors.invalid(path, base, "does not support subscript")


def resource_selector(reference: Fields, path: str, errors: Errors, *, in_volume: bool) -> None:
    """`validateContainerResourceFieldSelector.`"""
    resource = text(reference, "resource")
    if in_volume and not reference.get("containerName"):
        errors.required(f"{path}.containerName")
    elif not resource:
        errors.required(f"{path}.resource")
    elif resource not in CONTAINER_FIELDS and not resource.startswith(HUGE_PAGES):
        errors.not_supported(f"{path}.resource", resource, CONTAINER_FIELDS)
        return
    divisor = reference.get("divisor")
    if divisor is None or resources.amount(divisor) == 0:
        return
    of_cpu = resource.endswith(".cpu")
    allowed = CPU_DIVISORS if of_cpu else SIZE_DIVISORS
    if resource and all(resources.amount(divisor) != resources.amount(choice) for choice in sorted(allowed)):
        what = "1m and 1" if of_cpu else "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
        named = resource.partition(".")[2]
        errors.invalid(
            f"{path}.divisor", resource, f"only divisor's values {what} are supported with the {named} resource"
        )
