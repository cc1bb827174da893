"""Named formats in rules: `format.dns1123Label().validate(self.name)` (apiserver pkg/cel/library/format.go, 1.36)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.apis import open_api_formats
from seatrial.apis.cel.functions import urls
from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import NOTHING, CelError, Maybe, Opaque
from seatrial.apis.validation import formats

_NAME = "kubernetes.NamedFormat"


@dataclass(frozen=True, slots=True)
class NamedFormat(Opaque):
    """A format: what is wrong with a text, and how long a regular expression it counts as in costs."""

    cel_type = _NAME
    name: str
    problems: Callable[[str], tuple[str, ...]]
    pattern_size: int


def _prefix(of: Callable[[str], tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    """For the beginnings of names: a dash at the end does not count (NameIsDNSLabel with prefix)."""

    def problems(text: str) -> tuple[str, ...]:
        return of(f"{text[:-2]}a" if len(text) > 1 and text.endswith("-") else text)

    return problems


def _open_api(name: str, message: str) -> Callable[[str], tuple[str, ...]]:
    def problems(text: str) -> tuple[str, ...]:
        return () if open_api_formats.is_valid(name, text) else (message,)

    return problems


def _uri(text: str) -> tuple[str, ...]:
    try:
        urls.parse(text)
    except CelError as error:
        return (str(error).removeprefix("URL parse error during conversion from string: "),)
    return ()


FORMATS = {
    name: NamedFormat(name, problems, size)
    for name, problems, size in (
        ("dns1123Label", formats.dns_label, 30),
        ("dns1123Subdomain", formats.dns_subdomain, 60),
        ("dns1035Label", formats.dns_1035_label, 30),
        ("qualifiedName", formats.qualified_name, 60),
        ("dns1123LabelPrefix", _prefix(formats.dns_label), 30),
        ("dns1123SubdomainPrefix", _prefix(formats.dns_subdomain), 60),
        ("dns1035LabelPrefix", _prefix(formats.dns_1035_label), 30),
        ("labelValue", formats.label_value, 40),
        ("uri", _uri, 1103),
        ("uuid", _open_api("uuid", "does not match the UUID format"), 76),
        ("byte", _open_api("byte", "invalid base64"), 84),
        ("date", _open_api("date", "invalid date"), 84),
        ("datetime", _open_api("datetime", "invalid datetime"), 84),
    )
}


def _named(name: str) -> Maybe:
    return Maybe(True, FORMATS[name]) if name in FORMATS else NOTHING


def _validate(form: NamedFormat, text: str) -> Maybe:
    problems = form.problems(text)
    return Maybe(True, list(problems)) if problems else NOTHING


def _constant(form: NamedFormat) -> Callable[[], NamedFormat]:
    return lambda: form


LIBRARY: tuple[Overload, ...] = (
    function(f"format.named(string): optional_type<{_NAME}>", _named),
    method(f"{_NAME}.validate(string): optional_type<list<string>>", _validate),
    *(function(f"format.{name}(): {_NAME}", _constant(form)) for name, form in FORMATS.items()),
)
