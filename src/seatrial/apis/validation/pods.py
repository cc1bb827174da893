"""Pods and pod templates (pkg/apis/core/validation: ValidatePodSpec, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis import features
from seatrial.apis.validation import addresses, formats, resources, scheduling, security, windows
from seatrial.apis.validation.containers import PodContext, containers, trimmed_image
from seatrial.apis.validation.metadata import annotation_map, labels, object_meta, one_of
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text, texts
from seatrial.apis.validation.volumes import volumes, without_image_volumes
from seatrial.apis.violations import Errors
from seatrial.model import pods, quantities

RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
NAMESERVERS, SEARCHES, SEARCH_CHARACTERS, MAX_HOSTNAME = 3, 32, 2048, 64
MAX_INT32 = 2**31 - 1
DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
MIRROR = "kubernetes.io/config.mirror"


def pod(obj: Fields, errors: Errors) -> None:
    """ValidatePodCreate."""
    object_meta(obj, errors)
    meta, spec = struct(obj, "metadata"), struct(obj, "spec")
    _pod_annotations(mapping(meta, "annotations"), spec, "metadata.annotations", errors)
    pod_spec(spec, "spec", errors, text(meta, "name"), in_pod=True)
    for field in ("containers", "initContainers"):
        for index, container in enumerate(structs(spec, field)):
            trimmed_image(container, f"spec.{field}[{index}]", errors)
    if spec.get("ephemeralContainers"):
        errors.forbidden("spec.ephemeralContainers", "cannot be set on create")
    if text(spec, "nodeName") and spec.get("schedulingGates"):
        errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared")


def pod_template(template: Fields, path: str, errors: Errors, *, claims: tuple[str, ...] = ()) -> None:
    """ValidatePodTemplateSpec. `claims` are names of volumes that a StatefulSet's claim templates add."""
    meta, spec = struct(template, "metadata"), struct(template, "spec")
    labels(mapping(meta, "labels"), f"{path}.labels", errors)
    found = mapping(meta, "annotations")
    annotation_map(found, f"{path}.annotations", errors)
    _pod_annotations(found, spec, f"{path}.annotations", errors)
    pod_spec(spec, f"{path}.spec", errors, "", in_pod=False, claims=claims)
    if spec.get("ephemeralContainers"):
        errors.forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template")


