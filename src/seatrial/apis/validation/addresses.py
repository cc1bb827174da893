"""IP addresses, address ranges and domain names (apimachinery pkg/util/validation/ip.go, Kubernetes 1.36).

Fields as old as Kubernetes take leading zeros, IPv4 addresses in IPv6's clothes and ranges with host bits, until 1.36
turned StrictIPCIDRValidation on; newer fields want the canonical form. Each function gives what is wrong in upstream's
words, an empty tuple where nothing is.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from seatrial.apis.validation.formats import CACHED, OK, Messages, dns_subdomain
from seatrial.apis.violations import Version

STRICT_SINCE: Version = (1, 36)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_IP_MESSAGE = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_CIDR_MESSAGE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


@lru_cache(CACHED)
def parse_ip(value: str) -> Address | None:
    """`netutils.ParseIPSloppy`: leading zeros in IPv4 are decimal, zones are refused, mapped addresses are IPv4."""
    if "%" in value:
        return None
    if ":" not in value:
        value = _without_zeros(value)
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _without_zeros(value: str) -> str:
    parts = value.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 16 for part in parts):
        return ""
    return ".".join(str(int(part)) for part in parts)


@lru_cache(CACHED)
def parse_cidr(value: str) -> Network | None:
    """`netutils.ParseCIDRSloppy`: host bits may be set."""
    text, slash, bits = value.partition("/")
    address = parse_ip(text)
    if not slash or address is None or not (bits.isascii() and bits.isdigit()):
        return None
    longest = 128 if ":" in text else 32
    mapped = longest - address.max_prefixlen
    if int(bits) > longest:
        return None
    return ipaddress.ip_network(f"{address}/{max(int(bits) - mapped, 0)}", strict=False)


def ip(value: str, version: Version) -> Messages:
    """IsValidIPForLegacyField."""
    if parse_ip(value) is None:
        return (_IP_MESSAGE,)
    return _strict_ip(value) if version >= STRICT_SINCE else OK


def _strict_ip(value: str) -> Messages:
    if ":" not in value and _without_zeros(value) != value:
        return ("must not have leading 0s",)
    return ("must not be an IPv4-mapped IPv6 address",) if _is_mapped(value) else OK


def _is_mapped(value: str) -> bool:
    address = parse_ip(value)
    return ":" in value and address is not None and address.version == 4


def canonical_ip(value: str) -> Messages:
    """IsValidIP."""
    address = parse_ip(value)
    if address is None:
        return (_IP_MESSAGE,)
    return _strict_ip(value) or (OK if value == str(address) else (f'must be in canonical form ("{address}")',))


def cidr(value: str, version: Version) -> Messages:
    """IsValidCIDRForLegacyField."""
    if parse_cidr(value) is None:
        return (_CIDR_MESSAGE,)
    return _strict_cidr(value) if version >= STRICT_SINCE else OK


def _strict_cidr(value: str) -> Messages:
    text, _, bits = value.partition("/")
    if str(int(bits)) != bits or (":" not in text and _without_zeros(text) != text):
        return ("must not have leading 0s in IP or prefix length",)
    if _is_mapped(text):
        return ("must not have an IPv4-mapped IPv6 address",)
    network = parse_cidr(value)
    if network is not None and network.network_address != parse_ip(text):
        return ("must not have bits set beyond the prefix length",)
    return OK


def canonical_cidr(value: str) -> Messages:
    """IsValidCIDR."""
    network = parse_cidr(value)
    if network is None:
        return (_CIDR_MESSAGE,)
    return _strict_cidr(value) or (OK if value == str(network) else (f'must be in canonical form ("{network}")',))


def domain_name(value: str) -> Messages:
    """IsFullyQualifiedDomainName: at least two labels; a dot may end it."""
    name = value.removesuffix(".")
    found = dns_subdomain(name)
    if found:
        return (",".join(found),)
    return OK if "." in name else ("should be a domain with at least two segments separated by dots",)
