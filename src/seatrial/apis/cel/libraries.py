"""Which functions rules may use, by the version of Kubernetes (apiserver pkg/cel/environment/base.go, 1.36)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from seatrial.apis.cel.functions import (
    formats,
    lists,
    moments,
    networks,
    optionals,
    quantities,
    semvers,
    standard,
    strings,
    urls,
)
from seatrial.apis.cel.functions.overloads import Functions, Overload
from seatrial.apis.violations import Version

ALWAYS: Version = (1, 0)


@dataclass(frozen=True, slots=True)
class Library:
    """Functions that came with a version; `extension` is the compiler's name where it has them itself."""

    since: Version
    overloads: tuple[Overload, ...]
    extension: str = ""
    types: tuple[str, ...] = ()
    """Types that rules may name, as in `type(self.address) == net.IP`."""


LIBRARIES = (
    Library(ALWAYS, standard.LIBRARY),
    Library(ALWAYS, moments.LIBRARY),
    Library(ALWAYS, strings.LIBRARY),
    Library(ALWAYS, strings.REGEX),
    Library(ALWAYS, lists.LIBRARY),
    Library(ALWAYS, urls.LIBRARY),
    Library((1, 28), optionals.LIBRARY, "optional"),
    Library((1, 28), quantities.LIBRARY),
    Library((1, 29), lists.SETS, "sets"),
    Library((1, 30), networks.IPS, types=(networks.IP.cel_type,)),
    Library((1, 30), networks.CIDRS, types=(networks.CIDR.cel_type,)),
    Library((1, 31), formats.LIBRARY),
    Library((1, 32), (), "two-var-comprehensions"),
    Library((1, 33), semvers.LIBRARY),
    Library((1, 34), lists.EXTENDED, "lists"),
    Library((1, 37), lists.INCLUDES),
)

FUNCTIONS = Functions(library.overloads for library in LIBRARIES)
"""All of them, to run what compiled."""


@cache
def declarations(version: Version, variables: tuple[str, ...] = ()) -> str:
    """What the compiler is told of the functions of a version, as its configuration in YAML.

    `variables` are more names for it, each a mapping in YAML.
    """
    known = [library for library in LIBRARIES if library.since <= version]
    by_name: dict[str, list[Overload]] = {}
    for library in known:
        for overload in library.overloads:
            if overload.declared:
                by_name.setdefault(overload.function, []).append(overload)
    lines = ["name: kubernetes", "stdlib:", "  exclude_functions:"]
    lines += [f'  - name: "{name}"' for name in standard.REDECLARED]
    lines.append("extensions:")
    lines += [f"- name: {library.extension}" for library in known if library.extension]
    lines.append("functions:")
    for name, overloads in by_name.items():
        lines += [f'- name: "{name}"', "  overloads:"]
        lines += [line for overload in overloads for line in _overload(overload)]
    types = [f"{{name: {name}, {as_yaml(f'type<{name}>')[1:]}" for library in known for name in library.types]
    if types or variables:
        lines.append("variables:")
        lines += [f"- {variable}" for variable in (*types, *variables)]
    return "\n".join(lines) + "\n"


def _overload(overload: Overload) -> Iterator[str]:
    first = 1 if overload.method else 0
    yield f'  - id: "{overload.identity}"'
    if overload.method:
        yield f"    target: {as_yaml(overload.parameters[0])}"
    if overload.parameters[first:]:
        yield f"    args: [{', '.join(map(as_yaml, overload.parameters[first:]))}]"
    yield f"    return: {as_yaml(overload.result)}"


def as_yaml(name: str) -> str:
    """A type such as `map<string, list<~T>>` as the compiler's configuration has it."""
    if name.startswith("~"):
        return f"{{type_name: {name[1:]}, is_type_param: true}}"
    head, bracket, rest = name.partition("<")
    if not bracket:
        return f"{{type_name: {head}}}"
    return f"{{type_name: {head}, params: [{', '.join(map(as_yaml, _split(rest[:-1])))}]}}"


def _split(names: str) -> Iterator[str]:
    """The types in a list of types, at the commas that stand in no brackets."""
    depth = start = 0
    for at, char in enumerate(names):
        depth += (char == "<") - (char == ">")
        if char == "," and depth == 0:
            yield names[start:at].strip()
            start = at + 1
    yield names[start:].strip()
