"""Defaults of pods and pod templates (pkg/apis/core/v1/defaults.go and core/v1's declared ones, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, missing, within
from seatrial.apis.defaults.images import pull_policy
from seatrial.apis.defaults.volumes import volume
from seatrial.model import pods, quantities
from seatrial.model.remembering import remembered

POD_SPEC = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
    "schedulerName": "default-scheduler",
}
CONTAINER = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
HTTP_GET = {"path": "/", "scheme": "HTTP"}
HUGE_PAGES = "hugepages-"


def pod(obj: Fields) -> Fields:
    """A Pod: beyond its template's defaults, requests from limits, service links and host ports."""
    return created(obj, "spec", _pod_only_spec)


def pod_template(template: Fields) -> Fields:
    """A pod template, or anything else with a pod spec under `spec`."""
    return created(template, "spec", pod_spec)


def pod_spec(spec: Fields) -> Fields:
    """What pods and templates have in common (SetDefaults_PodSpec and below)."""
    spec = filled(spec, POD_SPEC)
    spec = each(spec, "containers", container)
    spec = each(spec, "initContainers", container)
    spec = each(spec, "ephemeralContainers", container)
    return each(spec, "volumes", volume)


def container(fields: Fields) -> Fields:
    """A container of any sort."""
    fields = filled(fields, CONTAINER)
    if missing(fields, "imagePullPolicy"):
        fields = {**fields, "imagePullPolicy": pull_policy(fields.get("image") or "")}
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        fields = within(fields, name, probe)
    fields = within(fields, "lifecycle", _lifecycle)
    fields = each(fields, "ports", _container_port)
    return each(fields, "env", _env_var)


def probe(fields: Fields) -> Fields:
    """A probe: a zero means that the default applies."""
    lacking = {name: default for name, default in PROBE.items() if not fields.get(name)}
    fields = {**fields, **lacking} if lacking else fields
    fields = within(fields, "httpGet", _http_get)
    return within(fields, "grpc", _grpc)


def _http_get(fields: Fields) -> Fields:
    return filled(fields, HTTP_GET)


def _grpc(fields: Fields) -> Fields:
    return fields if fields.get("service") is not None else {**fields, "service": ""}


def _lifecycle(fields: Fields) -> Fields:
    return within(within(fields, "postStart", _handler), "preStop", _handler)


def _handler(fields: Fields) -> Fields:
    return within(fields, "httpGet", _http_get)


def _container_port(fields: Fields) -> Fields:
    return filled(fields, {"protocol": "TCP"})


def _env_var(fields: Fields) -> Fields:
    return within(fields, "valueFrom", _env_source)


def _env_source(fields: Fields) -> Fields:
    fields = within(fields, "fieldRef", _field_ref)
    return within(fields, "fileKeyRef", _file_key)


def _field_ref(fields: Fields) -> Fields:
    return filled(fields, {"apiVersion": "v1"})


def _file_key(fields: Fields) -> Fields:
    return filled(fields, {"optional": False})


@remembered
def _pod_only_spec(spec: Fields) -> Fields:
    spec = pod_spec(spec)
    spec = filled(spec, {"enableServiceLinks": True})
    for name in ("containers", "initContainers"):
        spec = each(spec, name, _requests_from_limits)
        if spec.get("hostNetwork"):
            spec = each(spec, name, _host_ports)
    return _pod_level_resources(spec) if spec.get("resources") else spec


def _requests_from_limits(fields: Fields) -> Fields:
    resources = fields.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return fields
    requests = resources.get("requests") or {}
    lacking = {name: value for name, value in limits.items() if name not in requests}
    return {**fields, "resources": {**resources, "requests": {**requests, **lacking}}} if lacking else fields


def _host_ports(fields: Fields) -> Fields:
    return each(fields, "ports", _host_port)


def _host_port(fields: Fields) -> Fields:
    return fields if fields.get("hostPort") else {**fields, "hostPort": fields.get("containerPort")}


def _pod_level_resources(spec: Fields) -> Fields:
    """Pod-level requests and limits from the containers' (KEP-2837): defaultHugePagePodLimits and the two after it."""
    resources = spec["resources"]
    limits, requests = dict(resources.get("limits") or {}), dict(resources.get("requests") or {})
    own = {name: value for name, value in spec.items() if name not in ("resources", "overhead")}
    capped = {name: _quantity(name, amount) for name, amount in pods.limits(own).items()}
    if limits or requests:
        for name, value in capped.items():
            if name.startswith(HUGE_PAGES) and name not in requests:
                limits.setdefault(name, value)
    if limits:
        for name, amount in pods.requests(own).items():
            if name in ("cpu", "memory"):
                requests.setdefault(name, _quantity(name, amount))
        for name, value in limits.items():
            if _is_pod_level(name):
                requests.setdefault(name, value)
    elif requests:
        for name, value in capped.items():
            if name in ("cpu", "memory") and _all_capped(spec, name):
                limits[name] = value
    new = {**resources, **({"limits": limits} if limits else {}), **({"requests": requests} if requests else {})}
    return spec if new == resources else {**spec, "resources": new}


def _is_pod_level(resource: str) -> bool:
    """resourcehelper.IsSupportedPodLevelResource."""
    return resource in ("cpu", "memory") or resource.startswith(HUGE_PAGES)


def _all_capped(spec: Fields, resource: str) -> bool:
    return all(resource in ((c.get("resources") or {}).get("limits") or {}) for c in pods.containers(spec))


def _quantity(resource: str, amount: int) -> str:
    return quantities.format_cpu(amount) if resource == "cpu" else quantities.format_bytes(amount)
