"""EndpointSlices (pkg/apis/discovery/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import labels, object_meta, one_of
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text, texts
from seatrial.apis.validation.services import PROTOCOLS, ordinary_ip
from seatrial.apis.violations import Errors

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
MAX_ENDPOINTS, MAX_ADDRESSES, MAX_PORTS, MAX_HINTS, MAX_TOPOLOGY = 1000, 100, 20000, 8, 16


def endpoint_slice(obj: Fields, errors: Errors) -> None:
    """ValidateEndpointSliceCreate."""
    object_meta(obj, errors)
    kind = text(obj, "addressType")
    one_of(kind, ADDRESS_TYPES, "addressType", errors)
    listed = structs(obj, "endpoints")
    if len(listed) > MAX_ENDPOINTS:
        errors.too_many("endpoints", len(listed), MAX_ENDPOINTS)
    else:
        for index, endpoint in enumerate(listed):
            _endpoint(endpoint, kind, f"endpoints[{index}]", errors)
    _ports(obj, errors)


def _endpoint(endpoint: Fields, kind: str, path: str, errors: Errors) -> None:
    addresses = texts(endpoint, "addresses")
    if not addresses:
        errors.required(f"{path}.addresses", "must contain at least 1 address")
    elif len(addresses) > MAX_ADDRESSES:
        errors.too_many(f"{path}.addresses", len(addresses), MAX_ADDRESSES)
    for index, address in enumerate(addresses):
        _address(address, kind, f"{path}.addresses[{index}]", errors)
    node, hostname = endpoint.get("nodeName"), endpoint.get("hostname")
    if node is not None:
        errors.invalids(f"{path}.nodeName", node, formats.dns_subdomain(node))
    if hostname is not None:
        errors.invalids(f"{path}.hostname", hostname, formats.dns_label(hostname))
    topology = mapping(endpoint, "deprecatedTopology")
    if len(topology) > MAX_TOPOLOGY:
        errors.too_many(f"{path}.deprecatedTopology", len(topology), MAX_TOPOLOGY)
    labels(topology, f"{path}.deprecatedTopology", errors)
    _hints(struct(endpoint, "hints"), f"{path}.hints.forZones", errors)


def _address(address: str, kind: str, path: str, errors: Errors) -> None:
    parsed = formats.parse_ip(address)
    if kind in ("IPv4", "IPv6"):
        if parsed is None or f"IPv{parsed.version}" != kind:
            errors.invalid(path, address, f"must be an {kind} address")
        else:
            ordinary_ip(address, path, errors)
    elif kind == "FQDN":
        errors.invalids(path, address, formats.dns_subdomain(address.removesuffix(".")))


def _hints(hints: Fields, path: str, errors: Errors) -> None:
    zones = [text(zone, "name") for zone in structs(hints, "forZones")]
    if len(zones) > MAX_HINTS:
        errors.too_many(path, len(zones), MAX_HINTS)
        return
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            errors.duplicate(f"{path}[{index}].name", zone)
        errors.invalids(f"{path}[{index}].name", zone, formats.label_value(zone))


def _ports(obj: Fields, errors: Errors) -> None:
    listed = structs(obj, "ports")
    if len(listed) > MAX_PORTS:
        errors.too_many("ports", len(listed), MAX_PORTS)
        return
    names: set[str] = set()
    for index, port in enumerate(listed):
        place, name, application = f"ports[{index}]", text(port, "name"), port.get("appProtocol")
        if name:
            errors.invalids(f"{place}.name", name, formats.dns_label(name))
        if name in names:
            errors.duplicate(f"{place}.name", name)
        names.add(name)
        one_of(text(port, "protocol"), PROTOCOLS, f"{place}.protocol", errors)
        if application is not None:
            errors.invalids(f"{place}.appProtocol", application, formats.qualified_name(application))
