"""Containers, init containers and ephemeral containers (pkg/apis/core/validation: validateContainers, 1.36)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.apis import features
from seatrial.apis.validation import formats, resources, security
from seatrial.apis.validation.environment import environment
from seatrial.apis.validation.metadata import one_of
from seatrial.apis.validation.mounts import Volumes, mounts
from seatrial.apis.validation.probes import lifecycle, probes
from seatrial.apis.validation.reading import NONE, Fields, number, structs, text
from seatrial.apis.violations import Errors

PROTOCOLS = ("SCTP", "TCP", "UDP")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
RESTART_POLICIES, MAX_RULES, MAX_EXIT_CODES = ("Always", "Never", "OnFailure"), 20, 255
RESIZABLE, RESIZE_POLICIES = ("cpu", "memory"), ("NotRequired", "RestartContainer")
NOT_EPHEMERAL = (
    "ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resizePolicy",
    "restartPolicy", "restartPolicyRules",
)  # fmt: skip
NO_PROBES = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")


@dataclass(frozen=True, slots=True)
class PodContext:
    """What a container's rules need to know of its pod."""

    spec: Fields
    volumes: Volumes
    claims: frozenset[str]
    grace: int | None
    restart_policy: str
    os_name: str
    host_users: bool
    in_pod: bool
    """Whether this is a Pod and not a template."""


def containers(spec: Fields, path: str, errors: Errors, pod: PodContext) -> None:
    """All containers of a pod spec."""
    listed = structs(spec, "containers")
    if not listed:
        errors.required(f"{path}.containers")
    names: set[str] = set()
    for index, container in enumerate(listed):
        place = f"{path}.containers[{index}]"
        _common(container, place, errors, pod)
        _unique(container, names, place, errors)
        lifecycle(container, place, errors, pod.grace, pod.os_name)
        probes(container, place, errors)
        if container.get("restartPolicy") is not None or container.get("restartPolicyRules"):
            _own_restart_policy(container, place, errors)
    _host_ports(listed, f"{path}.containers", errors)
    if spec.get("initContainers"):
        _init_containers(spec, path, errors, pod, names)
    if spec.get("ephemeralContainers"):
        _ephemeral_containers(spec, path, errors, pod, names)


def _unique(container: Fields, names: set[str], path: str, errors: Errors) -> None:
    name = text(container, "name")
    if name in names:
        errors.duplicate(f"{path}.name", name)
    elif name:
        names.add(name)


def _own_restart_policy(container: Fields, path: str, errors: Errors) -> None:
    """`validateContainerRestartPolicy.`"""
    if not features.enabled("ContainerRestartRules", errors.version):
        errors.forbidden(f"{path}.restartPolicy", "may not be set for non-init containers")
        return
    policy, rules = container.get("restartPolicy"), structs(container, "restartPolicyRules")
    if policy is None:
        errors.required(f"{path}.restartPolicy", "must specify restartPolicy when restart rules are used")
    elif policy not in RESTART_POLICIES:
        errors.not_supported(f"{path}.restartPolicy", policy, RESTART_POLICIES)
    if len(rules) > MAX_RULES:
        errors.too_many(f"{path}.restartPolicyRules", len(rules), MAX_RULES)
    for index, rule in enumerate(rules):
        _restart_rule(rule, f"{path}.restartPolicyRules[{index}]", errors)


def _restart_rule(rule: Fields, path: str, errors: Errors) -> None:
    whole_pod = features.enabled("RestartAllContainersOnContainerExits", errors.version)
    actions = ("Restart", "RestartAllContainers") if whole_pod else ("Restart",)
    if text(rule, "action") not in actions:
        errors.not_supported(f"{path}.action", text(rule, "action"), actions)
    codes = rule.get("exitCodes")
    if codes is None:
        errors.required(f"{path}.exitCodes", "must be specified")
        return
    if text(codes, "operator") not in ("In", "NotIn"):
        errors.not_supported(f"{path}.exitCodes.operator", text(codes, "operator"), ("In", "NotIn"))
    if len(codes.get("values") or ()) > MAX_EXIT_CODES:
        errors.too_many(f"{path}.exitCodes.values", len(codes["values"]), MAX_EXIT_CODES)


def _init_containers(spec: Fields, path: str, errors: Errors, pod: PodContext, names: set[str]) -> None:
    """`validateInitContainers.`"""
    for index, container in enumerate(structs(spec, "initContainers")):
        place = f"{path}.initContainers[{index}]"
        _common(container, place, errors, pod)
        policy = container.get("restartPolicy")
        if policy is not None or container.get("restartPolicyRules"):
            _init_restart_policy(container, place, errors)
        _unique(container, names, place, errors)
        _host_ports([container], f"{path}.initContainers", errors)
        if policy == "Always":
            lifecycle(container, place, errors, pod.grace, pod.os_name)
            probes(container, place, errors)
            continue
        if container.get("resizePolicy") and errors.version >= (1, 36):
            _no_restart_on_resize(container, place, errors)
        for field in NO_PROBES:
            if container.get(field) is not None:
                detail = "may not be set for init containers without restartPolicy=Always"
                errors.forbidden(f"{place}.{field}", detail)


def _no_restart_on_resize(container: Fields, path: str, errors: Errors) -> None:
    for index, item in enumerate(structs(container, "resizePolicy")):
        if text(item, "restartPolicy") == "RestartContainer":
            detail = "must not be set to 'RestartContainer' for non-sidecar initContainers"
            errors.invalid(f"{path}.resizePolicy[{index}].restartPolicy", "RestartContainer", detail)


