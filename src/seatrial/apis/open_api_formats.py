"""The `format`s of custom resources' texts (kube-openapi pkg/validation/strfmt, Kubernetes 1.36).

Names are written with or without dashes. A format that is not here is not judged, as the API server strips it.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date

from seatrial.apis.cel import times
from seatrial.apis.cel.values import CelError
from seatrial.apis.validation import addresses, formats

_UUIDS = {
    "uuid": r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
    "uuid3": r"[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}",
    "uuid4": r"[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}",
    "uuid5": r"[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}",
}
_CARDS = (
    r"4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}"
    r"|(?:2131|1800|35\d{3})\d{11}"
)
_BYTE_VALUE = r"(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])"
_PATTERNS = {
    **_UUIDS,
    "bsonobjectid": r"[0-9a-f]{24}",
    "ssn": r"\d{3}[- ]?\d{2}[- ]?\d{4}",
    "hexcolor": r"#?([0-9a-f]{3}|[0-9a-f]{6})",
    "rgbcolor": rf"rgb\(\s*{_BYTE_VALUE}\s*,\s*{_BYTE_VALUE}\s*,\s*{_BYTE_VALUE}\s*\)",
    "mac": r"(?:[0-9a-f]{2}(?P<m>[:-])(?:[0-9a-f]{2}(?P=m)){4}[0-9a-f]{2}"
    r"|[0-9a-f]{2}(?P<n>[:-])(?:[0-9a-f]{2}(?P=n)){6}[0-9a-f]{2}"
    r"|[0-9a-f]{2}(?P<o>[:-])(?:[0-9a-f]{2}(?P=o)){18}[0-9a-f]{2}"
    r"|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?:\.[0-9a-f]{4})?(?:(?:\.[0-9a-f]{4}){6})?)",
}
_HOST_LABEL = re.compile(r"[^\W_]|[^\W_](?:[^\W_]|-){0,61}[^\W_]")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))")
_EMAIL = re.compile(r"(?:[^<>@\"]*<)?[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[^\s<>@\"]+>?")


def is_valid(name: str, text: str) -> bool:
    """Whether a text has a format; True where nobody judges the format."""
    check = _CHECKS.get(name.replace("-", ""))
    return check is None or check(text)


def _uri(text: str) -> bool:
    from seatrial.apis.cel.functions import urls

    try:
        urls.parse(text)
    except CelError:
        return False
    return True


def _hostname(text: str) -> bool:
    parts = text.split(".")
    return len(text) <= 255 and all(map(_HOST_LABEL.fullmatch, parts)) and not (len(parts) > 1 and len(parts[-1]) < 2)


def _sloppy_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """As ParseIPSloppy: leading zeros in IPv4 are let pass."""
    return None if "%" in text else addresses.parse_ip(text)


def _cidr(text: str) -> bool:
    return addresses.parse_cidr(text) is not None


def _date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _date_time(text: str) -> bool:
    day, t, time = text.lower().partition("t")
    match = _TIME.fullmatch(time)
    return bool(t) and _date(day) and match is not None and match[1] <= "23" and match[2] <= "59" and match[3] <= "59"


def _duration(text: str) -> bool:
    try:
        times.open_api_duration(text)
    except CelError:
        return False
    return True


def _base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _isbn10(text: str) -> bool:
    digits = re.sub("[ -]", "", text)
    if not re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        return False
    return sum((10 - at) * (10 if digit == "X" else int(digit)) for at, digit in enumerate(digits)) % 11 == 0


def _isbn13(text: str) -> bool:
    digits = re.sub("[ -]", "", text)
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    return sum((3 if at % 2 else 1) * int(digit) for at, digit in enumerate(digits)) % 10 == 0


def _credit_card(text: str) -> bool:
    digits = re.sub("[^0-9]", "", text)
    if not re.fullmatch(_CARDS, digits):
        return False
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _pattern(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE | re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


_CHECKS: dict[str, Callable[[str], bool]] = {
    **{name: _pattern(pattern) for name, pattern in _PATTERNS.items()},
    "uri": _uri,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "hostname": _hostname,
    "ipv4": lambda text: "." in text and _sloppy_ip(text) is not None,
    "ipv6": lambda text: ":" in text and _sloppy_ip(text) is not None,
    "cidr": _cidr,
    "isbn": lambda text: _isbn10(text) or _isbn13(text),
    "isbn10": _isbn10,
    "isbn13": _isbn13,
    "creditcard": _credit_card,
    "byte": _base64,
    "password": lambda text: True,
    "date": _date,
    "datetime": _date_time,
    "duration": _duration,
    "k8sshortname": lambda text: not formats.dns_label(text),
    "k8slongname": lambda text: not formats.dns_subdomain(text),
}

NAMES = tuple(_CHECKS)
"""The formats that are judged, without their dashes."""
