"""What one YAML scalar means to Kubernetes: resolve.go of go-yaml v2 (2.4.2), behind sigs.k8s.io/yaml 1.6.0.

Pure functions from text to a value. `yaml_reader` calls `value_of` for the scalars that the event stream brings and
`key_of` for those that are keys. Go tells a double from an integer until JSON is written, so keys and values part
ways here: `1.0` as a value is the number 1, as a key it is another key than `1`.
"""

from __future__ import annotations

import base64
import codecs
import math
import re
import struct
from datetime import date
from decimal import Decimal
from typing import Any

CORE = "tag:yaml.org,2002:"
STR, BOOL, INT, FLOAT = CORE + "str", CORE + "bool", CORE + "int", CORE + "float"
NULL, TIMESTAMP, BINARY, MERGE = CORE + "null", CORE + "timestamp", CORE + "binary", CORE + "merge"
_RESOLVABLE = frozenset({BOOL, INT, FLOAT, NULL, TIMESTAMP})

WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
"""Plain scalars that stand for something other than text or an ordinary number (YAML 1.1, and only these spellings)."""

NUMERIC_START = frozenset("0123456789+-.")
"""What a plain scalar begins with that may be a number."""

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_SIGNED_BINARY = re.compile(r"0b([-+][01]+)")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_TIME_OF_DAY = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_DATE = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_TIMES = (
    re.compile(_DATE + "[Tt]" + _TIME_OF_DAY + "(?:Z|[-+]([0-9]{2}):([0-9]{2}))"),
    re.compile(_DATE + " +" + _TIME_OF_DAY),
    re.compile(_DATE),
)
_MAX_INT, _MIN_INT, _MAX_UINT = 2**63 - 1, -(2**63), 2**64 - 1
_EXPONENT_FROM = 1e21  # from here on Go writes doubles with an exponent, which JSON readers take for doubles again


_EACH_BYTE = "seatrial.each-byte"


def _each_byte(error: UnicodeError) -> tuple[str, int]:
    """U+FFFD for each bad byte, as encoding/json writes it; Python's own "replace" has one for several."""
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error(_EACH_BYTE, _each_byte)


class ScalarError(ValueError):
    """The scalar does not fit its tag; the text says why."""


def value_of(text: str, tag: str | None) -> Any:
    """The JSON value of a scalar; `tag` is None for a plain one without a tag.

    NaN and the infinities come back as floats: JSON has no word for them, the reader refuses them where they are kept.

    Raises:
        ScalarError: where the text cannot be what the tag says.
    """
    value = _resolve(text, tag)
    return json_number(value) if isinstance(value, float) else value


def key_of(text: str, tag: str | None) -> tuple[str | None, Any]:
    """The text that a scalar becomes as a key, and what it is compared by to find repeated keys.

    The text is None where sigs.k8s.io/yaml has none: for null and for integers beyond int64.

    Raises:
        ScalarError: where the text cannot be what the tag says.
    """
    value = _resolve(text, tag)
    if isinstance(value, str):
        return value, value
    if isinstance(value, bool):
        return ("true" if value else "false"), (bool, value)
    if isinstance(value, float):
        return format_single(value), (float, value)
    if value is None or value > _MAX_INT:
        return None, (int, value)
    return str(value), (int, value)


def _resolve(text: str, tag: str | None) -> Any:
    if tag is None:
        return _plain(text)
    if tag == BINARY:
        return _binary(text)
    if tag not in _RESOLVABLE:
        return text
    if tag == TIMESTAMP and is_timestamp(text):
        return text
    value = _plain(text)
    found = _tag_of(value)
    if found == tag:
        return value
    if tag == FLOAT and found == INT and value <= _MAX_INT:
        return float(value)
    raise ScalarError(f"cannot decode !!{found.removeprefix(CORE)} `{text}` as a !!{tag.removeprefix(CORE)}")


def _plain(text: str) -> Any:
    if text in WORDS:
        return WORDS[text]
    if text[0] not in NUMERIC_START:
        return text
    if text[0] == ".":
        return _double(text) if _POINT_FLOAT.fullmatch(text) else text  # Python takes the underscores too
    return _numeric(text)


def _numeric(text: str) -> Any:
    """Text that begins with a digit or a sign (strconv.ParseInt and ParseUint with base 0, then ParseFloat)."""
    digits = text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        sign, sixteen, two, eight, ten = match.groups()
        value = int(sixteen, 16) if sixteen else int(two, 2) if two else int(eight, 8) if eight else _decimal(ten)
        value = -value if sign == "-" else value
        if _MIN_INT <= value <= _MAX_INT or (not sign and value <= _MAX_UINT):
            return value
    if _FLOAT.fullmatch(digits):
        double = _double(digits)
        return text if isinstance(double, str) else double
    if match := _SIGNED_BINARY.fullmatch(digits):  # cut off `0b` and what is left has a sign: go-yaml takes it
        value = int(match[1], 2)
        if _MIN_INT <= value <= _MAX_INT:
            return value
    return text


def _decimal(digits: str) -> int:
    return (
        int(digits) if len(digits) <= 20 else _MAX_UINT + 1
    )  # the interpreter refuses integers of thousands of digits


def _double(text: str) -> float | str:
    value = float(text)
    return text if math.isinf(value) else value  # strconv.ParseFloat: out of range is an error, so it stays text


def _tag_of(value: Any) -> str:
    if value is None:
        return NULL
    return {bool: BOOL, int: INT, float: FLOAT, str: STR}[type(value)]


def _binary(text: str) -> str:
    packed = text.replace("\n", "").replace("\r", "")
    if not _BASE64.fullmatch(packed):
        raise ScalarError("!!binary value contains invalid base64 data")
    return base64.b64decode(packed).decode("utf-8", _EACH_BYTE)


def is_timestamp(text: str) -> bool:
    """Whether go-yaml takes the text for a time; only a `!!timestamp` tag makes a difference of it."""
    for pattern in _TIMES:
        if match := pattern.fullmatch(text):
            year, month, day, *rest = (int(part or 0) for part in match.groups())
            try:
                date(year or 4, month, day)  # Go has a year 0, a leap year
            except ValueError:
                return False
            return all(part < bound for part, bound in zip(rest, (24, 60, 60, 25, 60), strict=False))
    return False


def json_number(value: float) -> int | float:
    """A double as JSON carries it from Go: without a fraction it is written, and read again, as an integer."""
    if not value.is_integer() or abs(value) >= _EXPONENT_FROM:
        return value
    return int(value) if abs(value) < 2**53 else int(Decimal(repr(value)))


def format_single(value: float) -> str:
    """A double shortened to 32 bits and written as Go's %g does (strconv.FormatFloat(f, 'g', -1, 32)); keys are."""
    if math.isnan(value):
        return ".nan"
    single = _as_single(value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    if single == 0:
        return "-0" if math.copysign(1, single) < 0 else "0"
    text = next(t for t in (f"{single:.{n}e}" for n in range(9)) if _as_single(float(t)) == single)
    mantissa, exponent = text.split("e")
    if -4 <= int(exponent) < 6:  # as %g decides it where the shortest digits are asked for
        return f"{Decimal(text):f}"
    return f"{mantissa}e{int(exponent):+03d}"


def _as_single(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)
