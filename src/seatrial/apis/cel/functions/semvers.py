"""Semantic versions in rules (apiserver pkg/cel/library/semverlib.go over blang/semver 4, Kubernetes 1.36)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import UINT_MAX, CelError, Opaque

_NAME = "kubernetes.Semver"
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_WORD = re.compile(r"[0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Semver(Opaque):
    """A version: three numbers, and what comes behind a dash. Build data do not count."""

    cel_type = _NAME
    numbers: tuple[int, ...]
    before: tuple[int | str, ...]


def _parse(text: str, normalize: bool = False) -> Semver:
    if normalize:
        text = _normal(text)
    parts = text.split(".", 2)
    if len(parts) != 3:
        raise CelError("No Major.Minor.Patch elements found")
    last, plus, build = parts[2].partition("+")
    patch, dash, before = last.partition("-")
    numbers = [_number(part, name) for part, name in zip((*parts[:2], patch), ("Major", "Minor", "Patch"), strict=True)]
    if (plus and not all(map(_WORD.fullmatch, build.split(".")))) or (dash and before == ""):
        raise CelError("Invalid character(s) found in build meta data" if plus else "Prerelease is empty")
    return Semver(tuple(numbers), tuple(map(_identifier, before.split("."))) if dash else ())


def _number(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise CelError(f'Invalid character(s) found in {name.lower()} number "{text}"')
    if int(text[:30]) > UINT_MAX:
        raise CelError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)


def _identifier(text: str) -> int | str:
    if not _WORD.fullmatch(text):
        raise CelError(f'Invalid character(s) found in prerelease "{text}"')
    if not text.isdigit():
        return text
    return _number(text, "Prerelease")


def _normal(text: str) -> str:
    """`v1.02` as `1.2.0`."""
    parts = text.removeprefix("v").split(".", 2)
    for index, part in enumerate(parts):
        if len(part) > 1:
            stripped = part.lstrip("0")
            parts[index] = stripped if stripped[:1].isdigit() else f"0{stripped}"
    if len(parts) < 3:
        if "+" in parts[-1] or "-" in parts[-1]:
            raise CelError("short version cannot contain PreRelease/Build meta data")
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def _is_semver(text: str, normalize: bool = False) -> bool:
    try:
        _parse(text, normalize)
    except CelError:
        return False
    return True


def _order(version: Semver) -> tuple[object, ...]:
    """What versions are sorted by: a release is above what came before it, numbers are below words."""
    before = tuple((isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in version.before)
    return version.numbers, not version.before, before


def _compare(left: Semver, right: Semver) -> int:
    mine, theirs = _order(left), _order(right)
    return (mine > theirs) - (mine < theirs)


LIBRARY: tuple[Overload, ...] = (
    function(f"semver(string): {_NAME}", _parse),
    function(f"semver(string, bool): {_NAME}", _parse),
    function("isSemver(string): bool", _is_semver),
    function("isSemver(string, bool): bool", _is_semver),
    method(f"{_NAME}.isGreaterThan({_NAME}): bool", lambda left, right: _compare(left, right) == 1),
    method(f"{_NAME}.isLessThan({_NAME}): bool", lambda left, right: _compare(left, right) == -1),
    method(f"{_NAME}.compareTo({_NAME}): int", _compare),
    method(f"{_NAME}.major(): int", lambda version: version.numbers[0]),
    method(f"{_NAME}.minor(): int", lambda version: version.numbers[1]),
    method(f"{_NAME}.patch(): int", lambda version: version.numbers[2]),
)
