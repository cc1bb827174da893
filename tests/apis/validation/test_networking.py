"""Services, Endpoints, Ingresses and NetworkPolicies: upstream's validation tests restated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import backend, ingress, obj, paths, said, service

Fields = dict[str, Any]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, []),
        ({"ports": []}, ["spec.ports"]),
        ({"ports": [], "clusterIP": "None"}, []),
        ({"type": "Loadbalancer"}, ["spec.type"]),
        ({"type": "LoadBalancer", "clusterIP": "None"}, ["spec.clusterIPs[0]"]),
        ({"type": "ExternalName"}, ["spec.externalName"]),
        ({"type": "ExternalName", "externalName": "example.com."}, []),
        ({"type": "ExternalName", "externalName": "example.com", "clusterIP": "10.0.0.1"}, ["spec.clusterIPs"]),
        ({"ports": [{"port": 0}]}, ["spec.ports[0].port", "spec.ports[0].targetPort"]),
        ({"ports": [{"port": 80, "protocol": "tcp"}]}, ["spec.ports[0].protocol"]),
        ({"ports": [{"port": 80, "targetPort": "a-very-long-port-name"}]}, ["spec.ports[0].targetPort"]),
        ({"ports": [{"port": 80}, {"port": 81}]}, ["spec.ports[0].name", "spec.ports[1].name"]),
        ({"ports": [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]}, ["spec.ports[1].name"]),
        ({"ports": [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]}, ["spec.ports[1]"]),
        ({"ports": [{"port": 80, "nodePort": 30000}]}, ["spec.ports[0].nodePort"]),
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30000}]}, []),
        ({"clusterIP": "10.0.0"}, ["spec.clusterIPs[0]"]),
        ({"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.2"]}, ["spec.clusterIPs"]),
        ({"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1", "10.0.0.2"]}, ["spec.clusterIPs"]),
        ({"clusterIPs": ["10.0.0.1"]}, ["spec.clusterIPs"]),
        ({"ipFamilies": ["IPv6"], "clusterIP": "10.0.0.1"}, ["spec.clusterIPs[0]"]),
        ({"ipFamilyPolicy": "Both"}, ["spec.ipFamilyPolicy"]),
        ({"externalIPs": ["127.0.0.1"]}, ["spec.externalIPs[0]"]),
        ({"sessionAffinity": "Cookie"}, ["spec.sessionAffinity"]),
        ({"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 86401}}},
         ["spec.sessionAffinityConfig.clientIP.timeoutSeconds"]),
        ({"externalTrafficPolicy": "Local"}, ["spec.externalTrafficPolicy"]),
        ({"type": "LoadBalancer", "externalTrafficPolicy": "local"}, ["spec.externalTrafficPolicy"]),
        ({"internalTrafficPolicy": "Node"}, ["spec.internalTrafficPolicy"]),
        ({"trafficDistribution": "Far"}, ["spec.trafficDistribution"]),
        ({"healthCheckNodePort": 30000}, ["spec.healthCheckNodePort"]),
        ({"loadBalancerSourceRanges": ["10.0.0.0/8"]}, ["spec.LoadBalancerSourceRanges"]),
        ({"type": "LoadBalancer", "loadBalancerSourceRanges": [" 10.0.0.0/8 ", "10.0.0"]},
         ["spec.LoadBalancerSourceRanges[1]"]),
        ({"loadBalancerClass": "example.com/x"}, ["spec.loadBalancerClass"]),
        ({"allocateLoadBalancerNodePorts": True}, ["spec.allocateLoadBalancerNodePorts"]),
        ({"selector": {"a b": "c"}}, ["spec.selector"]),
    ],
)  # fmt: skip
def test_services(spec: Fields, found: list[str]) -> None:
    assert paths(service(**spec)) == found


def test_names_of_services_may_begin_with_a_digit_since_1_36() -> None:
    named = {**service(), "metadata": {"name": "1a"}}
    assert paths(named, (1, 35)) == ["metadata.name"]
    assert said(named, (1, 36)) == []


@pytest.mark.parametrize(
    ("subset", "found"),
    [
        ({"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}, []),
        ({"ports": [{"port": 80}]}, ["subsets[0]"]),
        ({"addresses": [{"ip": "127.0.0.1"}]}, ["subsets[0].addresses[0].ip"]),
        ({"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 0}]}, ["subsets[0].ports[0].port"]),
    ],
)
def test_endpoints(subset: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "Endpoints", subsets=[subset])) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}]}, []),
        ({"endpoints": []}, ["addressType"]),
        ({"addressType": "IPv4", "endpoints": [{"addresses": []}]}, ["endpoints[0].addresses"]),
        ({"addressType": "IPv4", "endpoints": [{"addresses": ["fd00::1"]}]}, ["endpoints[0].addresses"]),
        ({"addressType": "IPv4", "endpoints": [{"addresses": ["a"]}]}, ["endpoints[0].addresses[0]"]),
        ({"addressType": "IPv6", "endpoints": [{"addresses": ["FD00::1"]}]}, ["endpoints[0].addresses[0]"]),
        ({"addressType": "FQDN", "endpoints": [{"addresses": ["localhost"]}]}, ["endpoints[0].addresses[0]"]),
        ({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"], "deprecatedTopology": {"a b": "c"}}]}, []),
        ({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"], "hints": {"forNodes": [{"name": "A"}]}}]},
         ["endpoints[0].hints.forNodes[0].name"]),
        ({"addressType": "IPv4", "endpoints": [], "ports": [{"port": 1}, {"port": 2}]}, ["ports[1].name"]),
    ],
)  # fmt: skip
def test_endpoint_slices(fields: Fields, found: list[str]) -> None:
    assert paths(obj("discovery.k8s.io/v1", "EndpointSlice", **fields)) == found


def rule(**path: Any) -> Fields:
    return {"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend(), **path}]}}


PATH = "spec.rules[0].http.paths[0]"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"rules": [rule()]}, []),
        ({"defaultBackend": backend()}, []),
        ({}, ["spec"]),
        ({"rules": [{"http": {"paths": []}}]}, ["spec.rules[0].http.paths"]),
        ({"rules": [rule(pathType=None)]}, [f"{PATH}.pathType"]),
        ({"rules": [rule(pathType="prefix")]}, [f"{PATH}.pathType"]),
        ({"rules": [rule(path="web")]}, [f"{PATH}.path"]),
        ({"rules": [rule(path="//")]}, [f"{PATH}.path"]),
        ({"rules": [rule(path="", pathType="ImplementationSpecific")]}, []),
        ({"rules": [rule(backend={})]}, [f"{PATH}.backend"]),
        ({"rules": [rule(backend=backend(number=80, name="http"))]}, [f"{PATH}.backend"]),
        ({"rules": [rule(backend=backend(number=70000))]}, [f"{PATH}.backend.service.port.number"]),
        ({"rules": [rule(backend={"service": {"name": "Web", "port": {"number": 80}}})]},
         [f"{PATH}.backend.service.name"]),
        ({"rules": [{"host": "10.0.0.1", **rule()}]}, ["spec.rules[0].host"]),
        ({"rules": [{"host": "*.example.com", **rule()}]}, []),
        ({"rules": [{"host": "*example.com", **rule()}]}, ["spec.rules[0].host"]),
        ({"rules": [{"host": "Example.com", **rule()}]}, ["spec.rules[0].host"]),
        ({"rules": [rule()], "tls": [{"hosts": ["a b"], "secretName": "S"}]},
         ["spec.tls[0].hosts[0]", "spec.tls[0].secretName"]),
        ({"rules": [rule()], "ingressClassName": "A"}, ["spec.ingressClassName"]),
    ],
)  # fmt: skip
def test_ingresses(spec: Fields, found: list[str]) -> None:
    assert paths(ingress(**spec)) == found


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"controller": "example.com/x"}, []),
        ({}, ["spec.controller"]),
        ({"controller": "x"}, ["spec.controller"]),
        ({"controller": "example.com/x", "parameters": {"kind": "K", "name": "n", "scope": "Namespace"}},
         ["spec.parameters.namespace"]),
    ],
)  # fmt: skip
def test_ingress_classes(spec: Fields, found: list[str]) -> None:
    assert paths(obj("networking.k8s.io/v1", "IngressClass", spec=spec)) == found


@pytest.mark.parametrize(
    ("ingress_rule", "found"),
    [
        ({}, []),
        ({"from": [{}]}, ["from[0]"]),
        ({"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}, ["from[0]"]),
        ({"from": [{"ipBlock": {"cidr": "10.0.0.0"}}]}, ["from[0].ipBlock.cidr"]),
        ({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}, []),
        ({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}, ["from[0].ipBlock.except[0]"]),
        ({"ports": [{"port": 80, "endPort": 79}]}, ["ports[0].endPort"]),
        ({"ports": [{"port": "http", "endPort": 80}]}, ["ports[0].endPort"]),
        ({"ports": [{"protocol": "tcp"}]}, ["ports[0].protocol"]),
    ],
)
def test_network_policies(ingress_rule: Fields, found: list[str]) -> None:
    policy = obj("networking.k8s.io/v1", "NetworkPolicy", spec={"podSelector": {}, "ingress": [ingress_rule]})
    assert paths(policy) == [f"spec.ingress[0].{path}" for path in found]


def test_addresses_are_named_by_themselves() -> None:
    address = obj("networking.k8s.io/v1", "IPAddress", spec={"parentRef": {"resource": "services", "name": "web"}})
    assert paths({**address, "metadata": {"name": "2001:db8::1"}}) == []
    assert paths({**address, "metadata": {"name": "web"}}) == ["metadata.name"]
    assert paths({**address, "metadata": {"name": "10.0.0.1"}, "spec": {}}) == ["spec.parentRef"]


@pytest.mark.parametrize(
    ("cidrs", "found"),
    [
        (["10.0.0.0/24"], []),
        (["10.0.0.0/24", "2001:db8::/64"], []),
        ([], ["spec.cidrs"]),
        (["10.0.0.0"], ["spec.cidrs[0]"]),
    ],
)
def test_ranges_of_service_addresses(cidrs: list[str], found: list[str]) -> None:
    assert paths(obj("networking.k8s.io/v1", "ServiceCIDR", spec={"cidrs": cidrs})) == found