def _init_restart_policy(container: Fields, path: str, errors: Errors) -> None:
    """`validateInitContainerRestartPolicy.`"""
    policy = container.get("restartPolicy")
    if policy is None:
        errors.required(f"{path}.restartPolicy", "must specify restartPolicy when restart rules are used")
    elif features.enabled("ContainerRestartRules", errors.version):
        sidecar = policy == "Always" and container.get("restartPolicyRules")
        if sidecar and not features.enabled("RestartAllContainersOnContainerExits", errors.version):
            detail = "restartPolicyRules are not allowed for init containers with restart policy Always"
            errors.forbidden(f"{path}.restartPolicyRules", detail)
        _own_restart_policy(container, path, errors)
    elif policy != "Always" and errors.version < (1, 34):
        errors.not_supported(f"{path}.restartPolicy", policy, ("Always",))


def _ephemeral_containers(spec: Fields, path: str, errors: Errors, pod: PodContext, names: set[str]) -> None:
    """`validateEphemeralContainers.`"""
    others = frozenset(names)
    for index, container in enumerate(structs(spec, "ephemeralContainers")):
        place = f"{path}.ephemeralContainers[{index}]"
        _common(container, place, errors, pod)
        trimmed_image(container, place, errors)
        _unique(container, names, place, errors)
        target = text(container, "targetContainerName")
        if target and target not in others:
            errors.not_found(f"{place}.targetContainerName", target)
        for field in NOT_EPHEMERAL:
            if container.get(field) is not None and container[field] != NONE:
                errors.forbidden(f"{place}.{field}", "cannot be set for an Ephemeral Container")
        for number_, mount in enumerate(structs(container, "volumeMounts")):
            for field in ("subPath", "subPathExpr"):
                if mount.get(field):
                    detail = "cannot be set for an Ephemeral Container"
                    errors.forbidden(f"{place}.volumeMounts[{number_}].{field}", detail)


def _common(container: Fields, path: str, errors: Errors, pod: PodContext) -> None:
    """`validateContainerCommon.`"""
    name = text(container, "name")
    if not name:
        errors.required(f"{path}.name")
    else:
        errors.invalids(f"{path}.name", name, formats.dns_label(name))
    if not container.get("image"):
        errors.required(f"{path}.image")
    one_of(text(container, "terminationMessagePolicy"), MESSAGE_POLICIES, f"{path}.terminationMessagePolicy", errors)
    if container.get("ports"):
        _ports(container, f"{path}.ports", errors)
    environment(container, pod.spec, path, errors)
    mounts(container, pod.volumes, path, errors)
    one_of(text(container, "imagePullPolicy"), PULL_POLICIES, f"{path}.imagePullPolicy", errors)
    resources.requirements(container.get("resources") or {}, f"{path}.resources", errors, pod.claims)
    if container.get("resizePolicy"):
        _resize_policy(container, f"{path}.resizePolicy", errors, pod.restart_policy)
    security.container_context(container, path, errors, host_users=pod.host_users)


def trimmed_image(container: Fields, path: str, errors: Errors) -> None:
    """`validateContainerOnlyForPod.`"""
    image = text(container, "image")
    if image != image.strip():
        errors.invalid(f"{path}.image", image, "must not have leading or trailing whitespace")


def _ports(container: Fields, path: str, errors: Errors) -> None:
    """`validateContainerPorts.`"""
    names: set[str] = set()
    for index, port in enumerate(structs(container, "ports")):
        place, name = f"{path}[{index}]", text(port, "name")
        messages = formats.port_name(name) if name else ()
        errors.invalids(f"{place}.name", name, messages)
        if name and not messages:
            if name in names:
                errors.duplicate(f"{place}.name", name)
            names.add(name)
        container_port, host_port = number(port, "containerPort"), number(port, "hostPort")
        if not container_port:
            errors.required(f"{place}.containerPort")
        else:
            errors.invalids(f"{place}.containerPort", container_port, formats.port_number(container_port))
        if host_port:
            errors.invalids(f"{place}.hostPort", host_port, formats.port_number(host_port))
        one_of(text(port, "protocol"), PROTOCOLS, f"{place}.protocol", errors)


def _host_ports(listed: Iterable[Fields], path: str, errors: Errors) -> None:
    """`checkHostPortConflicts`."""
    taken: set[str] = set()
    for index, container in enumerate(listed):
        for position, port in enumerate(structs(container, "ports")):
            if not port.get("hostPort"):
                continue
            key = f"{text(port, 'protocol')}/{text(port, 'hostIP')}/{port['hostPort']}"
            if key in taken:
                errors.duplicate(f"{path}[{index}].ports[{position}].hostPort", key)
            taken.add(key)


def _resize_policy(container: Fields, path: str, errors: Errors, restart_policy: str) -> None:
    """`validateResizePolicy.`"""
    seen: set[str] = set()
    for index, item in enumerate(structs(container, "resizePolicy")):
        resource, policy = text(item, "resourceName"), text(item, "restartPolicy")
        if resource in seen:
            errors.duplicate(f"{path}[{index}]", resource)
        seen.add(resource)
        one_of(resource, RESIZABLE, path, errors)
        one_of(policy, RESIZE_POLICIES, path, errors)
        if restart_policy == "Never" and policy != "NotRequired":
            errors.invalid(path, policy, "must be 'NotRequired' when `restartPolicy` is 'Never'")
