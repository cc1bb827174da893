"""Addresses and ranges (apimachinery pkg/util/validation/ip_test.go restated; strict since Kubernetes 1.36)."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.apis.validation import addresses
from seatrial.apis.violations import Version

BEFORE: Version = (1, 35)
STRICT: Version = (1, 36)


@pytest.mark.parametrize(
    ("value", "before", "strict"),
    [
        ("10.0.0.1", True, True),
        ("fd00::1", True, True),
        ("010.0.0.1", True, False),
        ("::ffff:10.0.0.1", True, False),
        ("10.0.0.256", False, False),
        ("10.0.0", False, False),
        ("fe80::1%eth0", False, False),
        ("", False, False),
    ],
)
def test_old_fields_took_more_addresses(value: str, before: bool, strict: bool) -> None:
    assert (addresses.ip(value, BEFORE) == ()) is before
    assert (addresses.ip(value, STRICT) == ()) is strict


@pytest.mark.parametrize(
    ("value", "before", "strict"),
    [
        ("10.0.0.0/8", True, True),
        ("fd00::/64", True, True),
        ("10.1.0.0/8", True, False),
        ("010.0.0.0/8", True, False),
        ("10.0.0.0/08", True, False),
        ("::ffff:10.0.0.0/104", True, False),
        ("10.0.0.0/33", False, False),
        ("10.0.0.0", False, False),
    ],
)
def test_old_fields_took_more_ranges(value: str, before: bool, strict: bool) -> None:
    assert (addresses.cidr(value, BEFORE) == ()) is before
    assert (addresses.cidr(value, STRICT) == ()) is strict


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("FD00::1", 'must be in canonical form ("fd00::1")'),
        ("fd00:0::1", 'must be in canonical form ("fd00::1")'),
        ("010.0.0.1", "must not have leading 0s"),
        ("::ffff:10.0.0.1", "must not be an IPv4-mapped IPv6 address"),
    ],
)
def test_new_fields_want_the_canonical_form(value: str, message: str) -> None:
    assert addresses.canonical_ip(value) == (message,)


def test_new_fields_want_the_canonical_range() -> None:
    assert addresses.canonical_cidr("FD00::/64") == ('must be in canonical form ("fd00::/64")',)
    assert addresses.canonical_cidr("10.1.0.0/8") == ("must not have bits set beyond the prefix length",)


@given(st.ip_addresses())
def test_an_address_in_its_own_form_is_sound(address: addresses.Address) -> None:
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    if not mapped and not getattr(address, "scope_id", None):
        assert addresses.canonical_ip(str(address)) == ()
        assert addresses.ip(str(address), STRICT) == ()


@pytest.mark.parametrize(
    ("value", "sound"),
    [("a.example.com", True), ("example.com.", True), ("localhost", False), ("A.b", False), ("", False)],
)
def test_domain_names(value: str, sound: bool) -> None:
    assert (addresses.domain_name(value) == ()) is sound
