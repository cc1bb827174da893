"""How validators read a decoded object: null is the zero value, as in a Go struct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
NONE: dict[str, Any] = {}


def struct(fields: Fields, name: str) -> Fields:
    """The struct under `name`, {} where there is none."""
    return fields.get(name) or NONE


def structs(fields: Fields, name: str) -> list[Fields]:
    """The list of structs under `name`; a null item is an empty struct."""
    return [item or NONE for item in fields.get(name) or ()]


def text(fields: Fields, name: str) -> str:
    """The text under `name`, "" where there is none."""
    return fields.get(name) or ""


def texts(fields: Fields, name: str) -> list[str]:
    """The list of texts under `name`; a null item is an empty text."""
    return [item or "" for item in fields.get(name) or ()]


def number(fields: Fields, name: str) -> int:
    """The number under `name`, 0 where there is none."""
    return fields.get(name) or 0


def mapping(fields: Fields, name: str) -> dict[str, str]:
    """The map of texts under `name`; a null value is an empty text."""
    return {key: value or "" for key, value in (fields.get(name) or NONE).items()}
