"""Security contexts of pods and containers (pkg/apis/core/validation, Kubernetes 1.36).

Privileged containers are allowed, as API servers of every common distribution do (--allow-privileged).
"""

from __future__ import annotations

import re

from seatrial.apis import features
from seatrial.apis.validation import formats, windows
from seatrial.apis.validation.paths import local_descending
from seatrial.apis.validation.reading import Fields, structs, text
from seatrial.apis.violations import Errors

PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
SE_LINUX_POLICIES = (("Recursive",), ("MountOption", "Recursive"))
"""Without and with SELinuxMount."""
PATH_MAX = 4095
IPC_SYSCTLS = ("kernel.shm", "kernel.msg", "fs.mqueue.")
SYSCTL = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = re.compile(SYSCTL)


def container_context(container: Fields, path: str, errors: Errors, *, host_users: bool) -> None:
    """ValidateSecurityContext."""
    context = container.get("securityContext")
    if not context:
        return
    path = f"{path}.securityContext"
    _ids(context, path, errors)
    proc_mount = context.get("procMount")
    if proc_mount is not None:
        if proc_mount not in ("Default", "Unmasked"):
            errors.not_supported(f"{path}.procMount", proc_mount, ("Default", "Unmasked"))
        if host_users and proc_mount == "Unmasked":
            errors.invalid(f"{path}.procMount", proc_mount, "`hostUsers` must be false to use `Unmasked`")
    _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile", errors)
    if context.get("allowPrivilegeEscalation") is False:
        _no_escalation(context, path, errors)
    windows.options(context.get("windowsOptions"), f"{path}.windowsOptions", errors)
    _app_armor(context.get("appArmorProfile"), f"{path}.appArmorProfile", errors)


def _no_escalation(context: Fields, path: str, errors: Errors) -> None:
    if context.get("privileged"):
        detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        errors.invalid(path, context, detail)
    if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
        detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
        errors.invalid(path, context, detail)


def _ids(context: Fields, path: str, errors: Errors) -> None:
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        value = context.get(name)
        if value is not None:
            errors.invalids(f"{path}.{name}", value, formats.user_id(value))


def pod_context(spec: Fields, path: str, errors: Errors) -> None:
    """`validatePodSpecSecurityContext.`"""
    context = spec.get("securityContext")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        errors.invalid(f"{path}.securityContext.shareProcessNamespace", True, detail)
    if not context:
        return
    path = f"{path}.securityContext"
    _ids(context, path, errors)
    for index, group in enumerate(context.get("supplementalGroups") or ()):
        errors.invalids(f"{path}.supplementalGroups[{index}]", group or 0, formats.user_id(group or 0))
    _sysctls(context, spec, f"{path}.sysctls", errors)
    for name, choices in (
        ("fsGroupChangePolicy", ("Always", "OnRootMismatch")),
        ("supplementalGroupsPolicy", ("Merge", "Strict")),
        ("seLinuxChangePolicy", SE_LINUX_POLICIES[features.enabled("SELinuxMount", errors.version)]),
    ):
        if context.get(name) is not None and context[name] not in choices:
            errors.not_supported(f"{path}.{name}", context[name], choices)
    _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile", errors)
    windows.options(context.get("windowsOptions"), f"{path}.windowsOptions", errors)
    _app_armor(context.get("appArmorProfile"), f"{path}.appArmorProfile", errors)


def _sysctls(context: Fields, spec: Fields, path: str, errors: Errors) -> None:
    seen: set[str] = set()
    for index, sysctl in enumerate(structs(context, "sysctls")):
        name, place = text(sysctl, "name"), f"{path}[{index}].name"
        if not name:
            errors.required(place)
        elif len(name) > 253 or not _SYSCTL.fullmatch(name):
            errors.invalid(place, name, f"must have at most 253 characters and match regex ^{SYSCTL}$")
        elif name in seen:
            errors.duplicate(place, name)
        plain = name.replace("/", ".")
        if spec.get("hostNetwork") and plain.startswith("net."):
            errors.invalid(place, name, "may not be specified when 'hostNetwork' is true")
        elif spec.get("hostIPC") and (plain.startswith(IPC_SYSCTLS) or plain == "kernel.sem"):
            errors.invalid(place, name, "may not be specified when 'hostIPC' is true")
        seen.add(name)


def _seccomp(profile: Fields | None, path: str, errors: Errors) -> None:
    """`validateSeccompProfileField.`"""
    if profile is None:
        return
    kind, local = text(profile, "type"), profile.get("localhostProfile")
    if not kind:
        errors.required(f"{path}.type", "type is required when seccompProfile is set")
    elif kind not in PROFILE_TYPES:
        errors.not_supported(f"{path}.type", kind, PROFILE_TYPES)
    if kind == "Localhost":
        if local is None:
            errors.required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost")
        else:
            local_descending(local, f"{path}.localhostProfile", errors)
    elif local is not None:
        errors.invalid(f"{path}.localhostProfile", profile, "can only be set when seccomp type is Localhost")


def _app_armor(profile: Fields | None, path: str, errors: Errors) -> None:
    """ValidateAppArmorProfileField."""
    if profile is None:
        return
    kind, local = text(profile, "type"), profile.get("localhostProfile")
    if not kind:
        errors.required(f"{path}.type", "type is required when appArmorProfile is set")
    elif kind not in PROFILE_TYPES:
        errors.not_supported(f"{path}.type", kind, PROFILE_TYPES)
    elif kind != "Localhost":
        if local is not None:
            errors.invalid(f"{path}.localhostProfile", local, "can only be set when AppArmor type is Localhost")
    elif not local or not local.strip():
        errors.required(f"{path}.localhostProfile", "must be set when AppArmor type is Localhost")
    elif local != local.strip():
        errors.invalid(f"{path}.localhostProfile", local, "must not be padded with whitespace")
    elif len(local) > PATH_MAX:
        errors.too_long(f"{path}.localhostProfile", PATH_MAX)


def annotation_map(values: dict[str, str], container_names: set[str], path: str, errors: Errors) -> None:
    """The seccomp and AppArmor annotations that preceded the fields."""
    for key, profile in values.items():
        if key == SECCOMP_POD or key.startswith(SECCOMP_CONTAINER):
            _seccomp_annotation(profile, f"{path}.{key}", errors)
        elif key.startswith(APP_ARMOR):
            name = key.removeprefix(APP_ARMOR)
            if name not in container_names:
                errors.invalid(f"{path}[{key}]", name, "container not found")
            if profile not in ("", "runtime/default", "unconfined") and not profile.startswith("localhost/"):
                errors.invalid(f"{path}[{key}]", profile, f'invalid AppArmor profile name: "{profile}"')


def _seccomp_annotation(profile: str, path: str, errors: Errors) -> None:
    if profile in ("runtime/default", "docker/default", "unconfined"):
        return
    if profile.startswith("localhost/"):
        local_descending(profile.removeprefix("localhost/"), path, errors)
    else:
        errors.invalid(path, profile, "must be a valid seccomp profile")
