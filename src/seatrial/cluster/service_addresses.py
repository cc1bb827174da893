"""What the API server allocates for Services: cluster IPs, node ports, families.

As pkg/registry/core/service/storage/alloc.go with ipallocator and portallocator (Kubernetes 1.36), on a cluster with
IPv4 alone and the ranges that kubeadm sets. Upstream draws from the upper band of a range at random; here addresses are
given out in order, so that no allocation changes what chance brings to others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.store import Store
from seatrial.model.objects import Object, evolve, kind_of

SERVICE_RANGE = IPv4Network("10.96.0.0/12")
"""--service-cluster-ip-range."""
NODE_PORTS = range(30000, 32768)
"""--service-node-port-range."""
STATIC_ADDRESSES, STATIC_PORTS = 256, 86
"""So many addresses and ports at a range's begin are left to those who ask for one by number (static subrange)."""
WITH_ADDRESS = ("ClusterIP", "NodePort", "LoadBalancer")
WITH_PORTS = ("NodePort", "LoadBalancer")
NONE = "None"


class ServiceAddresses:
    """The allocators of one cluster; `admit` is what the API server calls."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._addresses = STATIC_ADDRESSES
        self._ports = STATIC_PORTS
        store.add_index("Service", "clusterIP", by_address)
        store.add_index("Service", "nodePort", by_node_port)

    def admit(self, new: Object, old: Object | None) -> Object:
        """The Service with all that it needs; what it has already it keeps (patchAllocatedValues).

        Raises:
            errors.Invalid: where an address or a port that it asks for is another's.
        """
        if kind_of(new) != "Service":
            return new
        kind = new.spec.get("type", "ClusterIP")
        spec = _kept(new.spec, old.spec if old is not None else {}, kind)
        if kind in WITH_ADDRESS:
            spec = self._with_families(self._with_address(new, spec))
        if kind in WITH_PORTS and spec.get("allocateLoadBalancerNodePorts", True):
            spec = self._with_ports(new, spec)
        return evolve(new, spec=spec)

    def _with_address(self, service: Object, spec: dict[str, Any]) -> dict[str, Any]:
        asked = spec.get("clusterIP")
        if not asked:
            asked = next(ip for ip in self._next_addresses() if not self._store.by_index("Service", "clusterIP", ip))
        elif asked != NONE:
            others = [s for s in self._store.by_index("Service", "clusterIP", asked) if s.key != service.key]
            if others:
                raise _refused(service, "spec.clusterIPs", asked, "provided IP is already allocated")
        return {**spec, "clusterIP": asked, "clusterIPs": spec.get("clusterIPs") or [asked]}

    @staticmethod
    def _with_families(spec: dict[str, Any]) -> dict[str, Any]:
        """One family on a cluster that has one; a headless Service without selector may have both."""
        policy = spec.get("ipFamilyPolicy")
        families = spec.get("ipFamilies")
        if spec["clusterIP"] == NONE and not spec.get("selector"):
            policy = policy or "RequireDualStack"
            families = families or (["IPv4"] if policy == "SingleStack" else ["IPv4", "IPv6"])
        return {**spec, "ipFamilies": families or ["IPv4"], "ipFamilyPolicy": policy or "SingleStack"}

    def _with_ports(self, service: Object, spec: dict[str, Any]) -> dict[str, Any]:
        ports, taken = [], set[int]()
        for port in spec.get("ports") or ():
            number = port.get("nodePort") or next(n for n in self._next_ports() if n not in taken and self._is_free(n))
            others = [s for s in self._store.by_index("Service", "nodePort", str(number)) if s.key != service.key]
            if others:
                raise _refused(service, "spec.ports[0].nodePort", number, "provided port is already allocated")
            taken.add(number)
            ports.append({**port, "nodePort": number})
        spec = {**spec, "ports": ports}
        needs_check = spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"
        if needs_check and not spec.get("healthCheckNodePort"):
            spec["healthCheckNodePort"] = next(n for n in self._next_ports() if n not in taken and self._is_free(n))
        return spec

    def _is_free(self, port: int) -> bool:
        return not self._store.by_index("Service", "nodePort", str(port))

    def _next_addresses(self) -> Iterator[str]:
        for _ in range(SERVICE_RANGE.num_addresses):
            self._addresses += 1
            if self._addresses >= SERVICE_RANGE.num_addresses - 1:
                self._addresses = STATIC_ADDRESSES
            yield str(IPv4Address(int(SERVICE_RANGE.network_address) + self._addresses))

    def _next_ports(self) -> Iterator[int]:
        for _ in NODE_PORTS:
            self._ports = self._ports + 1 if self._ports + 1 < len(NODE_PORTS) else 0
            yield NODE_PORTS[self._ports]


def _kept(spec: dict[str, Any], old: dict[str, Any], kind: str) -> dict[str, Any]:
    """What was allocated for the Service before and is not given again by whoever writes it."""
    kept: dict[str, Any] = {}
    if kind in WITH_ADDRESS and old.get("type") in WITH_ADDRESS and not spec.get("clusterIP"):
        kept = {f: old[f] for f in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy") if f in old}
    if kind in WITH_PORTS and old.get("type") in WITH_PORTS:
        known = {(p.get("protocol"), p.get("port")): p["nodePort"] for p in old.get("ports") or () if "nodePort" in p}
        kept["ports"] = [
            {**p, "nodePort": known[place]} if not p.get("nodePort") and (place := _place(p)) in known else p
            for p in spec.get("ports") or ()
        ]
        if "healthCheckNodePort" in old and "healthCheckNodePort" not in spec:
            kept["healthCheckNodePort"] = old["healthCheckNodePort"]
    return {**spec, **kept}


def _place(port: dict[str, Any]) -> tuple[Any, Any]:
    return port.get("protocol"), port.get("port")


def _refused(service: Object, field: str, value: object, why: str) -> errors.ApiError:
    return errors.Invalid(f'Service "{service.name}" is invalid: {field}: Invalid value: "{value}": {why}')


def by_address(service: Object) -> Collection[str]:
    """Files a Service under its cluster IP."""
    address = service.spec.get("clusterIP")
    return [address] if address and address != NONE else []


def by_node_port(service: Object) -> Collection[str]:
    """Files a Service under each of its node ports."""
    numbers = [port.get("nodePort") for port in service.spec.get("ports") or ()]
    return [str(n) for n in dict.fromkeys([*numbers, service.spec.get("healthCheckNodePort")]) if n]
