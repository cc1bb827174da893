"""Services and Endpoints (pkg/apis/core/validation: ValidateService, Kubernetes 1.36).

What the server allocates before it validates (cluster IPs, node ports, the health check's port) is not asked for.
"""

from __future__ import annotations

from seatrial.apis.validation import addresses, formats
from seatrial.apis.validation.metadata import labels, object_meta, one_of
from seatrial.apis.validation.probes import port
from seatrial.apis.validation.reading import Fields, mapping, number, struct, structs, text, texts
from seatrial.apis.violations import Errors

PROTOCOLS = ("SCTP", "TCP", "UDP")
TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
AFFINITIES, FAMILIES = ("ClientIP", "None"), ("IPv4", "IPv6")
FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
TRAFFIC_POLICIES = ("Cluster", "Local")
LONGEST_AFFINITY = 86400
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
RELAXED_NAMES_SINCE = (1, 36)
"""RelaxedServiceNameValidation (KEP-5311) is on by default."""
FOR_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'"


def service(obj: Fields, errors: Errors) -> None:
    """ValidateServiceCreate."""
    relaxed = errors.version >= RELAXED_NAMES_SINCE
    object_meta(obj, errors, formats.dns_label if relaxed else formats.dns_1035_label)
    spec = struct(obj, "spec")
    kind, cluster_ips = text(spec, "type"), _cluster_ips(spec)
    headless = cluster_ips == ["None"]
    if not spec.get("ports") and not headless and kind != "ExternalName":
        errors.required("spec.ports")
    if kind in ("LoadBalancer", "NodePort") and headless:
        errors.invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services")
    if kind == "ExternalName":
        _external_name(spec, cluster_ips, errors)
    else:
        _addresses(spec, cluster_ips, headless, errors)
    _ports(spec, kind, errors)
    labels(mapping(spec, "selector"), "spec.selector", errors)
    _session_affinity(spec, errors)
    _external_ips(spec, errors)
    one_of(kind, TYPES, "spec.type", errors)
    _load_balancer(obj, spec, kind, errors)
    _traffic(spec, kind, errors)


def _cluster_ips(spec: Fields) -> list[str]:
    """`clusterIP` and `clusterIPs`, brought together as the registry does (NormalizeClusterIPs)."""
    many, one = texts(spec, "clusterIPs"), text(spec, "clusterIP")
    return many or ([one] if one else [])


def _external_name(spec: Fields, cluster_ips: list[str], errors: Errors) -> None:
    detail = "may not be set for ExternalName services"
    for field, value in (
        ("clusterIPs", cluster_ips),
        ("ipFamilies", spec.get("ipFamilies")),
        ("ipFamilyPolicy", spec.get("ipFamilyPolicy")),
    ):
        if value:
            errors.forbidden(f"spec.{field}", detail)
    name = text(spec, "externalName").removesuffix(".")
    if name:
        errors.invalids("spec.externalName", name, formats.dns_subdomain(name))
    else:
        errors.required("spec.externalName")


def _ports(spec: Fields, kind: str, errors: Errors) -> None:
    listed = structs(spec, "ports")
    names: set[str] = set()
    ports: set[tuple[str, int]] = set()
    node_ports: set[tuple[str, int]] = set()
    for index, item in enumerate(listed):
        place = f"spec.ports[{index}]"
        _port(item, place, names, len(listed) > 1, errors)
        protocol, node_port = text(item, "protocol"), number(item, "nodePort")
        if node_port:
            if kind == "ClusterIP":
                errors.forbidden(f"{place}.nodePort", "may not be used when `type` is 'ClusterIP'")
            if (protocol, node_port) in node_ports:
                errors.duplicate(f"{place}.nodePort", node_port)
            node_ports.add((protocol, node_port))
        key = (protocol, number(item, "port"))
        if key in ports:
            errors.duplicate(place, {"protocol": key[0], "port": key[1]})
        ports.add(key)


