"""Windows pods: their options, HostProcess containers, and what only one system knows (pkg/apis/core, 1.36)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.apis.validation import formats
from seatrial.apis.validation.reading import Fields, structs
from seatrial.apis.violations import Errors

CREDENTIAL_SPEC_KIB = 64
DOMAIN_LENGTH, USER_LENGTH = 256, 104
LINUX_POD_FIELDS = ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace")
LINUX_POD_CONTEXT = (
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser",
    "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy",
)  # fmt: skip
LINUX_CONTEXT = (
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
    "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
)  # fmt: skip
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_NET_BIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_USER_CHARACTERS = re.compile(r'["/\\:;|=,+*?<>@\[\]]')


def options(fields: Fields | None, path: str, errors: Errors) -> None:
    """`validateWindowsSecurityContextOptions.`"""
    if not fields:
        return
    name, spec, user = (fields.get(n) for n in ("gmsaCredentialSpecName", "gmsaCredentialSpec", "runAsUserName"))
    if name is not None:
        errors.invalids(f"{path}.gmsaCredentialSpecName", name, formats.dns_subdomain(name))
    if spec is not None:
        if not spec:
            errors.invalid(f"{path}.gmsaCredentialSpec", spec, "gmsaCredentialSpec cannot be an empty string")
        elif len(spec.encode()) > CREDENTIAL_SPEC_KIB * 1024:
            detail = f"gmsaCredentialSpec size must be under {CREDENTIAL_SPEC_KIB} KiB"
            errors.invalid(f"{path}.gmsaCredentialSpec", spec, detail)
    if user is not None:
        errors.invalids(f"{path}.runAsUserName", user, _user_messages(user))


def _user_messages(name: str) -> list[str]:
    if not name:
        return ["runAsUserName cannot be an empty string"]
    if _CONTROL.search(name):
        return ["runAsUserName cannot contain control characters"]
    if name.count("\\") > 1:
        return ["runAsUserName cannot contain more than one backslash"]
    domain, backslash, user = name.rpartition("\\")
    found = []
    if len(domain) >= DOMAIN_LENGTH:
        found.append(f"runAsUserName's Domain length must be under {DOMAIN_LENGTH} characters")
    if backslash and not _NET_BIOS.fullmatch(domain) and not _DNS.fullmatch(domain):
        found.append("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    if not user:
        found.append("runAsUserName's User cannot be empty")
    elif len(user) > USER_LENGTH:
        found.append(f"runAsUserName's User length must not be longer than {USER_LENGTH} characters")
    if user and not user.strip(". "):
        found.append("runAsUserName's User cannot contain only periods or spaces")
    if _USER_CHARACTERS.search(user):
        found.append("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
    return found


def containers_with_path(spec: Fields, path: str) -> Iterator[tuple[Fields, str]]:
    """All containers of a pod spec with their paths, in the order of VisitContainersWithPath."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(structs(spec, field)):
            yield container, f"{path}.{field}[{index}]"


def _host_process(context: Fields | None) -> bool | None:
    value: bool | None = ((context or {}).get("windowsOptions") or {}).get("hostProcess")
    return value


def host_process(spec: Fields, path: str, errors: Errors) -> None:
    """`validateWindowsHostProcessPod.`"""
    of_pod = _host_process(spec.get("securityContext"))
    count = total = 0
    for container, place in containers_with_path(spec, path):
        own = _host_process(container.get("securityContext"))
        total += 1
        if of_pod is not None and own is not None and of_pod != own:
            detail = f"pod hostProcess value must be identical if both are specified, was {str(of_pod).lower()}"
            errors.invalid(f"{place}.securityContext.windowsOptions.hostProcess", own, detail)
        count += bool(of_pod if own is None else own)
    if not count:
        return
    if count != total:
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        errors.invalid(path, "", detail)
    if not spec.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        errors.invalid(f"{path}.hostNetwork", False, detail)


def operating_system(spec: Fields, path: str, errors: Errors) -> None:
    """`validateOS`, and what the system that is named does not know."""
    system = spec.get("os")
    if system is None:
        return
    name = system.get("name") or ""
    if not name:
        errors.required(f"{path}.os.name", "cannot be empty")
    elif name not in ("linux", "windows"):
        errors.not_supported(f"{path}.os", name, ("linux", "windows"))
    elif name == "linux":
        _linux_only(spec, path, errors)
    else:
        _windows_only(spec, path, errors)


def _linux_only(spec: Fields, path: str, errors: Errors) -> None:
    contexts = [(spec, path), *containers_with_path(spec, path)]
    for holder, place in contexts:
        if (holder.get("securityContext") or {}).get("windowsOptions") is not None:
            detail = "windows options cannot be set for a linux pod"
            errors.forbidden(f"{place}.securityContext.windowsOptions", detail)


def _windows_only(spec: Fields, path: str, errors: Errors) -> None:
    detail = "cannot be set for a windows pod"
    for field in LINUX_POD_FIELDS:
        if spec.get(field) or (field in ("hostUsers", "shareProcessNamespace") and spec.get(field) is not None):
            errors.forbidden(f"{path}.{field}", detail)
    for field in LINUX_POD_CONTEXT:
        if (spec.get("securityContext") or {}).get(field) not in (None, []):
            errors.forbidden(f"{path}.securityContext.{field}", detail)
    for container, place in containers_with_path(spec, path):
        for field in LINUX_CONTEXT:
            if (container.get("securityContext") or {}).get(field) is not None:
                errors.forbidden(f"{place}.securityContext.{field}", detail)