def _pod_annotations(values: dict[str, str], spec: Fields, path: str, errors: Errors) -> None:
    """ValidatePodSpecificAnnotations."""
    if not values:
        return
    if MIRROR in values and not text(spec, "nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        errors.invalid(f"{path}[{MIRROR}]", values[MIRROR], detail)
    cost = values.get(DELETION_COST)
    if cost is not None and not _is_int32(cost):
        errors.invalid(f"{path}[{DELETION_COST}]", cost, "must be a 32bit integer")
    names = {text(container, "name") for container, _ in windows.containers_with_path(spec, "")}
    security.annotation_map(values, names, path, errors)


def _is_int32(value: str) -> bool:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or (digits.startswith("0") and value != "0"):
        return False
    return -(2**31) <= int(value) <= MAX_INT32


def pod_spec(
    spec: Fields, path: str, errors: Errors, pod_name: str, *, in_pod: bool, claims: tuple[str, ...] = ()
) -> None:
    """ValidatePodSpec."""
    spec = features.without_disabled(spec, features.disabled_in_pods(errors.version))
    if not features.enabled("ImageVolume", errors.version):
        spec = without_image_volumes(spec)
    found = volumes(spec, pod_name, path, errors, in_pod=in_pod, claims=claims)
    claim_names = frozenset(filter(None, (text(claim, "name") for claim in structs(spec, "resourceClaims"))))
    context = PodContext(
        spec=spec,
        volumes=found,
        claims=claim_names,
        grace=spec.get("terminationGracePeriodSeconds"),
        restart_policy=text(spec, "restartPolicy"),
        os_name=text(struct(spec, "os"), "name"),
        host_users=spec.get("hostUsers") is not False,
        in_pod=in_pod,
    )
    _resource_claims(spec, f"{path}.resourceClaims", errors)
    containers(spec, path, errors, context)
    if spec.get("resources"):
        _pod_level_resources(spec, path, errors, claim_names)
    if spec.get("hostNetwork"):
        _host_network_ports(spec, path, errors, in_pod)
    one_of(text(spec, "restartPolicy"), RESTART_POLICIES, f"{path}.restartPolicy", errors)
    one_of(text(spec, "dnsPolicy"), DNS_POLICIES, f"{path}.dnsPolicy", errors)
    labels(mapping(spec, "nodeSelector"), f"{path}.nodeSelector", errors)
    security.pod_context(spec, path, errors)
    scheduling.affinity(spec, path, errors)
    _dns_config(spec, f"{path}.dnsConfig", errors)
    _gates(spec, path, errors)
    scheduling.topology_spread(spec, path, errors)
    windows.host_process(spec, path, errors)
    if spec.get("hostUsers") is False:
        _without_host_namespaces(spec, path, errors)
    if spec.get("hostnameOverride") is not None:
        _hostname_override(spec, f"{path}.hostnameOverride", errors)
    _names(spec, path, errors)
    scheduling.tolerations(spec, path, errors)
    _host_aliases(spec, path, errors)
    _figures(spec, path, errors)
    windows.operating_system(spec, path, errors)


def _hostname_override(spec: Fields, path: str, errors: Errors) -> None:
    """`validatePodHostName.`"""
    name = text(spec, "hostnameOverride")
    if spec.get("setHostnameAsFQDN"):
        errors.forbidden(path, "may not be specified when setHostnameAsFQDN is true")
    if spec.get("hostNetwork"):
        errors.forbidden(path, "may not be specified when hostNetwork is true")
    if len(name) > MAX_HOSTNAME:
        errors.too_long(path, MAX_HOSTNAME)
    errors.invalids(path, name, formats.dns_subdomain(name))


def _names(spec: Fields, path: str, errors: Errors) -> None:
    account = text(spec, "serviceAccountName") or text(spec, "serviceAccount")
    if account:
        errors.invalids(f"{path}.serviceAccountName", account, formats.dns_subdomain(account))
    for field, rule in (
        ("nodeName", formats.dns_subdomain),
        ("hostname", formats.dns_label),
        ("subdomain", formats.dns_label),
        ("priorityClassName", formats.dns_subdomain),
    ):
        value = text(spec, field)
        if value:
            errors.invalids(f"{path}.{field}", value, rule(value))
    runtime_class = spec.get("runtimeClassName")
    if runtime_class is not None:
        errors.invalids(f"{path}.runtimeClassName", runtime_class, formats.dns_subdomain(runtime_class))


def _figures(spec: Fields, path: str, errors: Errors) -> None:
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= MAX_INT32:
        errors.invalid(f"{path}.activeDeadlineSeconds", deadline, formats.in_range(1, MAX_INT32))
    if spec.get("preemptionPolicy") is not None:
        one_of(spec["preemptionPolicy"], PREEMPTION_POLICIES, f"{path}.preemptionPolicy", errors)
    if spec.get("overhead"):
        resources.requirements({"limits": spec["overhead"]}, f"{path}.overhead", errors)


def _resource_claims(spec: Fields, path: str, errors: Errors) -> None:
    """`validatePodResourceClaims.`"""
    seen: set[str] = set()
    for index, claim in enumerate(structs(spec, "resourceClaims")):
        place, name = f"{path}[{index}]", text(claim, "name")
        if not name:
            errors.required(f"{place}.name")
        elif name in seen:
            errors.duplicate(f"{place}.name", name)
        else:
            errors.invalids(f"{place}.name", name, formats.dns_label(name))
            seen.add(name)
        given = [field for field in ("resourceClaimName", "resourceClaimTemplateName") if claim.get(field) is not None]
        if len(given) > 1:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            errors.invalid(place, claim, detail)
        if not given and errors.version >= (1, 31):  # before, the two stood under `source`
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            errors.invalid(place, claim, detail)
        for field in given:
            errors.invalids(f"{place}.{field}", claim[field], formats.dns_subdomain(claim[field]))


def _pod_level_resources(spec: Fields, path: str, errors: Errors, claims: frozenset[str]) -> None:
    """`validatePodResources.`"""
    place, own = f"{path}.resources", spec["resources"]
    if text(struct(spec, "os"), "name") == "windows":
        errors.forbidden(place, "may not be set for a windows pod")
        return
    if own.get("claims") is not None:
        errors.forbidden(f"{place}.claims", "claims may not be set for Resources at pod-level")
    resources.requirements(own, place, errors, claims, resources.pod_level_resource_name)
    requests, limits = own.get("requests") or {}, own.get("limits") or {}
    below = {name: value for name, value in spec.items() if name not in ("resources", "overhead")}
    for name, amount in pods.requests(below).items():
        if name in requests and amount > quantities.amount(name, requests[name]):
            total = quantities.format_cpu(amount) if name == "cpu" else str(amount)
            detail = f"must be greater than or equal to aggregate container requests of {total}"
            errors.invalid(f"{place}.requests[{name}]", str(requests[name]), detail)
    for index, container in enumerate(structs(spec, "containers")):
        for name, value in struct(struct(container, "resources"), "limits").items():
            if name in limits and resources.amount(value) > resources.amount(limits[name]):
                detail = f"must be less than or equal to pod limits of {limits[name]}"
                errors.invalid(f"{place}.containers[{index}][{name}].limits", str(value), detail)


def _host_network_ports(spec: Fields, path: str, errors: Errors, in_pod: bool) -> None:
    """`validatePodHostNetworkDeps.`"""
    for index, container in enumerate(structs(spec, "containers")):
        for position, port in enumerate(structs(container, "ports")):
            host_port = port.get("hostPort") or 0
            if (in_pod or host_port) and host_port != (port.get("containerPort") or 0):
                detail = "must match `containerPort` when `hostNetwork` is true"
                errors.invalid(f"{path}.containers[{index}].ports[{position}].hostPort", host_port, detail)


def _dns_config(spec: Fields, path: str, errors: Errors) -> None:
    """`validatePodDNSConfig.`"""
    config = spec.get("dnsConfig")
    if text(spec, "dnsPolicy") == "None":
        if config is None:
            errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None")
        elif not config.get("nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            errors.required(f"{path}.nameservers", detail)
    if not config:
        return
    nameservers, searches = texts(config, "nameservers"), texts(config, "searches")
    if len(nameservers) > NAMESERVERS:
        detail = f"must not have more than {NAMESERVERS} nameservers"
        errors.invalid(f"{path}.nameservers", nameservers, detail)
    for index, address in enumerate(nameservers):
        errors.invalids(f"{path}.nameservers[{index}]", address, addresses.ip(address, errors.version))
    if len(searches) > SEARCHES:
        errors.invalid(f"{path}.searches", searches, f"must not have more than {SEARCHES} search paths")
    if len(" ".join(searches)) > SEARCH_CHARACTERS:
        detail = f"must not have more than {SEARCH_CHARACTERS} characters (including spaces) in the search list"
        errors.invalid(f"{path}.searches", searches, detail)
    for index, search in enumerate(searches):
        errors.invalids(f"{path}.searches[{index}]", search, _search_messages(search, errors))
    for index, option in enumerate(structs(config, "options")):
        if not option.get("name"):
            errors.required(f"{path}.options[{index}]", "must not be empty")


def _search_messages(search: str, errors: Errors) -> formats.Messages:
    relaxed = errors.version >= (1, 33)
    if relaxed and search == ".":
        return ()
    rule = formats.dns_subdomain_with_underscore if relaxed else formats.dns_subdomain
    return rule(search.removesuffix("."))


def _gates(spec: Fields, path: str, errors: Errors) -> None:
    """Readiness gates and scheduling gates."""
    for index, gate in enumerate(structs(spec, "readinessGates")):
        kind = text(gate, "conditionType")
        errors.invalids(f"{path}.readinessGates[{index}].conditionType", kind, formats.qualified_name(kind))
    seen: set[str] = set()
    for index, gate in enumerate(structs(spec, "schedulingGates")):
        name, place = text(gate, "name"), f"{path}.schedulingGates[{index}]"
        errors.invalids(place, name, formats.qualified_name(name))
        if name in seen:
            errors.duplicate(place, name)
        seen.add(name)


def _without_host_namespaces(spec: Fields, path: str, errors: Errors) -> None:
    """`validateHostUsers.`"""
    detail = "when `hostUsers` is false" if errors.version >= (1, 36) else "when `pod.Spec.HostUsers` is false"
    for field, named in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
        if spec.get(field):
            errors.forbidden(f"{path}.{named}", detail)
    for container, place in windows.containers_with_path(spec, path):
        if container.get("volumeDevices"):
            errors.forbidden(f"{place}.volumeDevices", detail)


def _host_aliases(spec: Fields, path: str, errors: Errors) -> None:
    """ValidateHostAliases."""
    for index, alias in enumerate(structs(spec, "hostAliases")):
        place, address = f"{path}.hostAliases[{index}]", text(alias, "ip")
        errors.invalids(f"{place}.ip", address, addresses.ip(address, errors.version))
        for position, name in enumerate(texts(alias, "hostnames")):
            errors.invalids(f"{place}.hostnames[{position}]", name, formats.dns_subdomain(name))
