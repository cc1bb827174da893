"""One JSON Patch operation done on the text of a document, between the marks of the fields that it touches.

`editing` calls this for each operation and checks the result by reading it again, so what cannot be done simply is
refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from seatrial.manifests import field_paths, positions, writing
from seatrial.manifests.field_paths import Step
from seatrial.manifests.json_patch import apply_operations
from seatrial.manifests.positions import Field, Node


class CannotEdit(Exception):
    """The operation cannot be done on the text alone."""


class TextEdit:
    """The text of a document, the node in it that holds an object, and that object's value."""

    def __init__(self, text: str, root: Node, value: Any, *, indent_lists: bool) -> None:
        self._text = text
        self._root = root
        self._value = value
        self._indent_lists = indent_lists

    def do(self, operation: Mapping[str, Any]) -> str:
        """The text after the operation.

        Raises:
            CannotEdit: where that takes more than a change between marks.
            PatchError: where the operation does not fit the object.
        """
        if operation["op"] == "test":
            return self._text
        steps = field_paths.pointer_steps(operation["path"], self._value)
        if not steps:
            return self.replace_root(operation["value"])
        found = positions.find(self._root, steps[:-1])
        if not found.exact:
            raise CannotEdit
        parent, removing = found.node, operation["op"] == "remove"
        children = len(parent.items or ()) + len(self._own_fields(parent))
        if children == 0 or (children == 1 and removing):
            return self._replace_parent(steps[:-1], operation)
        if parent.items is not None:
            return self._edit_list(parent, steps[-1], operation)
        field = (parent.fields or {}).get(str(steps[-1]))
        if removing:
            return self._remove_field(parent, field)
        return self._set_field(parent, field, str(steps[-1]), operation["value"])

    def replace_root(self, value: Any) -> str:
        """The text with the whole object written anew."""
        if self._text.startswith("{", self._root.start):
            new = json.dumps(value, indent=2, ensure_ascii=False)
        else:
            new = self._block(value).rstrip("\n")
        return self._replaced(self._root.start, self._end(self._root), self._indented(new, self._root.start))

    def _replace_parent(self, steps: tuple[Step, ...], operation: Mapping[str, Any]) -> str:
        """An empty collection gets its first entry, or one loses its last: its style changes, so write all of it."""
        if not steps:
            raise CannotEdit
        value = apply_operations(self._value, [operation])
        for step in steps:
            value = field_paths.below(value, step)
        return self.do({"op": "replace", "path": field_paths.pointer_of(steps), "value": value})

    def _edit_list(self, parent: Node, step: Step, operation: Mapping[str, Any]) -> str:
        items = parent.items or []
        index = step if isinstance(step, int) else len(items)
        if operation["op"] == "remove":
            return self._remove_item(parent, items, index)
        if operation["op"] == "add":
            return self._add_item(parent, items, index, operation["value"])
        old, value = items[index], operation["value"]
        if parent.flow:
            return self._replaced(old.start, old.end, _flow(value))
        new = self._block([value])[2:].rstrip("\n")
        return self._replaced(old.start, self._end(old), self._indented(new, old.start))

    def _add_item(self, parent: Node, items: list[Node], index: int, value: Any) -> str:
        last = index == len(items)
        if parent.flow:
            if last:
                return self._inserted(items[-1].end, f", {_flow(value)}")
            return self._inserted(items[index].start, f"{_flow(value)}, ")
        dash = self._dash(items[-1 if last else index])
        new = self._indented(self._block([value]).rstrip("\n"), dash)
        space = " " * self._column(dash)
        if last:
            return self._inserted(self._line_end(self._end(items[-1])), f"\n{space}{new}")
        return self._inserted(dash, f"{new}\n{space}")

    def _remove_item(self, parent: Node, items: list[Node], index: int) -> str:
        if parent.flow:
            if index + 1 < len(items):
                return self._replaced(items[index].start, items[index + 1].start, "")
            return self._replaced(items[index - 1].end, items[index].end, "")
        return self._without_lines(self._dash(items[index]), self._end(items[index]))

    def _set_field(self, parent: Node, field: Field | None, key: str, value: Any) -> str:
        if field is None:
            return self._add_field(parent, key, value)
        if field not in self._own_fields(parent):
            raise CannotEdit
        old = field.value
        if parent.flow:
            return self._replaced(old.start, old.end, _flow(value))
        new = self._block({key: value}).rstrip("\n")
        scalar = old.fields is None and old.items is None and "\n" not in self._text[old.start : old.end]
        if scalar and "\n" not in new and not isinstance(value, dict | list):
            word = self._block([value])[2:].rstrip("\n")
            return self._replaced(old.start, old.end, word if old.start > field.key.end + 1 else f" {word}")
        return self._replaced(field.key.start, self._field_end(field), self._indented(new, field.key.start))

    def _add_field(self, parent: Node, key: str, value: Any) -> str:
        own = self._own_fields(parent)
        if parent.flow:
            last = own[-1]
            one_line = "\n" not in self._text[parent.start : last.key.start]
            gap = " " if one_line else "\n" + " " * self._column(last.key.start)
            name = json.dumps(key) if self._text[last.key.start] == '"' else self._block({key: 0}).removesuffix(": 0\n")
            return self._inserted(max(last.key.end, last.value.end), f",{gap}{name}: {_flow(value)}")
        behind = own[-1]
        if not isinstance(value, dict | list):  # one-line fields keep together, before the long ones
            plain = [field for field in own if field.value.fields is None and field.value.items is None]
            behind = plain[-1] if plain else behind
        start = own[0].key.start
        new = self._indented(self._block({key: value}).rstrip("\n"), start)
        return self._inserted(self._line_end(self._field_end(behind)), "\n" + " " * self._column(start) + new)

    def _remove_field(self, parent: Node, field: Field | None) -> str:
        own = self._own_fields(parent)
        if field is None or field not in own:
            raise CannotEdit
        place = own.index(field)
        start = field.key.start
        if parent.flow:
            if place + 1 < len(own):
                return self._replaced(start, own[place + 1].key.start, "")
            return self._replaced(own[place - 1].value.end, field.value.end, "")
        if self._text[self._line_start(start) : start].strip() and place + 1 < len(own):
            return self._replaced(start, own[place + 1].key.start, "")  # on the line of its dash
        return self._without_lines(start, self._field_end(field))

    def _own_fields(self, node: Node) -> list[Field]:
        """The fields that stand in the mapping itself, not merged from elsewhere, in the order of the text."""
        own = [field for field in (node.fields or {}).values() if node.start <= field.key.start <= node.end]
        return sorted(own, key=lambda field: field.key.start)

    def _block(self, value: Any) -> str:
        return writing.as_yaml(value, indent_lists=self._indent_lists)

    def _indented(self, new: str, start: int) -> str:
        return new.replace("\n", "\n" + " " * self._column(start))

    def _end(self, node: Node) -> int:
        """Where a node's text ends, without the line breaks that a block scalar takes along."""
        return node.start + len(self._text[node.start : node.end].rstrip())

    def _field_end(self, field: Field) -> int:
        return max(self._end(field.key), self._end(field.value))

    def _dash(self, item: Node) -> int:
        return self._text.rindex("-", self._line_start(item.start), item.start)

    def _column(self, offset: int) -> int:
        return offset - self._line_start(offset)

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        end = self._text.find("\n", offset)
        return len(self._text) if end < 0 else end

    def _without_lines(self, start: int, end: int) -> str:
        first = self._line_start(start)
        if self._text[first:start].strip():
            raise CannotEdit
        return self._replaced(first, self._line_end(end) + 1, "")

    def _inserted(self, offset: int, new: str) -> str:
        return self._replaced(offset, offset, new)

    def _replaced(self, start: int, end: int, new: str) -> str:
        return self._text[:start] + new + self._text[end:]


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
