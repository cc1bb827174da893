"""Reads one YAML document from libyaml's events: all that the quick readers decline.

go-yaml is a port of libyaml, so libyaml's events (through PyYAML's CParser) say what is YAML and what is not; what its
scalars, tags, keys, anchors and merge keys mean is decided here. One pass over the events. Where go-yaml differs from
the libyaml of today, `go_scanner` makes up for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yaml import YAMLError, events
from yaml._yaml import CParser

from seatrial.manifests.go_scanner import GoScanner, NotGoYaml, ReadAgain
from seatrial.manifests.limits import DEFAULT, AliasBudget, Limits
from seatrial.manifests.yaml_reader import ReadError, Repeated
from seatrial.manifests.yaml_scalars import MERGE, NUMERIC_START, STR, WORDS, ScalarError, key_of, value_of

_cached_value = lru_cache(maxsize=16384)(value_of)
_cached_key = lru_cache(maxsize=16384)(key_of)
_LONGEST_CACHED = 64  # long texts rarely come twice

_IN_SEQUENCE: Any = None
_AWAITING_KEY: Any = object()
_MERGE_KEY: Any = object()
_ALIAS_BOMB = "document contains excessive aliasing: aliases make up more of it than go-yaml's limit allows"
_USE_FEWER_ALIASES = "write out what the aliases stand for"
_NO_COLLECTION_KEYS = "invalid map key: a list or a mapping cannot be a key"
_MERGE_WANTS_MAPPINGS = "map merge requires map or sequence of maps as the value"


@dataclass(slots=True)
class _Anchor:
    """What an anchor stands for. `nodes` is None while the collection is still open: an alias to it never ends."""

    value: Any
    nodes: int | None
    text: int
    scalar: tuple[str, str | None] | None = None


class _UnreadableKey(str):
    """A key that has no JSON text. It stays in the tree, as only what nothing overrides is an error in the end."""

    __slots__ = ()


def read(text: str, *, limits: Limits = DEFAULT) -> tuple[Any, tuple[Repeated, ...]]:
    """The value of the first document in `text`, and the keys that the strict reader would refuse.

    Raises:
        ReadError: where Kubernetes could not read it or a limit is passed.
    """
    scanner = GoScanner(text)
    while True:
        builder = _Builder(scanner, limits)
        try:
            return builder.document(), tuple(builder.repeated)
        except ReadAgain:
            continue
        except YAMLError as error:
            if not scanner.mend(error):
                raise _from_libyaml(error, text, limits) from None


class _Builder:
    """Builds the value of one document from its events."""

    def __init__(self, scanner: GoScanner, limits: Limits) -> None:
        self._limits = limits
        self._scanner = scanner
        self._parser = CParser(scanner.text or "\n")
        self._anchors: dict[str, _Anchor] = {}
        self._budget = AliasBudget()
        self._alias_text = 0
        self._doubtful = False
        self._identities: dict[tuple[int, str], set[Any]] = {}
        self._kept: list[Any] = []
        self.repeated: list[Repeated] = []

    def document(self) -> Any:
        """The document's value; None where the text holds no document."""
        next_event = self._parser.get_event
        next_event()
        start = next_event()
        if type(start) is not events.DocumentStartEvent:
            return None
        if start.version is not None and tuple(start.version) != (1, 1):
            raise _at(start, "found incompatible YAML document")
        root = self._build(next_event)
        if self._budget.exceeded():
            raise ReadError(_ALIAS_BOMB, advice=_USE_FEWER_ALIASES)
        if self._doubtful:
            _refuse_what_is_not_json(root)
        return root

    def _build(self, next_event: Callable[[], Any]) -> Any:
        """The one loop over the events. `key` tells what the next value is for: an item, a key or the key's value."""
        scalar_event, mapping_start, sequence_start = (
            events.ScalarEvent,
            events.MappingStartEvent,
            events.SequenceStartEvent,
        )
        alias_event, document_end = events.AliasEvent, events.DocumentEndEvent
        budget, careful, deepest = self._budget, self._scanner.careful, self._limits.depth
        stack: list[tuple[Any, Any, _Anchor | None, Any, int]] = []
        container: Any = []
        root = container
        key: Any = _IN_SEQUENCE
        anchor: _Anchor | None = None
        opened: Any = None
        nodes_before = 0
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar_event:
                budget.nodes += 1
                value = event.value
                tag = event.tag
                if careful:
                    value, tag = self._careful(event, opened)
                if tag is None and not (event.implicit[0] and not event.style):
                    tag = STR
                if key is _AWAITING_KEY:
                    key = self._key(event, value, tag, container)
                    continue
                if key is _MERGE_KEY:
                    raise _at(event, _MERGE_WANTS_MAPPINGS)
                text = value
                if tag is None:
                    if value in WORDS or value[0] in NUMERIC_START:
                        value = self._value(event, value, None)
                elif tag is not STR:
                    value = self._value(event, value, tag)
                if event.anchor is not None:
                    self._anchors[event.anchor] = _Anchor(value, 1, len(text), (text, tag))
            elif kind is mapping_start or kind is sequence_start:
                if key is _AWAITING_KEY:
                    if len(stack) == 1 and not container and _is_released_early(opened, event, self._parser):
                        return {} if kind is mapping_start else []
                    raise _at(event, _NO_COLLECTION_KEYS)
                if len(stack) >= deepest:
                    raise _too_deep(event.start_mark, self._limits)
                stack.append((container, key, anchor, opened, nodes_before))
                nodes_before = budget.nodes
                budget.nodes += 1
                opened = event
                if kind is mapping_start:
                    container, key = {}, _AWAITING_KEY
                else:
                    container, key = [], _IN_SEQUENCE
                anchor = None
                if event.anchor is not None:
                    anchor = self._anchors[event.anchor] = _Anchor(container, None, -self._alias_text)
                continue
            elif kind is alias_event:
                target = self._alias(event)
                if key is _AWAITING_KEY:
                    if target.scalar is None:
                        raise _at(event, _NO_COLLECTION_KEYS)
                    key = self._key(event, *target.scalar, container)
                    continue
                value = target.value
                if key is _MERGE_KEY and type(value) is not dict:
                    raise _at(event, _MERGE_WANTS_MAPPINGS)
            elif kind is document_end:
                return root[0]
            else:
                value = container
                if anchor is not None:
                    anchor.nodes = budget.nodes - nodes_before
                    anchor.text += self._alias_text + event.end_mark.index - opened.start_mark.index
                container, key, anchor, opened, nodes_before = stack.pop()
            if key is _IN_SEQUENCE:
                container.append(value)
            elif key is _MERGE_KEY:
                self._merge(event, container, value)
                key = _AWAITING_KEY
            else:
                container[key] = value
                key = _AWAITING_KEY

    def _careful(self, event: Any, opened: Any) -> tuple[str, str | None]:
        try:
            return self._scanner.scalar(event, in_flow=opened is not None and opened.flow_style)
        except NotGoYaml as error:
            raise _at(event, str(error)) from None

    def _value(self, event: Any, text: str, tag: str | None) -> Any:
        try:
            value = _cached_value(text, tag) if len(text) <= _LONGEST_CACHED else value_of(text, tag)
        except ScalarError as error:
            raise _at(event, str(error)) from None
        if isinstance(value, float) and value - value != 0:  # NaN and the infinities
            self._doubtful = True
        return value

    def _key(self, event: Any, text: str, tag: str | None, mapping: dict[str, Any]) -> Any:
        """The key that a scalar (or an alias to one) stands for, noted where the mapping has it already."""
        if type(event) is events.ScalarEvent:
            merges = text == "<<" and (event.implicit[0] or tag == MERGE)
            if event.anchor is not None:
                value = text if tag is STR or merges else self._value(event, text, tag)
                self._anchors[event.anchor] = _Anchor(value, 1, len(text), (text, tag))
            if merges:
                self._budget.nodes -= 1  # go-yaml does not decode it
                return _MERGE_KEY
        key: str | None
        identity: Any
        if tag is STR or (tag is None and text not in WORDS and text[0] not in NUMERIC_START):
            key, identity = text, text
        else:
            try:
                key, identity = _cached_key(text, tag) if len(text) <= _LONGEST_CACHED else key_of(text, tag)
            except ScalarError as error:
                raise _at(event, str(error)) from None
            if key is None:
                self._doubtful = True
                key = _UnreadableKey(f"\0{text}")
        if key in mapping or identity is not text:
            self._note_repeat(event, mapping, key, identity)
        return key

    def _note_repeat(
        self, event: Any, mapping: dict[str, Any], key: str, identity: Any, *, merged: bool = False
    ) -> None:
        """Remember what kinds of value made this key, and note it as repeated where one of them comes again.

        `1` and `"1"` are two keys to go-yaml, and so is `1.0`: no repeat, though JSON can keep only one of them.
        """
        seen = self._identities.get((id(mapping), key))
        if seen is None:
            seen = self._identities[id(mapping), key] = set()
            self._kept.append(mapping)
        if key in mapping and not seen:
            seen.add(str(key))
        if identity in seen:
            self.repeated.append(Repeated(key, event.start_mark.line + 1, event.start_mark.column + 1, merged))
        seen.add(identity)

    def _alias(self, event: Any) -> _Anchor:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise _at(event, f"unknown anchor '{event.anchor}' referenced")
        if anchor.nodes is None:
            raise _at(event, f"anchor '{event.anchor}' value contains itself")
        self._budget.nodes += 1 + anchor.nodes
        self._budget.aliased += anchor.nodes
        if self._budget.exceeded():
            raise _at(event, _ALIAS_BOMB, _USE_FEWER_ALIASES)
        self._alias_text += anchor.text
        if self._alias_text > self._limits.alias_text:
            message = f"aliases expand to more text than the limit of {self._limits.alias_text} characters"
            raise _at(event, message, _USE_FEWER_ALIASES)
        return anchor

    def _merge(self, event: Any, mapping: dict[str, Any], source: Any) -> None:
        """Lay what a merge key brings over the mapping; within a list the first wins (decode.go merge)."""
        sources = [source]
        if type(source) is list:
            self._budget.nodes -= 1  # go-yaml does not decode the list itself
            sources = source[::-1]
        for each in sources:
            if type(each) is not dict:
                raise _at(event, _MERGE_WANTS_MAPPINGS)
            for key in each:
                unusual = self._identities.get((id(each), key))
                if unusual or key in mapping:
                    for identity in unusual or (str(key),):
                        self._note_repeat(event, mapping, key, identity, merged=True)
            mapping.update(each)


