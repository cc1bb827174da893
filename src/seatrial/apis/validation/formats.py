"""Syntax of names, labels and ports (apimachinery pkg/util/validation, Kubernetes 1.36).

Each function gives what is wrong in upstream's words, an empty tuple where nothing is. Results are kept: a few hundred
names make up almost all of what manifests contain.
"""

from __future__ import annotations

import re
from functools import lru_cache

Messages = tuple[str, ...]
OK: Messages = ()

LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = LABEL + r"(\." + LABEL + ")*"
LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
LABEL_VALUE = "(" + QUALIFIED + ")?"
CONFIG_KEY = "[-._a-zA-Z0-9]+"
ENV_NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*"
HTTP_HEADER = "[-A-Za-z0-9]+"
UNDERSCORE_LABEL = "[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?"
UNDERSCORE_SUBDOMAIN = UNDERSCORE_LABEL + r"(\." + UNDERSCORE_LABEL + ")*"

_LABEL, _SUBDOMAIN, _LABEL_1035 = re.compile(LABEL), re.compile(SUBDOMAIN), re.compile(LABEL_1035)
_QUALIFIED, _LABEL_VALUE, _CONFIG_KEY = re.compile(QUALIFIED), re.compile(LABEL_VALUE), re.compile(CONFIG_KEY)
_ENV_NAME, _HTTP_HEADER = re.compile(ENV_NAME), re.compile(HTTP_HEADER)
_UNDERSCORE_SUBDOMAIN = re.compile(UNDERSCORE_SUBDOMAIN)
_WILDCARD = re.compile(r"\*\." + SUBDOMAIN)
_PORT_CHARACTERS, _PORT_LETTER = re.compile("[-a-z0-9]+"), re.compile("[a-z]")
_PERCENT = re.compile("[0-9]+%")

CACHED = 16384


def regex_error(message: str, pattern: str, *examples: str) -> str:
    """`validation.RegexError.`"""
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{pattern}')"


def too_long(limit: int) -> str:
    """`validation.MaxLenError.`"""
    return f"must be no more than {limit} characters"


def in_range(low: int, high: int) -> str:
    """`validation.InclusiveRangeError.`"""
    return f"must be between {low} and {high}, inclusive"


_LABEL_MESSAGE = regex_error(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character",
    LABEL, "my-name", "123-abc",
)  # fmt: skip
_SUBDOMAIN_MESSAGE = regex_error(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character",
    SUBDOMAIN, "example.com",
)  # fmt: skip
_UNDERSCORE_MESSAGE = regex_error(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character",
    UNDERSCORE_SUBDOMAIN, "example.com",
)  # fmt: skip
_LABEL_1035_MESSAGE = regex_error(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character",
    LABEL_1035, "my-name", "abc-123",
)  # fmt: skip
_QUALIFIED_MESSAGE = regex_error(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    QUALIFIED, "MyName", "my.name", "123-abc",
)  # fmt: skip
_LABEL_VALUE_MESSAGE = regex_error(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character",
    LABEL_VALUE, "MyValue", "my_value", "12345",
)  # fmt: skip
_WILDCARD_MESSAGE = regex_error(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    r"\*\." + SUBDOMAIN, "*.example.com",
)  # fmt: skip
_CONFIG_KEY_MESSAGE = regex_error(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    CONFIG_KEY, "key.name", "KEY_NAME", "key-name",
)  # fmt: skip
_ENV_NAME_MESSAGE = regex_error(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not "
    "start with a digit",
    ENV_NAME, "my.env-name", "MY_ENV.NAME", "MyEnvName1",
)  # fmt: skip


@lru_cache(CACHED)
def dns_label(value: str) -> Messages:
    """IsDNS1123Label."""
    found = [] if len(value) <= 63 else [too_long(63)]
    if not _LABEL.fullmatch(value):
        found.append(_LABEL_MESSAGE)
    return tuple(found)


@lru_cache(CACHED)
def dns_subdomain(value: str) -> Messages:
    """IsDNS1123Subdomain."""
    found = [] if len(value) <= 253 else [too_long(253)]
    return tuple(found) if _SUBDOMAIN.fullmatch(value) else (*found, _SUBDOMAIN_MESSAGE)


@lru_cache(CACHED)
def dns_subdomain_with_underscore(value: str) -> Messages:
    """IsDNS1123SubdomainWithUnderscore."""
    found = [] if len(value) <= 253 else [too_long(253)]
    return tuple(found) if _UNDERSCORE_SUBDOMAIN.fullmatch(value) else (*found, _UNDERSCORE_MESSAGE)


@lru_cache(CACHED)
def dns_1035_label(value: str) -> Messages:
    """IsDNS1035Label."""
    found = [] if len(value) <= 63 else [too_long(63)]
    return tuple(found) if _LABEL_1035.fullmatch(value) else (*found, _LABEL_1035_MESSAGE)


