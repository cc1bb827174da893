"""What an API server says of a field it refuses (apimachinery pkg/util/validation/field, Kubernetes 1.36).

Validators get an `Errors` and a path as text (`spec.containers[0]`), and report into it; nothing is built where nothing
is wrong. Messages read as upstream's: `Required value`, `Invalid value: 0: must be between 1 and 65535, inclusive`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

ViolationType = Literal["decode", "strict", "invalid"]
Version = tuple[int, int]
"""A Kubernetes version: (1, 34)."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One refusal. `path` is the field as in `spec.template.spec.containers[0].image`.

    `type`: `decode` where the field cannot be read into its type, `strict` where the kind has no such field (refused
    with `--validate=strict`, kubectl's default), `invalid` where its value breaks a rule.
    """

    path: str
    message: str
    type: ViolationType = "invalid"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Errors:
    """Collects violations of one object; knows the Kubernetes version whose rules apply."""

    __slots__ = ("found", "version")

    def __init__(self, version: Version) -> None:
        self.version = version
        self.found: list[Violation] = []

    def required(self, path: str, detail: str = "") -> None:
        """A value that must be given is missing."""
        self._add(path, "Required value", detail)

    def invalid(self, path: str, value: Any, detail: str) -> None:
        """A value breaks a rule."""
        self._add(path, f"Invalid value: {shown(value)}", detail)

    def invalids(self, path: str, value: Any, details: Iterable[str]) -> None:
        """A value breaks several rules; none where `details` is empty."""
        for detail in details:
            self.invalid(path, value, detail)

    def not_supported(self, path: str, value: Any, supported: Sequence[str]) -> None:
        """A value is none of an enumeration; `supported` in upstream's order."""
        choices = ", ".join(f'"{choice}"' for choice in supported)
        self._add(path, f"Unsupported value: {shown(value)}", f"supported values: {choices}")

    def forbidden(self, path: str, detail: str) -> None:
        """A value that may not be given here."""
        self._add(path, "Forbidden", detail)

    def duplicate(self, path: str, value: Any, detail: str = "") -> None:
        """A value that must be unique occurs again."""
        self._add(path, f"Duplicate value: {shown(value)}", detail)

    def not_found(self, path: str, value: Any, detail: str = "") -> None:
        """A value refers to something that is not there."""
        self._add(path, f"Not found: {shown(value)}", detail)

    def too_long(self, path: str, limit: int) -> None:
        """A value has more bytes than `limit`."""
        self._add(path, "Too long", f"may not be more than {limit} bytes")

    def too_many(self, path: str, count: int, limit: int) -> None:
        """A list has more items than `limit`."""
        self._add(path, f"Too many: {count}", f"must have at most {limit} items")

    def _add(self, path: str, message: str, detail: str) -> None:
        self.found.append(Violation(path, f"{message}: {detail}" if detail else message))


def shown(value: Any) -> str:
    """A value as upstream prints it: texts in quotes, numbers plain, structs as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return str(value)
