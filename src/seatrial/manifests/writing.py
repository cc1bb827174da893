"""Values as JSON and as YAML that every reader takes for the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import orjson
import yaml
from yaml.representer import SafeRepresenter

from seatrial.manifests.yaml_scalars import value_of

_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that stand for themselves in JSON, and that YAML refuses or takes for line breaks."""
_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2


def as_json(values: Iterable[Any]) -> str:
    """One JSON array, indented by two, which readers of YAML take for the same."""
    values = list(values)
    try:
        text = orjson.dumps(values, option=_OPTIONS).decode()
    except (TypeError, ValueError):  # deeper than orjson goes, integers beyond 64 bits, lone surrogates
        return json.dumps(values, indent=2) + "\n"
    return text if text.isascii() else _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def as_yaml_stream(values: Iterable[Any]) -> str:
    """A YAML stream: each value a document behind `---`."""
    return "".join(f"---\n{as_yaml(value)}" for value in values)


def as_yaml(value: Any, *, indent_lists: bool = False) -> str:
    """One value as block-style YAML; text that YAML 1.1 or 1.2 would take for something else is quoted.

    `indent_lists` moves the dashes of a list in a mapping two columns in, the other of the two habits.
    """
    dumper: Any = _IndentingDumper if indent_lists else _Dumper
    return yaml.dump(value, Dumper=dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1_000)


class _Dumper(yaml.CSafeDumper):
    """Quotes what go-yaml would not read back as text, beyond what PyYAML quotes itself; never writes aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write shared values as often as they occur."""
        return True


class _IndentingDumper(yaml.SafeDumper):
    """The same through PyYAML's own emitter, which can be told to indent lists and is slower."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: SafeRepresenter, text: str) -> yaml.ScalarNode:
    style = None if value_of(text, None) == text else '"'
    if _OTHER_BREAKS.search(text):
        style = '"'  # escaped, or readers would fold them
    elif "\n" in text and _fits_a_block(text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _fits_a_block(text: str) -> bool:
    return not text.startswith((" ", "\n")) and not any(line.endswith((" ", "\t")) for line in text.split("\n"))


def _mapping(dumper: SafeRepresenter, mapping: dict[str, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping.items())


for _class in (_Dumper, _IndentingDumper):
    _class.add_representer(str, _text)
    _class.add_multi_representer(dict, _mapping)
