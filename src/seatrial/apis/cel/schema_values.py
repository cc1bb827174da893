"""What a resource holds as values of CEL, by its structural schema (apiserver pkg/cel/common/valuesunstructured.go).

Values are made when an expression asks for them. Lists with `x-kubernetes-list-type: set` or `map` are equal in any
order, and `+` unites them. Fields of no schema are not there; null fields of objects neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from seatrial.apis.cel import times
from seatrial.apis.cel.names import escape, unescape
from seatrial.apis.cel.values import (
    INT_MAX,
    INT_MIN,
    NOTHING,
    CelError,
    Mapping,
    Maybe,
    NoSuchOverload,
    Opaque,
    Sequence,
    Timestamp,
    equal,
    is_list,
)

Schema = dict[str, Any]
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
EMBEDDED, LIST_TYPE, LIST_KEYS = (
    "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
)
_TEXT: Schema = {"type": "string"}
_META: Schema = {"type": "object", "properties": {"name": _TEXT, "generateName": _TEXT}}


def of_resource(schema: Schema) -> Schema:
    """The schema of a whole resource as rules see it: with apiVersion, kind, and the names in its metadata."""
    own = schema.get("properties") or {}
    if all(own.get(name, {}).get("type") == "string" for name in ("apiVersion", "kind")) and all(
        ((own.get("metadata") or {}).get("properties") or {}).get(name, {}).get("type") == "string"
        for name in ("name", "generateName")
    ):
        return schema
    properties = {**own, "apiVersion": _TEXT, "kind": _TEXT, "metadata": _META}
    return {"type": "object", **schema, "properties": properties}


def value_of(data: Any, schema: Schema) -> Any:
    """The value that a part of a resource is to an expression.

    Raises:
        CelError: where the data are not what the schema says.
    """
    if data is None:
        if schema.get("nullable"):
            return None
        raise CelError("invalid data, got null for schema with nullable=false")
    if schema.get(INT_OR_STRING):
        if isinstance(data, str) or type(data) is int:
            return data
        raise CelError("invalid data, expected XIntOrString value to be either a string or integer")
    maker = _MAKERS.get(schema.get("type", ""))
    if maker is not None:
        return maker(data, schema)
    if schema.get(PRESERVE):
        return Preserved(data)
    raise CelError(
        "invalid type, expected object, array, number, integer, boolean or string, or no type with "
        "x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got " + str(schema.get("type", ""))
    )


def _object(data: Any, schema: Schema) -> Any:
    if not isinstance(data, dict):
        raise CelError("invalid data, expected a map for the provided schema with type=object")
    return SchemaObject(data, of_resource(schema) if schema.get(EMBEDDED) else schema)


def _array(data: Any, schema: Schema) -> Any:
    if not isinstance(data, list):
        raise CelError("invalid data, expected an array for the provided schema with type=array")
    items = schema.get("items") or {}
    match schema.get(LIST_TYPE):
        case "map":
            return KeyedList(data, items, tuple(schema.get(LIST_KEYS) or ()))
        case "set":
            return SetList(data, items)
        case _:
            return SchemaList(data, items)


def _string(data: Any, schema: Schema) -> Any:
    if not isinstance(data, str):
        raise CelError("invalid data, expected string")
    match schema.get("format"):
        case "duration":
            return times.open_api_duration(data)
        case "date":
            return times.date(data)
        case "date-time":
            return times.timestamp(data)
        case "byte":
            return times.base64_bytes(data)
        case _:
            return data


def _number(data: Any, schema: Schema) -> Any:
    if type(data) not in (int, float):
        raise CelError("invalid data, expected float")
    return float(data)


def _integer(data: Any, schema: Schema) -> Any:
    if type(data) is float and data.is_integer():
        data = int(data)
    if type(data) is not int or not INT_MIN <= data <= INT_MAX:
        raise CelError("invalid data, expected int")
    return data


def _boolean(data: Any, schema: Schema) -> Any:
    if not isinstance(data, bool):
        raise CelError("invalid data, expected bool")
    return data


_MAKERS = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}


class Preserved(Opaque):
    """Something that no schema describes: it can be compared, and nothing else."""

    cel_type = "unknown"

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preserved) and bool(self.data == other.data)

    def __hash__(self) -> int:
        return hash(str(self.data))


class SchemaObject(Mapping):
    """An object or a map of a resource."""

    __slots__ = ("_names", "_properties", "_values", "data")

    def __init__(self, data: dict[str, Any], schema: Schema) -> None:
        self.data = data
        self._properties: Schema | None = schema.get("properties") or None
        values = schema.get("additionalProperties")
        self._values: Schema | None = values if isinstance(values, dict) and not self._properties else None

    def __len__(self) -> int:
        return len(self.data)

    def _schema_of(self, name: str) -> Schema | None:
        return self._properties.get(name) if self._properties else self._values

    def keys(self) -> Iterable[Any]:
        """The fields that have a schema, as CEL names them, or the keys of a map."""
        for name in self.data:
            if self._schema_of(name) is not None:
                yield (escape(name) or name) if self._properties else name

    def find(self, key: Any) -> Maybe:
        """The value of a field, by the name that CEL has for it, or of a key."""
        if not isinstance(key, str):
            raise NoSuchOverload()
        name = unescape(key) if self._properties else key
        if name is None or name not in self.data:
            return NOTHING
        data, schema = self.data[name], self._schema_of(name)
        if schema is None or (data is None and self._properties):
            return NOTHING
        return Maybe(True, value_of(data, schema))

    def equals(self, other: Any) -> bool:
        """Whether all fields are equal; what has no schema is compared as it is."""
        if not isinstance(other, Mapping):
            raise NoSuchOverload()
        if len(self) != len(other):
            return False
        for name, data in self.data.items():
            if self._schema_of(name) is None:
                if isinstance(other, SchemaObject) and name in other.data and other.data[name] != data:
                    return False
                continue
            key = (escape(name) or name) if self._properties else name
            mine, theirs = self.find(key), other.find(key)
            if mine.there != theirs.there or (mine.there and not equal(mine.value, theirs.value)):
                return False
        return True


class SchemaList(Sequence):
    """A list of a resource: `data` with the schema of its items, or `values` that an expression made of such lists."""

    __slots__ = ("_items", "_values", "data")

    def __init__(self, data: list[Any], items: Schema, values: list[Any] | None = None) -> None:
        self.data = data
        self._items = items
        self._values = values

    def __len__(self) -> int:
        return len(self.data) if self._values is None else len(self._values)

    def __iter__(self) -> Iterator[Any]:
        if self._values is not None:
            yield from self._values
            return
        for item in self.data:
            yield value_of(item, self._items)

    def __getitem__(self, index: int) -> Any:
        return value_of(self.data[index], self._items) if self._values is None else self._values[index]

    def equals(self, other: Any) -> bool:
        """Whether the other list has equal items in the same order."""
        if not is_list(other):
            raise NoSuchOverload()
        return len(self) == len(other) and all(map(equal, self, other))


class SetList(SchemaList):
    """A list with `x-kubernetes-list-type: set`."""

    __slots__ = ()

    def equals(self, other: Any) -> bool:
        """Whether the other list has the same items in any order."""
        if not is_list(other):
            raise NoSuchOverload()
        return len(self) == len(other) and {_scalar(item) for item in self} == {_scalar(item) for item in other}

    def plus(self, other: Iterable[Any]) -> Any:
        """The union: new items behind the present ones."""
        united = {_scalar(item): item for item in self}
        for item in other:
            united.setdefault(_scalar(item), item)
        return SetList([], self._items, list(united.values()))


class KeyedList(SchemaList):
    """A list with `x-kubernetes-list-type: map`: its items are told apart by the values of their keys."""

    __slots__ = ("_keys",)

    def __init__(self, data: list[Any], items: Schema, keys: tuple[str, ...], values: list[Any] | None = None) -> None:
        super().__init__(data, items, values)
        self._keys = keys

    def _by_key(self, items: Iterable[Any]) -> dict[Any, Any]:
        return {tuple(_scalar(_field(item, key)) for key in self._keys): item for item in items}

    def equals(self, other: Any) -> bool:
        """Whether the other list has the same items in any order."""
        if not is_list(other):
            raise NoSuchOverload()
        mine, theirs = self._by_key(self), self._by_key(other)
        if len(self) != len(other) or mine.keys() != theirs.keys():
            return False
        return all(equal(item, theirs[key]) for key, item in mine.items())

    def plus(self, other: Iterable[Any]) -> Any:
        """The union: items with keys that are there take their place, the others follow."""
        return KeyedList([], self._items, self._keys, list({**self._by_key(self), **self._by_key(other)}.values()))


def _field(item: Any, key: str) -> Any:
    if not isinstance(item, Mapping):
        raise CelError("unexpected data format for element of array with x-kubernetes-list-type=map")
    return item.find(escape(key) or key).value


def _scalar(value: Any) -> Any:
    """A value by which items of a set are told apart."""
    if is_list(value) or isinstance(value, Mapping):
        raise CelError("listSet operations are only supported on lists of scalar values")
    return (type(value), value) if isinstance(value, Timestamp | bool) else value
