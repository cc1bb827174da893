"""EndpointSlices (pkg/apis/discovery/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import addresses, formats
from seatrial.apis.validation.metadata import object_meta, one_of
from seatrial.apis.validation.reading import Fields, struct, structs, text, texts
from seatrial.apis.validation.services import PROTOCOLS, ordinary_ip
from seatrial.apis.violations import Errors

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
MAX_ENDPOINTS, MAX_ADDRESSES, MAX_PORTS, MAX_HINTS = 1000, 100, 20000, 8


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
    given = texts(endpoint, "addresses")
    if not given:
        errors.required(f"{path}.addresses", "must contain at least 1 address")
    elif len(given) > MAX_ADDRESSES:
        errors.too_many(f"{path}.addresses", len(given), MAX_ADDRESSES)
    for index, address in enumerate(given):
        _address(address, kind, f"{path}.addresses", index, errors)
    node, hostname = endpoint.get("nodeName"), endpoint.get("hostname")
    if node is not None:
        errors.invalids(f"{path}.nodeName", node, formats.dns_subdomain(node))
    if hostname is not None:
        errors.invalids(f"{path}.hostname", hostname, formats.dns_label(hostname))
    for field in ("forZones", "forNodes"):
        _hints(struct(endpoint, "hints"), field, f"{path}.hints", errors)


def _address(address: str, kind: str, path: str, index: int, errors: Errors) -> None:
    place = f"{path}[{index}]"
    if kind == "FQDN":
        errors.invalids(place, address, addresses.domain_name(address))
    elif kind in ("IPv4", "IPv6"):
        messages = addresses.ip(address, errors.version) if kind == "IPv4" else addresses.canonical_ip(address)
        errors.invalids(place, address, messages)
        parsed = addresses.parse_ip(address)
        if messages or parsed is None:
            return
        if f"IPv{parsed.version}" != kind:
            errors.invalid(path, address, f"must be an {kind} address")
        ordinary_ip(address, place, errors)


def _hints(hints: Fields, field: str, path: str, errors: Errors) -> None:
    """`validateHints.`"""
    names = [text(hint, "name") for hint in structs(hints, field)]
    if len(names) > MAX_HINTS:
        errors.too_many(f"{path}.{field}", len(names), MAX_HINTS)
        return
    rule = formats.label_value if field == "forZones" else formats.dns_subdomain
    for index, name in enumerate(names):
        if name in names[:index]:
            errors.duplicate(f"{path}.{field}[{index}].name", name)
        errors.invalids(f"{path}.{field}[{index}].name", name, rule(name))


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
