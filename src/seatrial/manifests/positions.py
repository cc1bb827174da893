"""Lines, columns and extents of every field of one document, for the documents that somebody asks about.

The document's events are read again, this time with their marks; `yaml_scalars` decides what keys mean. `find`
follows a path and stops at the nearest field that is there; `editing` changes the text between `start` and `end`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from yaml import YAMLError, events
from yaml._yaml import CParser

from seatrial.manifests.field_paths import Step
from seatrial.manifests.yaml_scalars import MERGE, STR, ScalarError, key_of

_MERGE_KEY = "\0<<"


class Position(NamedTuple):
    """Line and column within a document's text, from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value of a document and its extent in the text; `flow` tells `{}` and `[]` from indentation.

    `fields` is set for mappings, `items` for sequences, `key` (the text it would be as a key) for scalars.
    """

    at: Position
    start: int
    end: int
    flow: bool = False
    fields: dict[str, Field] | None = None
    items: list[Node] | None = None
    key: str = ""


class Field(NamedTuple):
    """One entry of a mapping. Its place is its key's."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a path that was followed: where it stands, and whether all of its steps are there."""

    at: Position
    node: Node
    exact: bool


def tree_of(text: str) -> Node:
    """The positions of a document that `yaml_reader` could read; of any other text, its beginning."""
    nothing = Node(Position(1, 1), 0, 0)
    parser = CParser(text or "\n")
    try:
        while parser.check_event(events.StreamStartEvent, events.DocumentStartEvent):
            parser.get_event()
        return nothing if parser.check_event(events.StreamEndEvent) else _Tree(parser).root()
    except (YAMLError, ScalarError):
        return nothing


class _Tree:
    """Builds the nodes of one document."""

    def __init__(self, parser: Any) -> None:
        self._next_event = parser.get_event
        self._anchors: dict[str, Node] = {}
        self._open: list[tuple[Node, Node | None]] = []
        self._top = Node(Position(1, 1), 0, 0, items=[])

    def root(self) -> Node:
        """The document's value."""
        parent, key = self._top, None
        while True:
            event = self._next_event()
            kind = type(event)
            if kind is events.DocumentEndEvent:
                assert self._top.items
                return self._top.items[0]
            if issubclass(kind, events.CollectionStartEvent):
                self._open.append((parent, key))
                parent, key = self._opened(event), None
                continue
            if issubclass(kind, events.CollectionEndEvent):
                node = parent
                parent, key = self._open.pop()
                node.end = event.end_mark.index if node.flow else _last(node).end
            else:
                node = self._leaf(event)
            if parent.items is not None:
                parent.items.append(node)
            elif key is None:
                key = node
            else:
                _enter(parent, key, node)
                key = None

    def _opened(self, event: Any) -> Node:
        node = self._anchored(event)
        node.flow = event.flow_style
        if type(event) is events.MappingStartEvent:
            node.fields = {}
        else:
            node.items = []
        return node

    def _leaf(self, event: Any) -> Node:
        if type(event) is events.AliasEvent:
            node, target = _node(event), self._anchors.get(str(event.anchor))
            if target is None:
                raise YAMLError(f"unknown anchor '{event.anchor}' referenced")
            node.flow, node.fields, node.items, node.key = True, target.fields, target.items, target.key
            return node
        node = self._anchored(event)
        node.key = _key(event)
        return node

    def _anchored(self, event: Any) -> Node:
        node = _node(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node


def _node(event: Any) -> Node:
    start, end = event.start_mark, event.end_mark
    return Node(Position(start.line + 1, start.column + 1), start.index, end.index)


def _enter(mapping: Node, key: Node, value: Node) -> None:
    assert mapping.fields is not None
    if key.key != _MERGE_KEY:
        mapping.fields[key.key] = Field(key, value)
        return
    for source in [value] if value.items is None else value.items[::-1]:
        mapping.fields.update(source.fields or {})


def _last(node: Node) -> Node:
    """The child of a collection that ends last; merged fields stand elsewhere, so the order alone does not tell."""
    children = node.items if node.items is not None else [field.value for field in (node.fields or {}).values()]
    return max(children, key=lambda child: child.end, default=node)


def _key(event: Any) -> str:
    if event.value == "<<" and (event.implicit[0] or event.tag == MERGE):
        return _MERGE_KEY
    tag = STR if event.tag is None and not event.implicit[0] else event.tag
    return key_of(event.value, tag)[0] or ""


def find(root: Node, steps: Sequence[Step]) -> Found:
    """Follow the steps from `root`, as far as they lead.

    A key with dots that was not written in brackets is found too: `labels.app.kubernetes.io/name`.
    """
    node, at = root, root.at
    left = list(steps)
    while left:
        at_next, node_next, used = _step(node, left)
        if node_next is None:
            return Found(at, node, exact=False)
        at, node = at_next, node_next
        del left[:used]
    return Found(at, node, exact=True)


def _step(node: Node, left: Sequence[Step]) -> tuple[Position, Node | None, int]:
    first = left[0]
    if node.items is not None and isinstance(first, int) and first < len(node.items):
        item = node.items[first]
        return item.at, item, 1
    fields = node.fields or {}
    for used in (1, *range(len(left), 1, -1)):
        name = ".".join(str(step) for step in left[:used])
        if name in fields:
            return fields[name].key.at, fields[name].value, used
    return node.at, None, 0


def list_items(root: Node) -> Iterable[Node]:
    """The objects that a List holds, lists within it opened, in the order of `lists.items_of`."""
    items = (root.fields or {}).get("items")
    for node in (items.value.items or []) if items else []:
        inner = (node.fields or {}).get("items")
        if inner is not None and inner.value.items is not None:
            yield from list_items(node)
        else:
            yield node
