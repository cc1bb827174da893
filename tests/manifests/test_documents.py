"""Files cut into documents and made text of, as kubectl does it."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests import documents
from seatrial.manifests.limits import Limits


def values(data: bytes | str, **options: Any) -> list[Any]:
    found, problems = documents.read(data.encode() if isinstance(data, str) else data, "f.yaml", **options)
    by_place = {document.place.document: document.value for document in found}
    return [by_place.get(index, "problem") for index in range(len(found) + len(problems))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# only a comment\n", [None]),
        ("---\n", [None]),
        ("---\na: 1\n", [{"a": 1}]),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n---\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n---\n---\n---\nb: 2\n", [{"a": 1}, None, {"b": 2}]),
        ("a: 1\n--- # comment\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: |\n  x\n---\ny\n", [{"a": "x\n"}, True]),
        ("a: |\n  x\n  ---\n  y\n", [{"a": "x\n---\ny\n"}]),
        ("a: |\n  x", [{"a": "x\n"}]),
        ("a: 1\n...\nb: 2\n", [{"a": 1}]),
        ("a: 1\r\n---\r\nb: |\r\n  x\r\n", [{"a": 1}, {"b": "x\n"}]),
        ("a: 1\rb: 2\r", [{"a": 1, "b": 2}]),
        ("a: 1\n--- b: 2\nc: 3\n---\nd: 4\n", [{"a": 1}, "problem", {"d": 4}]),
        ("a: 1\n---b: 2\n---\nd: 4\n", [{"a": 1}, "problem", {"d": 4}]),
        ("a: [\n---\nb: 2\n", ["problem", {"b": 2}]),
        ('{"a": "\\/"}', [{"a": "/"}]),
        ('{"a": 1} {"b": 2}\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ('{"a": 1}\n---\nb: 2\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1,}', [{"a": 1}]),
        ("{a: yes}", [{"a": True}]),
        ('{"a": NaN}', [{"a": "NaN"}]),
        ('{"a": "\\ud83d\\ude00"}', [{"a": "\U0001f600"}]),
        ('{"a": 1, "a": 2}', [{"a": 2}]),
    ],
)
def test_documents_are_cut_as_kubectl_does(text: str, expected: list[Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--- a\n", ["a"]),
        ("a: 1\n--- {b: 2}\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: yes\n---\nb: 1\n", [{"a": True}, {"b": 1}]),
        ("---a: 1\n", [{"---a": 1}]),
        ("a: |\n  x", [{"a": "x"}]),
    ],
)
def test_plain_yaml_has_separators_of_its_own(text: str, expected: list[Any]) -> None:
    assert values(text, plain_yaml=True) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("﻿a: é\n".encode(), "é"),
        ("a: é\n".encode("utf-16"), "é"),
        ("﻿a: é\n".encode("utf-16-be"), "é"),
        (b"a: caf\xe9\n", "caf\N{REPLACEMENT CHARACTER}"),
        ("a: \U0001f600\n".encode(), "\U0001f600"),
    ],
    ids=["byte order mark", "UTF-16 LE", "UTF-16 BE", "Latin-1", "emoji"],
)
def test_text_of_bytes(data: bytes, expected: str) -> None:
    assert values(data) == [{"a": expected}]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("# c\n\na: 1\n---\n# d\nb: 2\n", [(3, 1), (6, 1)]),
        ("---\na: 1\n---\nb: 2\n", [(2, 1), (4, 1)]),
        ('{"a": 1} {"b": 2}\n', [(1, 1), (1, 10)]),
        ('\n{"a": 1}\n---\nb: 2\n', [(2, 1), (4, 1)]),
    ],
)
def test_documents_begin_at_their_first_line_that_is_no_comment(text: str, places: list[tuple[int, int]]) -> None:
    found, _ = documents.read(text.encode(), "f.yaml")
    assert [(document.place.line, document.place.column) for document in found if document.value is not None] == places


@pytest.mark.parametrize(
    ("data", "limits", "told"),
    [
        (b"a: 1\n---\nb: [\n", Limits(), "f.yaml:3:"),
        (b"a: 1\n---\nb: {{ c }}\n", Limits(), "render the template first"),
        (b"a: 1\n\x00\x01\x02", Limits(), "f.yaml:2: binary data"),
        (b"\x7fELF\x00\x00", Limits(), "f.yaml:1: binary data"),
        (b"a: 1\n" * 100, Limits(file_size=99), "f.yaml: larger than the limit of 99 bytes"),
        (b"a\n---\n" * 9, Limits(documents=5), "f.yaml:11: more documents in one file than the limit of 5"),
        (b"a: .nan\n", Limits(), "JSON has no nan; quote it"),
        (b"~: x\n", Limits(), "unsupported map key: ~; quote it"),
    ],
)
def test_problems_name_file_line_and_what_to_do(data: bytes, limits: Limits, told: str) -> None:
    _, problems = documents.read(data, "f.yaml", limits=limits)
    assert len(problems) == 1
    assert told in str(problems[0])
    assert "; " in str(problems[0])
    assert "\n" not in str(problems[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a": "x\\ud800", "\\udc00": ["\\uDBFF"]}', {"a": "x\ufffd", "\ufffd": ["\ufffd"]}),
    ],
)
def test_half_a_character_in_json_is_the_replacement_character(text: str, value: Any) -> None:
    assert documents.read(text.encode(), "f.json")[0][0].value == value


def test_json_that_repeats_a_key_is_noted() -> None:
    found, _ = documents.read(b'{"a": {"b": 1,\n "b": 2}}', "f.json")
    assert [(repeated.key, repeated.line) for repeated in found[0].repeated] == [("b", 2)]
