"""Ingresses, IngressClasses and NetworkPolicies (pkg/apis/networking/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import addresses, formats
from seatrial.apis.validation.metadata import label_selector, object_meta
from seatrial.apis.validation.probes import port
from seatrial.apis.validation.reading import Fields, mapping, number, struct, structs, text, texts
from seatrial.apis.validation.services import RELAXED_NAMES_SINCE
from seatrial.apis.violations import Errors

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
BAD_SEQUENCES, BAD_SUFFIXES = ("//", "/./", "/../", "%2f", "%2F"), ("/..", "/.")
PROTOCOLS, POLICY_TYPES = ("TCP", "UDP", "SCTP"), ("Ingress", "Egress")
SCOPES = ("Cluster", "Namespace")
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
LONGEST_CONTROLLER = 250
TWO_FAMILIES = 2


def ingress(obj: Fields, errors: Errors) -> None:
    """ValidateIngressCreate."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    backend, rules, class_name = spec.get("defaultBackend"), structs(spec, "rules"), spec.get("ingressClassName")
    if not rules and backend is None:
        errors.invalid("spec", spec.get("rules"), "either `defaultBackend` or `rules` must be specified")
    if backend is not None:
        _backend(backend, "spec.defaultBackend", errors)
    for index, rule in enumerate(rules):
        _rule(rule, f"spec.rules[{index}]", errors)
    for index, tls in enumerate(structs(spec, "tls")):
        _tls(tls, f"spec.tls[{index}]", errors)
    if class_name is not None:
        errors.invalids("spec.ingressClassName", class_name, formats.dns_subdomain(class_name))
        annotation = mapping(struct(obj, "metadata"), "annotations").get(CLASS_ANNOTATION)
        if annotation is not None and annotation != class_name:
            detail = "must match `ingressClassName` when both are specified"
            errors.invalid(f"annotations.{CLASS_ANNOTATION}", annotation, detail)


def _host(host: str, path: str, errors: Errors) -> None:
    rule = formats.wildcard_subdomain if "*" in host else formats.dns_subdomain
    errors.invalids(path, host, rule(host))


def _tls(tls: Fields, path: str, errors: Errors) -> None:
    for index, host in enumerate(texts(tls, "hosts")):
        _host(host, f"{path}.hosts[{index}]", errors)
    name = text(tls, "secretName")
    if name:
        errors.invalids(f"{path}.secretName", name, formats.dns_subdomain(name))


def _rule(rule: Fields, path: str, errors: Errors) -> None:
    host, http = text(rule, "host"), rule.get("http")
    if host:
        if addresses.parse_ip(host) is not None:
            errors.invalid(f"{path}.host", host, "must be a DNS name, not an IP address")
        _host(host, f"{path}.host", errors)
    if http is None:
        return
    paths = structs(http, "paths")
    if not paths:
        errors.required(f"{path}.http.paths")
    for index, item in enumerate(paths):
        _path(item, f"{path}.http.paths[{index}]", errors)


def _path(item: Fields, path: str, errors: Errors) -> None:
    """`validateHTTPIngressPath.`"""
    kind, value = item.get("pathType"), text(item, "path")
    if kind is None:
        errors.required(f"{path}.pathType", "pathType must be specified")
        return
    if kind not in PATH_TYPES:
        errors.not_supported(f"{path}.pathType", kind, PATH_TYPES)
    elif not value.startswith("/") and (value or kind != "ImplementationSpecific"):
        errors.invalid(f"{path}.path", value, "must be an absolute path")
    if kind in ("Exact", "Prefix"):
        found = [f"must not contain '{sequence}'" for sequence in BAD_SEQUENCES if sequence in value]
        found += [f"cannot end with '{suffix}'" for suffix in BAD_SUFFIXES if value.endswith(suffix)]
        errors.invalids(f"{path}.path", value, found)
    _backend(struct(item, "backend"), f"{path}.backend", errors)


def _backend(backend: Fields, path: str, errors: Errors) -> None:
    """`validateIngressBackend.`"""
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        errors.invalid(path, "", "cannot set both resource and service backends")
    elif resource is not None:
        _reference(resource, f"{path}.resource", errors)
    elif service is not None:
        _service_backend(service, path, errors)
    else:
        errors.invalid(path, "", "resource or service backend is required")


def _service_backend(service: Fields, path: str, errors: Errors) -> None:
    name, target = text(service, "name"), struct(service, "port")
    if not name:
        errors.required(f"{path}.service.name")
    else:
        rule = formats.dns_label if errors.version >= RELAXED_NAMES_SINCE else formats.dns_1035_label
        errors.invalids(f"{path}.service.name", name, rule(name))
    port_name, port_number = text(target, "name"), number(target, "number")
    if port_name and port_number:
        errors.invalid(path, "", "cannot set both port name & port number")
    elif port_name:
        errors.invalids(f"{path}.service.port.name", port_name, formats.port_name(port_name))
    elif port_number:
        errors.invalids(f"{path}.service.port.number", port_number, formats.port_number(port_number))
    else:
        errors.required(path, "port name or number is required")


def _reference(reference: Fields, path: str, errors: Errors) -> None:
    """`validateIngressTypedLocalObjectReference.`"""
    group = reference.get("apiGroup")
    if group is not None:
        errors.invalids(f"{path}.apiGroup", group, formats.dns_subdomain(group))
    for field in ("kind", "name"):
        value = text(reference, field)
        if not value:
            errors.required(f"{path}.{field}")
        else:
            errors.invalids(f"{path}.{field}", value, formats.path_segment(value))


