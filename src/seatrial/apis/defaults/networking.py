"""Defaults of networking and discovery (pkg/apis/{networking,discovery}/v1/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, within


def network_policy(obj: Fields) -> Fields:
    """A NetworkPolicy: it is about ingress, and about egress where it has such rules."""
    return created(obj, "spec", _network_policy_spec)


def _network_policy_spec(spec: Fields) -> Fields:
    if not spec.get("policyTypes"):
        spec = {**spec, "policyTypes": ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]}
    spec = filled(spec, {"podSelector": {}})
    return each(each(spec, "ingress", _rule), "egress", _rule)


def _rule(rule: Fields) -> Fields:
    return each(rule, "ports", _tcp)


def _tcp(port: Fields) -> Fields:
    return filled(port, {"protocol": "TCP"})


def ingress_class(obj: Fields) -> Fields:
    """An IngressClass."""
    return within(obj, "spec", _ingress_class_spec)


def _ingress_class_spec(spec: Fields) -> Fields:
    return within(spec, "parameters", _parameters)


def _parameters(parameters: Fields) -> Fields:
    return filled(parameters, {"scope": "Cluster"})


def endpoint_slice(obj: Fields) -> Fields:
    """An EndpointSlice."""
    return each(obj, "ports", _endpoint_port)


def _endpoint_port(port: Fields) -> Fields:
    port = filled(port, {"protocol": "TCP"})
    return port if port.get("name") is not None else {**port, "name": ""}
