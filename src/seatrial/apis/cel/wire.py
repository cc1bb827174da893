"""The wire format of protocol buffers: the compiler of CEL gives checked expressions in it.

No package carries classes for those messages. A message is read into the values of each field, by number: integers as
they are, everything with a length as bytes. https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WORD = 1 << 64

Fields = dict[int, list[int | bytes]]


def read(message: bytes) -> Fields:
    """The fields of a message."""
    found: Fields = {}
    for number, value in _fields(message):
        found.setdefault(number, []).append(value)
    return found


def signed(number: int) -> int:
    """A number that was written as int64."""
    return number - _WORD if number >= _WORD // 2 else number


def double(number: int) -> float:
    """A number that was written as double."""
    value: float = struct.unpack("<d", number.to_bytes(8, "little"))[0]
    return value


def packed(data: bytes) -> Iterator[int]:
    """The numbers of a packed field."""
    at = 0
    while at < len(data):
        number, at = _read_varint(data, at)
        yield number


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, at = _read_varint(message, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}[kind]
        data = message[at : at + size]
        at += size
        yield tag >> 3, data if kind == _BYTES else int.from_bytes(data, "little")


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