def ingress_class(obj: Fields, errors: Errors) -> None:
    """ValidateIngressClass."""
    object_meta(obj, errors, namespaced=False)
    spec = struct(obj, "spec")
    controller, parameters = text(spec, "controller"), spec.get("parameters")
    if not controller:
        errors.required("spec.controller")
    else:
        if len(controller) > LONGEST_CONTROLLER:
            errors.too_long("spec.controller", LONGEST_CONTROLLER)
        errors.invalids("spec.controller", controller, formats.domain_prefixed_path(controller))
    if parameters is not None:
        _reference(parameters, "spec.parameters", errors)
        _parameters_scope(parameters, "spec.parameters", errors)


def _parameters_scope(parameters: Fields, path: str, errors: Errors) -> None:
    scope, namespace = text(parameters, "scope"), parameters.get("namespace")
    if scope not in SCOPES:
        errors.not_supported(f"{path}.scope", scope, SCOPES)
    elif scope == "Cluster":
        if namespace is not None:
            errors.forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'")
    elif namespace is None:
        errors.required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'")
    else:
        errors.invalids(f"{path}.namespace", namespace, formats.dns_label(namespace))


def network_policy(obj: Fields, errors: Errors) -> None:
    """ValidateNetworkPolicy."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    label_selector(spec.get("podSelector"), "spec.podSelector", errors)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(structs(spec, direction)):
            path = f"spec.{direction}[{index}]"
            for position, item in enumerate(structs(rule, "ports")):
                _policy_port(item, f"{path}.ports[{position}]", errors)
            for position, peer in enumerate(structs(rule, peers)):
                _peer(peer, f"{path}.{peers}[{position}]", errors)
    types = texts(spec, "policyTypes")
    if len(types) > len(POLICY_TYPES):
        errors.invalid("spec.policyTypes", types, "may not specify more than two policyTypes")
        return
    for index, kind in enumerate(types):
        if kind not in POLICY_TYPES:
            errors.not_supported(f"spec.policyTypes[{index}]", kind, POLICY_TYPES)


def _policy_port(item: Fields, path: str, errors: Errors) -> None:
    protocol, value, end = item.get("protocol"), item.get("port"), item.get("endPort")
    if protocol is not None and protocol not in PROTOCOLS:
        errors.not_supported(f"{path}.protocol", protocol, PROTOCOLS)
    if value is not None:
        port(value, f"{path}.port", errors)
    if end is None:
        return
    if value is None:
        errors.invalid(f"{path}.endPort", end, "may not be specified when `port` is not specified")
    elif isinstance(value, str):
        errors.invalid(f"{path}.endPort", end, "may not be specified when `port` is non-numeric")
    else:
        if end < value:
            errors.invalid(f"{path}.endPort", end, "must be greater than or equal to `port`")
        errors.invalids(f"{path}.endPort", end, formats.port_number(end))


def _peer(peer: Fields, path: str, errors: Errors) -> None:
    """ValidateNetworkPolicyPeer."""
    block = peer.get("ipBlock")
    selecting = [name for name in ("podSelector", "namespaceSelector") if peer.get(name) is not None]
    for name in selecting:
        label_selector(peer[name], f"{path}.{name}", errors)
    if block is not None:
        _ip_block(block, f"{path}.ipBlock", errors)
    if not selecting and block is None:
        errors.required(path, "must specify a peer")
    elif selecting and block is not None:
        errors.forbidden(path, "may not specify both ipBlock and another peer")


def _ip_block(block: Fields, path: str, errors: Errors) -> None:
    """ValidateIPBlock."""
    cidr = text(block, "cidr")
    if not cidr:
        errors.required(f"{path}.cidr")
        return
    errors.invalids(f"{path}.cidr", cidr, addresses.cidr(cidr, errors.version))
    outer = addresses.parse_cidr(cidr)
    if outer is None:
        return
    for index, value in enumerate(texts(block, "except")):
        place, inner = f"{path}.except[{index}]", addresses.parse_cidr(value)
        errors.invalids(place, value, addresses.cidr(value, errors.version))
        if inner is None:
            continue
        contained = outer.version == inner.version and inner.network_address in outer
        if not contained or inner.prefixlen <= outer.prefixlen:
            errors.invalid(place, value, "must be a strict subset of `cidr`")


def ip_address(obj: Fields, errors: Errors) -> None:
    """ValidateIPAddress: the name is the address."""
    object_meta(obj, errors, addresses.canonical_ip, namespaced=False)
    parent, path = struct(obj, "spec").get("parentRef"), "spec.parentRef"
    if parent is None:
        errors.required(path)
        return
    for field in ("resource", "name"):
        value = text(parent, field)
        if value:
            errors.invalids(f"{path}.{field}", value, formats.path_segment(value))
        else:
            errors.required(f"{path}.{field}")
    group, namespace = text(parent, "group"), text(parent, "namespace")
    if group:
        errors.invalids(f"{path}.group", group, formats.dns_subdomain(group))
    if namespace:
        errors.invalids(f"{path}.namespace", namespace, formats.path_segment(namespace))


def service_cidr(obj: Fields, errors: Errors) -> None:
    """ValidateServiceCIDR."""
    object_meta(obj, errors, namespaced=False)
    given, path = texts(struct(obj, "spec"), "cidrs"), "spec.cidrs"
    if not given:
        errors.required(path, "at least one CIDR required")
    if len(given) > TWO_FAMILIES:
        errors.invalid(path, given, "may only hold up to 2 values")
        return
    for index, value in enumerate(given):
        errors.invalids(f"{path}[{index}]", value, addresses.canonical_cidr(value))
    parsed = [network.version for network in map(addresses.parse_cidr, given) if network is not None]
    if len(parsed) == TWO_FAMILIES and len(set(parsed)) == 1:
        detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
        errors.invalid(path, given, detail)
