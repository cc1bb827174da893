"""Claims of devices (pkg/apis/resource/validation, Kubernetes 1.36). What drivers write (ResourceSlice) is not judged.

resource.k8s.io/v1beta1 has the fields of `exactly` in the request itself; upstream names them as v1 does, and so does
this. CEL expressions are not compiled.
"""

from __future__ import annotations

import re

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, number, struct, structs, text, texts
from seatrial.apis.validation.volume_sources import csi_driver_name
from seatrial.apis.violations import Errors

MOST, MOST_ALTERNATIVES = 32, 8
FLAT = "resource.k8s.io/v1beta1"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
BAD_REFERENCE = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"


def resource_claim(obj: Fields, errors: Errors) -> None:
    """ValidateResourceClaim."""
    object_meta(obj, errors)
    _claim(struct(obj, "spec"), "spec.devices", errors, flat=obj["apiVersion"] == FLAT)


def resource_claim_template(obj: Fields, errors: Errors) -> None:
    """ValidateResourceClaimTemplate."""
    object_meta(obj, errors)
    _claim(struct(struct(obj, "spec"), "spec"), "spec.spec.devices", errors, flat=obj["apiVersion"] == FLAT)


def device_class(obj: Fields, errors: Errors) -> None:
    """ValidateDeviceClass."""
    object_meta(obj, errors, namespaced=False)
    spec = struct(obj, "spec")
    _selectors(spec, "spec", errors)
    _few(spec, "config", "spec", errors)
    for index, config in enumerate(structs(spec, "config")):
        _config(config, f"spec.config[{index}]", errors)


def _few(holder: Fields, field: str, path: str, errors: Errors, most: int = MOST) -> None:
    count = len(holder.get(field) or ())
    if count > most:
        errors.too_many(f"{path}.{field}", count, most)


def _claim(spec: Fields, path: str, errors: Errors, *, flat: bool) -> None:
    devices = struct(spec, "devices")
    for field in ("requests", "constraints", "config"):
        _few(devices, field, path, errors)
    names: set[str] = set()
    references: set[str] = set()
    for index, request in enumerate(structs(devices, "requests")):
        place, name = f"{path}.requests[{index}]", text(request, "name")
        if name and name in names:
            errors.duplicate(place, name)
        names.add(name)
        references |= {name} | {f"{name}/{text(option, 'name')}" for option in structs(request, "firstAvailable")}
        _request(request, place, errors, flat)
    for index, constraint in enumerate(structs(devices, "constraints")):
        place = f"{path}.constraints[{index}]"
        _references(constraint, references, place, errors)
        attribute = constraint.get("matchAttribute")
        if attribute is not None:
            _qualified(attribute, f"{place}.matchAttribute", errors)
        elif constraint.get("distinctAttribute") is None:
            errors.required(f"{place}.matchAttribute")
    for index, config in enumerate(structs(devices, "config")):
        _references(config, references, f"{path}.config[{index}]", errors)
        _config(config, f"{path}.config[{index}]", errors)


def _request_name(request: Fields, path: str, errors: Errors) -> None:
    name = text(request, "name")
    errors.invalids(f"{path}.name", name, formats.dns_label(name))


def _request(request: Fields, path: str, errors: Errors, flat: bool) -> None:
    """`validateDeviceRequest.`"""
    _request_name(request, path, errors)
    options, exactly = request.get("firstAvailable"), request.get("exactly")
    if options:
        if exactly is not None or (flat and request.get("deviceClassName")):
            detail = "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"
            errors.invalid(path, None, detail)
            return
        _few(request, "firstAvailable", path, errors, MOST_ALTERNATIVES)
        for index, option in enumerate(structs(request, "firstAvailable")):
            place = f"{path}.firstAvailable[{index}]"
            _request_name(option, place, errors)
            _wanted(option, place, errors)
    elif flat:
        _wanted(request, f"{path}.exactly", errors)
    elif exactly is None:
        errors.required(path, "exactly one of `exactly` or `firstAvailable` is required")
    else:
        _wanted(exactly, f"{path}.exactly", errors)


def _wanted(request: Fields, path: str, errors: Errors) -> None:
    """`validateExactDeviceRequest`, after the defaults: one device."""
    name, mode, count = text(request, "deviceClassName"), text(request, "allocationMode"), number(request, "count")
    if name:
        errors.invalids(f"{path}.deviceClassName", name, formats.dns_subdomain(name))
    else:
        errors.required(f"{path}.deviceClassName")
    _selectors(request, path, errors)
    if mode == "All":
        if count:
            errors.invalid(f"{path}.count", count, "must not be specified when allocationMode is 'All'")
    elif mode not in ("", "ExactCount"):
        errors.not_supported(f"{path}.allocationMode", mode, ("All", "ExactCount"))
    elif count < 0:
        errors.invalid(f"{path}.count", count, "must be greater than zero")


def _selectors(holder: Fields, path: str, errors: Errors) -> None:
    _few(holder, "selectors", path, errors)
    for index, selector in enumerate(structs(holder, "selectors")):
        if selector.get("cel") is None:
            errors.required(f"{path}.selectors[{index}].cel")


def _references(holder: Fields, known: set[str], path: str, errors: Errors) -> None:
    """`validateRequestNameRef.`"""
    _few(holder, "requests", path, errors)
    seen: set[str] = set()
    for index, name in enumerate(texts(holder, "requests")):
        place = f"{path}.requests[{index}]"
        if name in seen:
            errors.duplicate(place, name)
        elif name not in known:
            errors.invalid(place, name, BAD_REFERENCE)
        seen.add(name)


def _qualified(name: str, path: str, errors: Errors) -> None:
    """`validateFullyQualifiedName`: domain/identifier."""
    if not name:
        errors.required(path)
        return
    domain, slash, identifier = name.partition("/")
    if not slash:
        errors.invalid(path, name, "must include a domain")
        return
    if not domain:
        errors.required(path, "the domain must not be empty")
    else:
        errors.invalids(path, domain, formats.dns_subdomain(domain))
    if not identifier:
        errors.required(path, "the name must not be empty")
    elif not IDENTIFIER.fullmatch(identifier):
        detail = formats.regex_error(
            "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric"
            " characters or '_'", "[A-Za-z_][A-Za-z0-9_]*", "my_name", "MY_NAME", "MyName",
        )  # fmt: skip
        errors.invalid(path, identifier, detail)


def _config(config: Fields, path: str, errors: Errors) -> None:
    """`validateDeviceConfiguration.`"""
    opaque = config.get("opaque")
    if opaque is None:
        errors.required(f"{path}.opaque")
        return
    csi_driver_name(text(opaque, "driver"), f"{path}.opaque.driver", errors)
    if opaque.get("parameters") is None:
        errors.required(f"{path}.opaque.parameters")