def _port(item: Fields, path: str, names: set[str], name_needed: bool, errors: Errors) -> None:
    """`validateServicePort.`"""
    name, application = text(item, "name"), item.get("appProtocol")
    if name:
        errors.invalids(f"{path}.name", name, formats.dns_label(name))
        if name in names:
            errors.duplicate(f"{path}.name", name)
        names.add(name)
    elif name_needed:
        errors.required(f"{path}.name")
    errors.invalids(f"{path}.port", number(item, "port"), formats.port_number(number(item, "port")))
    one_of(text(item, "protocol"), PROTOCOLS, f"{path}.protocol", errors)
    port(item.get("targetPort"), f"{path}.targetPort", errors)
    if application is not None:
        errors.invalids(f"{path}.appProtocol", application, formats.qualified_name(application))


def _session_affinity(spec: Fields, errors: Errors) -> None:
    affinity = text(spec, "sessionAffinity")
    one_of(affinity, AFFINITIES, "spec.sessionAffinity", errors)
    if affinity == "ClientIP":
        seconds = number(struct(struct(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds")
        if not 0 < seconds <= LONGEST_AFFINITY:
            detail = f"must be greater than 0 and less than {LONGEST_AFFINITY}"
            errors.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, detail)


def _addresses(spec: Fields, cluster_ips: list[str], headless: bool, errors: Errors) -> None:
    """ValidateServiceClusterIPsRelatedFields."""
    one = text(spec, "clusterIP")
    if one and cluster_ips[0] != one:
        errors.invalid("spec.clusterIPs", cluster_ips, "first value must match `clusterIP`")
    elif not one and spec.get("clusterIPs"):
        errors.invalid("spec.clusterIPs", cluster_ips, "must be empty when `clusterIP` is not specified")
    families = texts(spec, "ipFamilies")
    for index, family in enumerate(families):
        if family not in FAMILIES:
            errors.not_supported(f"spec.ipFamilies[{index}]", family, FAMILIES)
        if family in families[:index]:
            errors.duplicate(f"spec.ipFamilies[{index}]", family)
    policy = spec.get("ipFamilyPolicy")
    if policy is not None and policy not in FAMILY_POLICIES:
        errors.not_supported("spec.ipFamilyPolicy", policy, FAMILY_POLICIES)
    if headless:
        return
    if cluster_ips and cluster_ips[0] == "None":
        errors.invalid("spec.clusterIPs", cluster_ips, "'None' must be the first and only value")
        return
    before = len(errors.found)
    for index, address in enumerate(cluster_ips):
        errors.invalids(f"spec.clusterIPs[{index}]", address, addresses.ip(address, errors.version))
    if len(cluster_ips) > 2:
        errors.invalid("spec.clusterIPs", cluster_ips, "may only hold up to 2 values")
    if len(errors.found) > before:
        return
    versions = [address.version for address in map(addresses.parse_ip, cluster_ips) if address is not None]
    if len(versions) == 2 and versions[0] == versions[1]:
        errors.invalid("spec.clusterIPs", cluster_ips, "may specify no more than one IP for each IP family")
    for index, (family, version) in enumerate(zip(families, versions, strict=False)):
        if family in FAMILIES and family != f"IPv{version}":
            detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
            errors.invalid(f"spec.clusterIPs[{index}]", cluster_ips[index], detail)


def _external_ips(spec: Fields, errors: Errors) -> None:
    for index, address in enumerate(texts(spec, "externalIPs")):
        place, messages = f"spec.externalIPs[{index}]", addresses.ip(address, errors.version)
        errors.invalids(place, address, messages)
        if not messages:
            ordinary_ip(address, place, errors)


def ordinary_ip(address: str, path: str, errors: Errors) -> None:
    """ValidateNonSpecialIP."""
    parsed = addresses.parse_ip(address)
    if parsed is None:
        errors.invalid(path, address, "must be a valid IP address")
        return
    if parsed.is_unspecified:
        errors.invalid(path, address, f"may not be unspecified ({address})")
    if parsed.is_loopback:
        errors.invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if parsed.is_link_local:
        errors.invalid(path, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    if str(parsed).startswith(("224.0.0.", "ff02::")):
        errors.invalid(path, address, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")


def _load_balancer(obj: Fields, spec: Fields, kind: str, errors: Errors) -> None:
    ranges = texts(spec, "loadBalancerSourceRanges")
    annotation: str | None = mapping(struct(obj, "metadata"), "annotations").get(SOURCE_RANGES)
    path = "spec.LoadBalancerSourceRanges"
    if not ranges and annotation is not None:
        path = f"metadata.annotations[{SOURCE_RANGES}]"
        ranges = [value for value in annotation.strip().split(",") if annotation.strip()]
    if (ranges or annotation is not None) and kind != "LoadBalancer":
        errors.forbidden(path, FOR_LOAD_BALANCERS)
    for index, value in enumerate(ranges):
        place = f"{path}[{index}]" if path.startswith("spec") else path
        errors.invalids(place, value.strip(), addresses.cidr(value.strip(), errors.version))
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        errors.forbidden("spec.allocateLoadBalancerNodePorts", FOR_LOAD_BALANCERS)
    load_balancer_class = spec.get("loadBalancerClass")
    if load_balancer_class is not None:
        if kind == "LoadBalancer":
            messages = formats.qualified_name(load_balancer_class)
            errors.invalids("spec.loadBalancerClass", load_balancer_class, messages)
        else:
            errors.forbidden("spec.loadBalancerClass", FOR_LOAD_BALANCERS)


def _traffic(spec: Fields, kind: str, errors: Errors) -> None:
    external, health_port = text(spec, "externalTrafficPolicy"), number(spec, "healthCheckNodePort")
    reachable = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if reachable:
        one_of(external, TRAFFIC_POLICIES, "spec.externalTrafficPolicy", errors)
    elif external:
        detail = "may only be set for externally-accessible services"
        errors.invalid("spec.externalTrafficPolicy", external, detail)
    if kind == "LoadBalancer" and external == "Local":
        if health_port:
            errors.invalids("spec.healthCheckNodePort", health_port, formats.port_number(health_port))
    elif health_port:
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        errors.invalid("spec.healthCheckNodePort", health_port, detail)
    internal, distribution = spec.get("internalTrafficPolicy"), spec.get("trafficDistribution")
    if internal is not None and internal not in TRAFFIC_POLICIES:
        errors.not_supported("spec.internalTrafficPolicy", internal, TRAFFIC_POLICIES)
    known = ("PreferClose", "PreferSameNode", "PreferSameZone") if errors.version >= (1, 34) else ("PreferClose",)
    if distribution is not None and distribution not in known:
        errors.not_supported("spec.trafficDistribution", distribution, known)


def endpoints(obj: Fields, errors: Errors) -> None:
    """ValidateEndpoints."""
    object_meta(obj, errors)
    for index, subset in enumerate(structs(obj, "subsets")):
        path = f"subsets[{index}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            errors.required(path, "must specify `addresses` or `notReadyAddresses`")
        for field in ("addresses", "notReadyAddresses"):
            for position, address in enumerate(structs(subset, field)):
                _endpoint_address(address, f"{path}.{field}[{position}]", errors)
        listed = structs(subset, "ports")
        for position, item in enumerate(listed):
            _endpoint_port(item, f"{path}.ports[{position}]", len(listed) > 1, errors)


def _endpoint_address(address: Fields, path: str, errors: Errors) -> None:
    ip, hostname, node = text(address, "ip"), text(address, "hostname"), address.get("nodeName")
    errors.invalids(f"{path}.ip", ip, addresses.ip(ip, errors.version))
    if hostname:
        errors.invalids(f"{path}.hostname", hostname, formats.dns_label(hostname))
    if node is not None:
        errors.invalids(f"{path}.nodeName", node, formats.dns_subdomain(node))
    ordinary_ip(ip, f"{path}.ip", errors)


def _endpoint_port(item: Fields, path: str, name_needed: bool, errors: Errors) -> None:
    name, application = text(item, "name"), item.get("appProtocol")
    if name:
        errors.invalids(f"{path}.name", name, formats.dns_label(name))
    elif name_needed:
        errors.required(f"{path}.name")
    errors.invalids(f"{path}.port", number(item, "port"), formats.port_number(number(item, "port")))
    one_of(text(item, "protocol"), PROTOCOLS, f"{path}.protocol", errors)
    if application is not None:
        errors.invalids(f"{path}.appProtocol", application, formats.qualified_name(application))
