"""What objects of one namespace need from outside it: the classes that they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial.model.objects import Object

CLASSES = {"priorityClassName": "PriorityClass", "storageClassName": "StorageClass", "runtimeClassName": "RuntimeClass"}
"""Fields that name an object outside all namespaces, wherever they stand, with its kind."""


def classes_named(objects: Iterable[Object]) -> set[tuple[str, str]]:
    """(kind, name) of each class that is named."""
    found: set[tuple[str, str]] = set()
    rest: list[Any] = list(objects)
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            found |= {(CLASSES[name], str(value[name])) for name in CLASSES.keys() & value.keys() if value[name]}
            rest += value.values()
        elif isinstance(value, list):
            rest += value
    return found
