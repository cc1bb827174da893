"""What a `List` holds: UnstructuredJSONScheme and FlattenListVisitor, as kubectl takes them apart (1.34)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def is_list(value: Any) -> bool:
    """Whether a document is a list of objects, whatever its kind: it has `items` that are a list."""
    return isinstance(value, dict) and isinstance(value.get("items"), list)


def items_of(parent: Mapping[str, Any]) -> Iterator[Any]:
    """The items of a list, those of lists within it in their place; in a typed list they may leave out their kind."""
    kind = str(parent.get("kind", "")).removesuffix("List")
    for item in parent["items"]:
        if is_list(item):
            yield from items_of(item)
        elif isinstance(item, dict) and kind and not item.get("kind") and not item.get("apiVersion"):
            yield {"apiVersion": parent.get("apiVersion"), "kind": kind, **item}
        else:
            yield item