def _is_released_early(mapping: Any, key: Any, parser: Any) -> bool:
    """Whether a document begins with an empty flow collection as a key: `{}: x`.

    go-yaml forgets that such a collection may turn out to be a key, and takes it for the whole document.
    """
    bare = key.flow_style and key.anchor is None and key.tag is None
    where = (mapping.start_mark.index, mapping.flow_style)
    return (
        bare
        and where == (key.start_mark.index, False)
        and bool(parser.check_event(events.MappingEndEvent, events.SequenceEndEvent))
    )


def _refuse_what_is_not_json(root: Any) -> None:
    seen: set[int] = set()
    todo = [root]
    while todo:
        value = todo.pop()
        if isinstance(value, float) and value - value != 0:
            raise ReadError(f"unsupported value: JSON has no {value}", advice="quote it to make it text")
        if isinstance(value, (dict, list)) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, list):
                todo += value
                continue
            todo += value.values()
            for key in value:
                if isinstance(key, _UnreadableKey):
                    raise ReadError(f"unsupported map key: {key[1:] or 'null'}", advice="quote it to make it text")


def _at(event: Any, message: str, advice: str = "") -> ReadError:
    return ReadError(message, event.start_mark.line + 1, event.start_mark.column + 1, advice)


def _too_deep(mark: Any, limits: Limits) -> ReadError:
    message = f"nested too deeply: the limit is {limits.depth} levels of lists and mappings"
    return ReadError(message, mark.line + 1, mark.column + 1, "flatten it")


def _from_libyaml(error: YAMLError, text: str, limits: Limits) -> ReadError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None and "nesting" in str(error):
        return _too_deep(mark, limits)
    if mark is not None:
        return ReadError(str(getattr(error, "problem", None) or error), mark.line + 1, mark.column + 1)
    position = getattr(error, "position", None)
    reason = str(getattr(error, "reason", None) or error)
    if isinstance(position, int):
        before = text.encode("utf-8", "surrogatepass")[:position]
        return ReadError(reason, before.count(b"\n") + 1)
    return ReadError(reason)
