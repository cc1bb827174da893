"""Lines and columns of every field of one document, for the documents that somebody asks about.

The document's events are read again, this time with their marks; `yaml_reader` decides what keys mean. `find` follows
a path and stops at the nearest field that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from yaml import YAMLError, events
from yaml._yaml import CParser

from seatrial.manifests.field_paths import Step
from seatrial.manifests.yaml_scalars import MERGE, STR, ScalarError, key_of


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column within a document's text, from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value of a document. `at` is where it stands; a field of a mapping stands where its key does."""

    at: Position
    fields: dict[str, tuple[Position, Node]] | None = None
    items: list[Node] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a path that was followed; `exact` tells whether all of its steps are there."""

    at: Position
    node: Node
    exact: bool


def tree_of(text: str) -> Node:
    """The positions of a document. Where it cannot be read, the tree holds what came before, or only its beginning."""
    parser = CParser(text or "\n")
    root = Node(Position(1, 1))
    try:
        while parser.check_event(events.StreamStartEvent, events.DocumentStartEvent):
            parser.get_event()
        if not parser.check_event(events.StreamEndEvent):
            root = _build(iter(parser.get_event, None))
    except (YAMLError, ScalarError):
        pass
    return root


def _build(stream: Iterator[Any]) -> Node:
    """As the reader's loop, with marks. `key` is the pending key of the innermost mapping."""
    anchors: dict[str, Node] = {}
    stack: list[tuple[Node, tuple[str, Position] | None]] = []
    node: Node | None = None
    key: tuple[str, Position] | None = None
    for event in stream:
        kind = type(event)
        done: Node
        if kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
            opened = (
                Node(_position(event), {}, None)
                if kind is events.MappingStartEvent
                else Node(_position(event), None, [])
            )
            if event.anchor:
                anchors[event.anchor] = opened
            if node is not None:
                stack.append((node, key))
            else:
                stack.append((opened, None))
            node, key = opened, None
            continue
        if kind is events.ScalarEvent:
            done = Node(_position(event), key=_key(event))
            if event.anchor:
                anchors[event.anchor] = done
        elif kind is events.AliasEvent:
            target = anchors.get(event.anchor) or Node(_position(event))
            done = Node(_position(event), target.fields, target.items, target.key)
        elif kind is events.DocumentEndEvent:
            break
        else:
            assert node is not None
            done = node
            node, key = stack.pop()
            if node is done:
                return done
        if node is None:
            return done
        if node.items is not None:
            node.items.append(done)
        elif key is None:
            key = (done.key or "", _position(event))
        else:
            _set(node, key, done)
            key = None
    return Node(Position(1, 1))


def _set(mapping: Node, key: tuple[str, Position], value: Node) -> None:
    assert mapping.fields is not None
    name, at = key
    if name != _MERGE_NAME:
        mapping.fields[name] = (at, value)
        return
    for source in (value.items or [value])[::-1]:
        mapping.fields.update(source.fields or {})


_MERGE_NAME = "\0<<"


def _key(event: Any) -> str:
    if event.value == "<<" and (event.implicit[0] or event.tag == MERGE):
        return _MERGE_NAME
    tag = STR if event.tag is None and not event.implicit[0] else event.tag
    text, _ = key_of(event.value, tag)
    return text or ""


def _position(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def find(root: Node, steps: Sequence[Step]) -> Found:
    """Follow the steps from `root`, as far as they lead.

    A key with dots that was not written in brackets is found too: `labels.app.kubernetes.io/name`.
    """
    node, at = root, root.at
    left = list(steps)
    while left:
        entry, used = _step(node, left)
        if entry is None:
            return Found(at, node, exact=False)
        at, node = entry
        del left[:used]
    return Found(at, node, exact=True)


def _step(node: Node, left: Sequence[Step]) -> tuple[tuple[Position, Node] | None, int]:
    first = left[0]
    if node.items is not None:
        if isinstance(first, int) and first < len(node.items):
            return (node.items[first].at, node.items[first]), 1
        return None, 0
    if node.fields is None:
        return None, 0
    if str(first) in node.fields:
        return node.fields[str(first)], 1
    for end in range(len(left), 1, -1):
        name = ".".join(str(step) for step in left[:end])
        if name in node.fields:
            return node.fields[name], end
    return None, 0


def list_items(root: Node) -> Iterable[Node]:
    """The objects that a List holds, lists within it opened, in the order in which `sources` numbers them."""
    items = (root.fields or {}).get("items")
    for node in (items[1].items or []) if items else []:
        inner = (node.fields or {}).get("items")
        if inner is not None and inner[1].items is not None:
            yield from list_items(node)
        else:
            yield node