@lru_cache(CACHED)
def wildcard_subdomain(value: str) -> Messages:
    """IsWildcardDNS1123Subdomain."""
    found = [] if len(value) <= 253 else [too_long(253)]
    return tuple(found) if _WILDCARD.fullmatch(value) else (*found, _WILDCARD_MESSAGE)


@lru_cache(CACHED)
def qualified_name(value: str) -> Messages:
    """IsQualifiedName: a label key, a resource name."""
    found: list[str] = []
    parts = value.split("/")
    if len(parts) > 2:
        return (
            "a qualified name " + _QUALIFIED_MESSAGE
            + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        )  # fmt: skip
    name = parts[-1]
    if len(parts) == 2:
        if not parts[0]:
            found.append("prefix part must be non-empty")
        else:
            found.extend(f"prefix part {message}" for message in dns_subdomain(parts[0]))
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > 63:
        found.append(f"name part {too_long(63)}")
    if not _QUALIFIED.fullmatch(name):
        found.append(f"name part {_QUALIFIED_MESSAGE}")
    return tuple(found)


@lru_cache(CACHED)
def label_value(value: str) -> Messages:
    """IsValidLabelValue."""
    found = [] if len(value) <= 63 else [too_long(63)]
    return tuple(found) if _LABEL_VALUE.fullmatch(value) else (*found, _LABEL_VALUE_MESSAGE)


@lru_cache(CACHED)
def config_key(value: str) -> Messages:
    """IsConfigMapKey."""
    found = [] if len(value) <= 253 else [too_long(253)]
    if not _CONFIG_KEY.fullmatch(value):
        found.append(_CONFIG_KEY_MESSAGE)
    return (*found, *no_dots(value))


def no_dots(value: str) -> Messages:
    """Not '.', '..' or anything that begins with '..'."""
    if value == ".":
        return ("must not be '.'",)
    if value == "..":
        return ("must not be '..'",)
    return ("must not start with '..'",) if value.startswith("..") else OK


@lru_cache(CACHED)
def env_name(value: str) -> Messages:
    """IsEnvVarName, the rule before Kubernetes 1.32."""
    found = no_dots(value)
    return found if _ENV_NAME.fullmatch(value) else (_ENV_NAME_MESSAGE, *found)


def relaxed_env_name(value: str) -> Messages:
    """IsRelaxedEnvVarName, the rule since Kubernetes 1.32."""
    if not value:
        return ("environment variable name must not be empty",)
    if any(not 0x20 <= ord(character) <= 0x7E or character == "=" for character in value):
        return ("a valid environment variable name must consist only of printable ASCII characters other than '='",)
    return OK


@lru_cache(CACHED)
def port_name(value: str) -> Messages:
    """IsValidPortName (an IANA_SVC_NAME)."""
    found = []
    if len(value) > 15:
        found.append(too_long(15))
    if not _PORT_CHARACTERS.fullmatch(value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _PORT_LETTER.search(value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return tuple(found)


def port_number(value: int) -> Messages:
    """IsValidPortNum."""
    return OK if 1 <= value <= 65535 else (in_range(1, 65535),)


def user_id(value: int) -> Messages:
    """IsValidUserID and IsValidGroupID."""
    return OK if 0 <= value <= 2**31 - 1 else (in_range(0, 2**31 - 1),)


def http_header(value: str) -> Messages:
    """IsHTTPHeaderName."""
    if _HTTP_HEADER.fullmatch(value):
        return OK
    message = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return (regex_error(message, HTTP_HEADER, "X-Header-Name"),)


def percent(value: str) -> Messages:
    """IsValidPercent."""
    if _PERCENT.fullmatch(value):
        return OK
    message = "a valid percent string must be a numeric string followed by an ending '%'"
    return (regex_error(message, "[0-9]+%", "1%", "93%"),)


def path_segment(value: str) -> Messages:
    """IsValidPathSegmentName: names of roles, references."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{character}'" for character in ("/", "%") if character in value)


def fully_qualified(value: str) -> Messages:
    """IsFullyQualifiedName: at least three parts with dots."""
    if not value:
        return ()
    found = dns_subdomain(value)
    if found:
        return found
    return OK if value.count(".") >= 2 else ("should be a domain with at least three segments separated by dots",)


def domain_prefixed_path(value: str) -> Messages:
    """IsDomainPrefixedPath: `example.com/a/path`."""
    host, slash, path = value.partition("/")
    if not slash or not host or not path:
        return ('must be a domain-prefixed path (such as "acme.io/foo")',)
    return tuple(f"prefix part {message}" for message in dns_subdomain(host))
