"""Probes and lifecycle hooks (pkg/apis/core/validation: validateProbe, validateHandler, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import non_negative
from seatrial.apis.validation.reading import Fields, number, structs, text
from seatrial.apis.violations import Errors

FIGURES = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def probes(container: Fields, path: str, errors: Errors) -> None:
    """The three probes of a container."""
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is not None:
            _probe(probe, name, f"{path}.{name}", errors)


def _probe(probe: Fields, name: str, path: str, errors: Errors) -> None:
    handler(probe, path, errors, None, ("exec", "httpGet", "tcpSocket", "grpc"))
    for figure in FIGURES:
        non_negative(probe.get(figure), f"{path}.{figure}", errors)
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and grace <= 0:
        errors.invalid(f"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0")
    if name == "readinessProbe":
        if grace is not None:
            errors.invalid(f"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes")
    elif number(probe, "successThreshold") != 1:
        errors.invalid(f"{path}.successThreshold", probe.get("successThreshold"), "must be 1")


def lifecycle(container: Fields, path: str, errors: Errors, grace: int | None, os_name: str) -> None:
    """The hooks of a container (validateLifecycle)."""
    hooks = container.get("lifecycle")
    if not hooks:
        return
    for name in ("postStart", "preStop"):
        if hooks.get(name) is not None:
            handler(hooks[name], f"{path}.lifecycle.{name}", errors, grace, ("exec", "httpGet", "tcpSocket", "sleep"))
    if hooks.get("stopSignal") and not os_name:
        errors.forbidden(f"{path}.lifecycle.stopSignal", "may not be set for containers with empty `spec.os.name`")


def handler(fields: Fields, path: str, errors: Errors, grace: int | None, kinds: tuple[str, ...]) -> None:
    """`validateHandler`: exactly one of the ways to act."""
    given = [kind for kind in kinds if fields.get(kind) is not None]
    if not given:
        errors.required(path, "must specify a handler type")
    for kind in given[1:]:
        errors.forbidden(f"{path}.{kind}", "may not specify more than 1 handler type")
    for kind in given[:1]:
        _action(kind, fields[kind], f"{path}.{kind}", errors, grace)


def _action(kind: str, action: Fields, path: str, errors: Errors, grace: int | None) -> None:
    match kind:
        case "exec":
            if not action.get("command"):
                errors.required(f"{path}.command")
        case "httpGet":
            _http_get(action, path, errors)
        case "tcpSocket":
            port(action.get("port"), f"{path}.port", errors)
        case "grpc":
            port(number(action, "port"), f"{path}.port", errors)
        case "sleep":
            _sleep(number(action, "seconds"), path, errors, grace)


def _http_get(action: Fields, path: str, errors: Errors) -> None:
    if not action.get("path"):
        errors.required(f"{path}.path")
    port(action.get("port"), f"{path}.port", errors)
    if text(action, "scheme") not in ("HTTP", "HTTPS"):
        errors.not_supported(f"{path}.scheme", text(action, "scheme"), ("HTTP", "HTTPS"))
    for header in structs(action, "httpHeaders"):
        name = text(header, "name")
        errors.invalids(f"{path}.httpHeaders", name, formats.http_header(name))


def _sleep(seconds: int, path: str, errors: Errors, grace: int | None) -> None:
    if grace is None:
        return
    if errors.version >= (1, 33):
        if not 0 <= seconds <= grace:
            detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
            errors.invalid(path, seconds, detail)
    elif not 0 < seconds <= grace:
        detail = f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace})"
        errors.invalid(path, seconds, detail)


def port(value: Any, path: str, errors: Errors) -> None:
    """ValidatePortNumOrName."""
    if isinstance(value, str):
        errors.invalids(path, value, formats.port_name(value))
    else:
        errors.invalids(path, value or 0, formats.port_number(value or 0))
