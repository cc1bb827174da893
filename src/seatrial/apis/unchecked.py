"""How fields of a definition are read before anybody knows that it is sound: what has another type is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping_at(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The mapping under `name`, {} where there is none."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def list_at(holder: Mapping[str, Any], name: str) -> list[Any]:
    """The list under `name`, [] where there is none."""
    found = holder.get(name)
    return found if isinstance(found, list) else []
