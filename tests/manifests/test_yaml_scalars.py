"""Scalars and keys, after resolve.go of go-yaml 2.4.2 and strconv."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.manifests.yaml_scalars import STR, TIMESTAMP, ScalarError, format_single, is_timestamp, key_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-12", -12), ("+12", 12), ("0", 0), ("012", 10), ("0o12", 10), ("0x1F", 31), ("0b101", 5),
        ("08", 8), ("1_000", 1000), ("0o8", "0o8"), ("1.50", 1.5), ("1.0", 1), ("1e3", 1000), (".5", 0.5), (".", "."),
        ("1e400", "1e400"), ("18446744073709551615", 2**64 - 1), ("18446744073709551616", 18446744073709552000),
        ("-9223372036854775809", -9223372036854776000), ("12:30:45", "12:30:45"), ("2001-01-01", "2001-01-01"),
        ("0b-1", -1), ("1.2.3", "1.2.3"), ("-", "-"), ("+", "+"), ("yEs", "yEs"), ("Off", False), ("~", None),
        ("9" * 5_000, "9" * 5_000),
    ],
)  # fmt: skip
def test_plain_scalars(text: str, value: object) -> None:
    got = value_of(text, None)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.50", "1.5"), ("0x10", "16"), ("yes", "true"), ("123456789.5", "1.2345679e+08"), ("1e10", "1e+10"),
        ("100000.0", "100000"), ("1e-5", "1e-05"), ("-0.0", "-0"), ("0.30000000000000004", "0.3"), (".inf", ".inf"),
        ("1e39", ".inf"), ("-1e39", "-.inf"), (".nan", ".nan"), ("~", None), ("9223372036854775808", None), ("a", "a"),
    ],
)  # fmt: skip
def test_keys_become_text(text: str, key: str | None) -> None:
    assert key_of(text, None)[0] == key


def test_keys_of_different_types_are_different() -> None:
    keys = [("1", None), ("1.0", None), ("1", STR)]
    assert len({key_of(text, tag)[1] for text, tag in keys}) == 3


@pytest.mark.parametrize(
    ("text", "is_time"),
    [
        ("2001-12-14", True), ("2001-1-2", True), ("2001-12-14t21:59:43.10-05:00", True),
        ("2001-12-14T21:59:43Z", True),
        ("2001-12-14 21:59:43.1", True), ("2001-12-14 21:59:43.10 -5", False), ("2001-02-29", False),
        ("2001-13-01", False), ("2001-12-14T24:00:00Z", False), ("01-12-14", False), ("2001-12-14T21:59:43", False),
    ],
)  # fmt: skip
def test_times_that_go_yaml_knows(text: str, is_time: bool) -> None:
    assert is_timestamp(text) is is_time
    if not is_time:
        with pytest.raises(ScalarError):
            value_of(text, TIMESTAMP)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_single_reads_back_as_it(value: float) -> None:
    text = format_single(value)
    assert struct.pack("f", float(text)) == struct.pack("f", value)


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_of_64_bits_are_exact(value: int) -> None:
    assert value_of(str(value), None) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_keep_their_value(value: float) -> None:
    text = repr(value)
    got = value_of(text, None)
    assert math.isclose(float(got), value, rel_tol=1e-15, abs_tol=0)
