"""The types of a structural schema for the compiler (apiserver pkg/cel/common/schemas.go, Kubernetes 1.36).

The compiler knows objects with fields as messages of protocol buffers, so each object of the schema becomes one.
Messages cannot hold lists of lists or maps of lists: what is inside those is dyn to the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2

from seatrial.apis.cel.names import RESERVED, escape
from seatrial.apis.cel.schema_values import EMBEDDED, INT_OR_STRING, Schema, of_resource

PACKAGE = "resource"
_FILE = "resource.proto"
_WELL_KNOWN = ("timestamp", "duration", "struct")
_SCALARS = {"double": 1, "int": 3, "bool": 8, "string": 9, "bytes": 12}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3
_MESSAGES = {
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "dyn": "google.protobuf.Value",
    "list": "google.protobuf.ListValue",
    "map": "google.protobuf.Struct",
}
_FORMATS = {"byte": "bytes", "duration": "duration", "date": "timestamp", "date-time": "timestamp"}
_SIMPLE = {"boolean": "bool", "number": "double", "integer": "int"}


@dataclass(frozen=True, slots=True)
class File:
    """What the compiler asks a pool of descriptors for."""

    serialized_pb: bytes


class Types:
    """The messages that schemas became. To the compiler it is a pool of descriptors."""

    def __init__(self) -> None:
        self._file = descriptor_pb2.FileDescriptorProto(name=_FILE, package=PACKAGE)
        self._file.dependency.extend(f"google/protobuf/{name}.proto" for name in _WELL_KNOWN)

    def FindFileByName(self, name: str) -> File:  # the name that the compiler calls
        """The file that has all messages."""
        if name != _FILE:
            raise KeyError(name)
        return File(self._file.SerializeToString())

    def FindFileContainingSymbol(self, symbol: str) -> File:  # the name that the compiler calls
        """The file that has a message."""
        if not symbol.startswith(f"{PACKAGE}."):
            raise KeyError(symbol)
        return self.FindFileByName(_FILE)

    def type_of(self, schema: Schema, *, resource: bool = False) -> str | None:
        """The type of values of a schema, None where rules cannot see them.

        `resource` tells that the value is a whole resource, so that it has metadata.
        """
        if schema.get(INT_OR_STRING):
            return "dyn"
        if resource:
            schema = of_resource(schema)
        match schema.get("type"):
            case "array":
                items = schema.get("items")
                inner = self._below(items)
                return None if inner is None else f"list<{inner}>"
            case "object":
                values = schema.get("additionalProperties")
                if isinstance(values, dict):
                    inner = self._below(values)
                    return None if inner is None else f"map<string,{inner}>"
                return self._message(schema)
            case "string":
                return _FORMATS.get(schema.get("format", ""), "string")
            case kind:
                return _SIMPLE.get(str(kind))

    def _below(self, schema: object) -> str | None:
        return self.type_of(schema, resource=bool(schema.get(EMBEDDED))) if isinstance(schema, dict) else None

    def _message(self, schema: Schema) -> str:
        name = f"Object{len(self._file.message_type)}"
        message = self._file.message_type.add(name=name)
        message.options.deprecated_legacy_json_field_conflicts = True  # `a_b` and `aB` are two fields here
        made = _Message(message, f"{PACKAGE}.{name}")
        for field_name, below in (schema.get("properties") or {}).items():
            identifier, kind = escape(field_name), self._below(below)
            if identifier is None or kind is None:
                continue
            made.add(identifier, kind)
            if field_name in RESERVED:  # behind a dot the word itself will do
                made.add(field_name, kind)
        return made.name


class _Message:
    """One message while its fields are added."""

    def __init__(self, message: Any, name: str) -> None:
        self._message = message
        self.name = name
        self._entries: set[str] = set()

    def add(self, name: str, kind: str) -> None:
        """Add a field of a type; what no field can hold becomes dyn in a list or in a map."""
        entry = _entry_name(name)
        if kind.startswith("map<") and "<" not in kind[4:] and entry not in self._entries:
            self._entries.add(entry)
            held = self._message.nested_type.add(name=entry)
            held.options.map_entry = True
            _add(held, "key", "string", _OPTIONAL)
            _add(held, "value", kind.removeprefix("map<string,").removesuffix(">"), _OPTIONAL)
            _add(self._message, name, f"{self.name}.{entry}", _REPEATED)
        elif kind.startswith("list<") and "<" not in kind[5:]:
            _add(self._message, name, kind[5:-1], _REPEATED)
        else:
            _add(self._message, name, kind.partition("<")[0], _OPTIONAL)


def _entry_name(name: str) -> str:
    """The name that the message for a map's entries must have."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) + "Entry"


def _add(message: Any, name: str, kind: str, label: int) -> None:
    number = len(message.field) + 1
    number += 1000 if number >= 19_000 else 0  # a thousand numbers from there are kept for others
    added = message.field.add(name=name, number=number, label=label, json_name=f"f{number}")
    if kind in _SCALARS:
        added.type = _SCALARS[kind]
    else:
        added.type = _MESSAGE
        added.type_name = f".{_MESSAGES.get(kind, kind)}"
