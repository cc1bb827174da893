"""Defaults of Services and the small kinds of core/v1 (pkg/apis/core/v1/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, missing, within

SESSION_SECONDS = 10800


def service(obj: Fields) -> Fields:
    """A Service, short of what the server allocates (cluster IPs, node ports)."""
    obj = created(obj, "spec", _service_spec)
    if obj["spec"]["type"] == "LoadBalancer":
        obj = within(obj, "status", _load_balancer_status)
    return obj


def _service_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"sessionAffinity": "None", "type": "ClusterIP"})
    kind = spec["type"]
    if spec["sessionAffinity"] == "None" and spec.get("sessionAffinityConfig") is not None:
        spec = {name: value for name, value in spec.items() if name != "sessionAffinityConfig"}
    if spec["sessionAffinity"] == "ClientIP":
        spec = created(spec, "sessionAffinityConfig", _client_ip)
    spec = each(spec, "ports", _service_port)
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if external:
        spec = filled(spec, {"externalTrafficPolicy": "Cluster"})
    if kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        spec = filled(spec, {"internalTrafficPolicy": "Cluster"})
    return filled(spec, {"allocateLoadBalancerNodePorts": True}) if kind == "LoadBalancer" else spec


def _client_ip(config: Fields) -> Fields:
    return created(config, "clientIP", _session_timeout)


def _session_timeout(client_ip: Fields) -> Fields:
    return filled(client_ip, {"timeoutSeconds": SESSION_SECONDS})


def _service_port(port: Fields) -> Fields:
    port = filled(port, {"protocol": "TCP"})
    return port if port.get("targetPort") else {**port, "targetPort": port.get("port", 0)}


def _load_balancer_status(status: Fields) -> Fields:
    return within(status, "loadBalancer", _load_balancer)


def _load_balancer(fields: Fields) -> Fields:
    return each(fields, "ingress", _ingress_point)


def _ingress_point(point: Fields) -> Fields:
    return point if missing(point, "ip") else filled(point, {"ipMode": "VIP"})


def secret(obj: Fields) -> Fields:
    """A Secret."""
    return filled(obj, {"type": "Opaque"})


def namespace(obj: Fields) -> Fields:
    """A Namespace: the label with its name, the finalizer and phase of a new one."""
    name = (obj.get("metadata") or {}).get("name")
    if name:
        obj = created(obj, "metadata", _named_namespace)
    obj = created(obj, "status", _namespace_status)
    return created(obj, "spec", _namespace_spec)


def _named_namespace(metadata: Fields) -> Fields:
    labels = metadata.get("labels") or {}
    name = metadata["name"]
    if labels.get("kubernetes.io/metadata.name") == name:
        return metadata
    return {**metadata, "labels": {**labels, "kubernetes.io/metadata.name": name}}


def _namespace_status(status: Fields) -> Fields:
    return filled(status, {"phase": "Active"})


def _namespace_spec(spec: Fields) -> Fields:
    return filled(spec, {"finalizers": ["kubernetes"]})


def node(obj: Fields) -> Fields:
    """A Node: all of its capacity is allocatable where it does not say."""
    return within(obj, "status", _node_status)


def _node_status(status: Fields) -> Fields:
    capacity = status.get("capacity")
    return filled(status, {"allocatable": capacity}) if capacity else status


def endpoints(obj: Fields) -> Fields:
    """An Endpoints."""
    return each(obj, "subsets", _subset)


def _subset(subset: Fields) -> Fields:
    return each(subset, "ports", _tcp)


def _tcp(port: Fields) -> Fields:
    return filled(port, {"protocol": "TCP"})


def limit_range(obj: Fields) -> Fields:
    """A LimitRange."""
    return within(obj, "spec", _limits)


def _limits(spec: Fields) -> Fields:
    return each(spec, "limits", _limit)


def _limit(item: Fields) -> Fields:
    """Containers only: default from max, default request from default, then from min."""
    if item.get("type") != "Container":
        return item
    default = {**(item.get("max") or {}), **(item.get("default") or {})}
    request = {**(item.get("min") or {}), **default, **(item.get("defaultRequest") or {})}
    new = {**item, "default": default, "defaultRequest": request}
    return item if new == item else new
