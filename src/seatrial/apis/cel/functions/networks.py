"""IP addresses and ranges in rules (apiserver pkg/cel/library/ip.go and cidr.go, Kubernetes 1.36).

Addresses with a zone and IPv4 addresses in IPv6 clothes are refused, as are leading zeros.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import CelError, Opaque

_IP, _CIDR = "net.IP", "net.CIDR"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class IP(Opaque):
    """An address."""

    cel_type = _IP
    address: Address


@dataclass(frozen=True, slots=True)
class CIDR(Opaque):
    """An address with the length of its network's prefix."""

    cel_type = _CIDR
    address: Address
    bits: int


def _ip(text: str) -> IP:
    if "%" in text and ":" in text:
        raise CelError(f'IP address "{text}" with zone value is not allowed')
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise CelError(f'IP Address "{text}" parse error during conversion from string: {error}') from None
    _refuse_mapped(address, text)
    return IP(address)


def _refuse_mapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address, text: str) -> None:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        raise CelError(f'IPv4-mapped IPv6 address "{text}" is not allowed')


def _cidr(text: str) -> CIDR:
    where, slash, length = text.rpartition("/")
    failed = f'network address parse error during conversion from string: netip.ParsePrefix("{text}")'
    if not slash:
        raise CelError(f"{failed}: no '/'")
    try:
        address = ipaddress.ip_address(where)
    except ValueError as error:
        raise CelError(f"{failed}: {error}") from None
    _refuse_mapped(address, text)
    plain = length.isascii() and length.isdigit() and (length == "0" or not length.startswith("0"))
    if not plain or len(length) > 3 or int(length) > address.max_prefixlen or "%" in where:
        raise CelError(f"{failed}: bad bits after slash")
    return CIDR(address, int(length))


def _holds(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            parse(text)
        except CelError:
            return False
        return True

    return holds


def _network(cidr: CIDR) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network((cidr.address, cidr.bits), strict=False)


def _contains_ip(cidr: CIDR, ip: IP | str) -> bool:
    address = (_ip(ip) if isinstance(ip, str) else ip).address
    return address.version == cidr.address.version and address in _network(cidr)


def _contains_cidr(cidr: CIDR, other: CIDR | str) -> bool:
    inner = _cidr(other) if isinstance(other, str) else other
    return inner.address.version == cidr.address.version and cidr.bits <= inner.bits and inner.address in _network(cidr)


def _is_global_unicast(ip: IP) -> bool:
    """As netip has it: private addresses are global too."""
    address = ip.address
    if address == ipaddress.ip_address("255.255.255.255"):
        return False
    return not (address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local)


def _is_link_local_multicast(ip: IP) -> bool:
    if isinstance(ip.address, ipaddress.IPv4Address):
        return ip.address in ipaddress.IPv4Network("224.0.0.0/24")
    return ip.address.packed[0] == 0xFF and ip.address.packed[1] & 0x0F == 0x02


IPS: tuple[Overload, ...] = (
    function(f"ip(string): {_IP}", _ip),
    function("isIP(string): bool", _holds(_ip)),
    function("ip.isCanonical(string): bool", lambda text: str(_ip(text).address) == text),
    function(f"string({_IP}): string", lambda ip: str(ip.address)),
    method(f"{_IP}.family(): int", lambda ip: ip.address.version),
    method(f"{_IP}.isUnspecified(): bool", lambda ip: ip.address.is_unspecified),
    method(f"{_IP}.isLoopback(): bool", lambda ip: ip.address.is_loopback),
    method(f"{_IP}.isLinkLocalMulticast(): bool", _is_link_local_multicast),
    method(f"{_IP}.isLinkLocalUnicast(): bool", lambda ip: ip.address.is_link_local),
    method(f"{_IP}.isGlobalUnicast(): bool", _is_global_unicast),
)

CIDRS: tuple[Overload, ...] = (
    function(f"cidr(string): {_CIDR}", _cidr),
    function("isCIDR(string): bool", _holds(_cidr)),
    function(f"string({_CIDR}): string", lambda cidr: f"{cidr.address}/{cidr.bits}"),
    method(f"{_CIDR}.containsIP(string): bool", _contains_ip),
    method(f"{_CIDR}.containsIP({_IP}): bool", _contains_ip),
    method(f"{_CIDR}.containsCIDR(string): bool", _contains_cidr),
    method(f"{_CIDR}.containsCIDR({_CIDR}): bool", _contains_cidr),
    method(f"{_CIDR}.ip(): {_IP}", lambda cidr: IP(cidr.address)),
    method(f"{_CIDR}.prefixLength(): int", lambda cidr: cidr.bits),
    method(f"{_CIDR}.masked(): {_CIDR}", lambda cidr: CIDR(_network(cidr).network_address, cidr.bits)),
)
