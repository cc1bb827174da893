"""JSON schemas of the built-in kinds, by Kubernetes version, as an API server reads them.

The package kubernetes-validate carries the OpenAPI definitions of Kubernetes 1.25 to 1.37, one file a version. It is
read when the first kind of a version is asked for (some ten milliseconds); a kind's own definition and those it refers
to are then turned into one validator, which is kept. What is turned: types become those that the Go structs read
(numbers within 32 or 64 bits, quantities, times, base64), null is allowed anywhere, `required` is left to
`apis.validation`, and a struct has no other fields than its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from seatrial.apis.violations import Version

Schema = dict[str, Any]

_SPACE = r"[\t-\r \x85\xa0]*"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?"
QUANTITY = f"^{_SPACE}{_NUMBER}{_SPACE}$"
TIME = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-4]):[0-5][0-9])$"
)
MICRO_TIME = TIME.replace("([.,][0-9]+)?", "[.,][0-9]{6}")
_BREAKS = r"[\r\n]*"
_B64 = f"[A-Za-z0-9+/]{_BREAKS}"
BASE64 = f"^{_BREAKS}({_B64}{_B64}({_B64}{_B64}|{_B64}={_BREAKS}|={_BREAKS}={_BREAKS}))*$"
PRIMITIVES: dict[str, Schema] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number", "null"], "pattern": QUANTITY},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "type": ["string", "integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1,
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": {"type": ["string", "null"], "pattern": TIME},
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": {"type": ["string", "null"], "pattern": MICRO_TIME},
    "io.k8s.apimachinery.pkg.runtime.RawExtension": {},
}  # fmt: skip
FORMATS: dict[str, Schema] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "byte": {"pattern": BASE64},
}
FIRST, LAST = (1, 25), (1, 37)
"""The Kubernetes versions that there are schemas for."""


@dataclass(frozen=True, slots=True)
class KindSchema:
    """The validator of one kind and what it was made of: `root` refers into `definitions`."""

    validator: jsonschema_rs.Validator
    root: Schema
    definitions: dict[str, Schema]

    def at(self, path: list[str | int]) -> Schema:
        """The schema that holds at an instance path; {} where none does."""
        schema = self.resolve(self.root)
        for step in path:
            schema = self.resolve(_below(schema, step))
        return schema

    def resolve(self, schema: Schema) -> Schema:
        """The definition that a schema refers to, or itself."""
        reference = schema.get("$ref")
        return self.definitions[reference.rpartition("/")[2]] if reference else schema


def _below(schema: Schema, step: str | int) -> Schema:
    if isinstance(step, int):
        return schema.get("items") or {}
    field = (schema.get("properties") or {}).get(step)
    if field is None:
        field = schema.get("additionalProperties")
    return field if isinstance(field, dict) else {}


def parse_version(text: str) -> Version:
    """`1.34`, `v1.34.1` as (1, 34), brought within the versions that there are schemas for.

    Raises:
        ValueError: where the text is no version, or older than all schemas.
    """
    found = re.fullmatch(r"v?(\d+)\.(\d+)(\..*)?", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no Kubernetes version; write it as {LAST[0]}.{LAST[1]}")
    major, minor = found.group(1, 2)
    version: Version = (int(major), int(minor))
    if not FIRST <= version <= LAST:
        raise ValueError(
            f"there are no schemas for Kubernetes {text}; they reach from {FIRST[0]}.{FIRST[1]} to {LAST[0]}.{LAST[1]}"
        )
    return version


@cache
def definitions(version: Version) -> dict[str, Schema]:
    """All OpenAPI definitions of a version, by their full Go name."""
    spec = find_spec("kubernetes_validate")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "kubernetes-json-schema" / f"v{version[0]}.{version[1]}.0-local"
    found: dict[str, Schema] = orjson.loads((folder / "_definitions.json").read_bytes())["$defs"]
    return found


@cache
def served(version: Version) -> dict[tuple[str, str], str]:
    """(apiVersion, kind) to definition of all that a version serves and that can be created from a manifest."""
    found: dict[tuple[str, str], str] = {}
    for name, schema in definitions(version).items():
        kinds = schema.get("x-kubernetes-group-version-kind") or []
        if len(kinds) != 1 or "metadata" not in (schema.get("properties") or {}):
            continue  # DeleteOptions and the like belong to every group
        group, of_group, kind = kinds[0]["group"], kinds[0]["version"], kinds[0]["kind"]
        api_version = f"{group}/{of_group}" if group else of_group
        found[(api_version, kind)] = name
    return found


@cache
def of_kind(version: Version, api_version: str, kind: str) -> KindSchema | None:
    """The schema of a built-in kind, or None where that version does not serve it."""
    name = served(version).get((api_version, kind))
    if name is None:
        return None
    closure: dict[str, Schema] = {}
    _collect(name, version, closure)
    root = {"$ref": f"#/$defs/{name}"}
    return KindSchema(jsonschema_rs.Draft202012Validator({**root, "$defs": closure}), root, closure)


def _collect(name: str, version: Version, closure: dict[str, Schema]) -> None:
    if name in closure:
        return
    closure[name], references = _turned_definition(version, name)
    for reference in references:
        _collect(reference, version, closure)


@cache
def _turned_definition(version: Version, name: str) -> tuple[Schema, list[str]]:
    """A definition as the Go structs read it, and those it refers to; kinds have many in common."""
    turned = PRIMITIVES[name] if name in PRIMITIVES else _turned(definitions(version)[name])
    return turned, _references(turned)


def _turned(schema: Schema) -> Schema:
    """One OpenAPI schema as the Go structs read it."""
    if "$ref" in schema:
        return {"$ref": "#/$defs/" + schema["$ref"].rpartition("/")[2]}
    turned: Schema = {}
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        turned["type"] = sorted({*types, "null"})
    turned |= FORMATS.get(schema.get("format") or "", {})
    if "properties" in schema:
        turned["properties"] = {name: _turned(field) for name, field in schema["properties"].items()}
        turned["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        turned["additionalProperties"] = _turned(schema["additionalProperties"])
    if "items" in schema:
        turned["items"] = _turned(schema["items"])
    return turned


def _references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        below = [name for value in schema.values() for name in _references(value)]
        return [reference.rpartition("/")[2], *below] if isinstance(reference, str) else below
    return []
