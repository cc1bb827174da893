"""The quick reader gives what libyaml's events give, or declines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import block_style, documents, yaml_events
from seatrial.manifests.limits import DEFAULT
from seatrial.manifests.yaml_reader import ReadError
from tests.manifests.recordings import as_json, shared


def quickly(text: str) -> Any:
    return block_style.read(text, DEFAULT.depth)


def by_events(text: str) -> str:
    """What the other reader makes of a text; repeated keys and errors are things that the quick one has to decline."""
    try:
        value, repeated = yaml_events.read(text, limits=DEFAULT)
    except ReadError as error:
        return f"error: {error}"
    return f"repeated: {repeated}" if repeated else as_json(value)


def agree(text: str) -> bool:
    value = quickly(text)
    return value is block_style.DECLINED or as_json(value) == by_events(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\nb:\n  c: yes\n  d: ~\ne:\n", {"a": 1, "b": {"c": True, "d": None}, "e": None}),
        ("---\n# c\na: b # c\n", {"a": "b"}),
        ("a:\n- 1\n- b: 2\n  c: 3\nd:\n  - x\n", {"a": [1, {"b": 2, "c": 3}], "d": ["x"]}),
        ("a:\n  - b:\n    - c\n    d: e\n", {"a": [{"b": ["c"], "d": "e"}]}),
        ("a: \"x: # y\"\nb: 'it''s' # c\n", {"a": "x: # y", "b": "it's"}),
        ("a: 'x\n\n  y\n  z '\nb: 1\n", {"a": "x\ny z ", "b": 1}),
        ("a: x\n  y\n\n  - z\nb: 1\n", {"a": "x y\n- z", "b": 1}),
        ("a: |\n  x\n   y\n\n\nb: |-\n  x\nc: |+\n  x\n\n", {"a": "x\n y\n", "b": "x", "c": "x\n\n"}),
        ("a: >-\n  x\n  y\n\n  z\n", {"a": "x y\nz"}),
        ("a: []\nb: {} # {c: d}\n", {"a": [], "b": {}}),
        ('c: ["x y", z, 1]\nd: {e: "f", g: no}\n', {"c": ["x y", "z", 1], "d": {"e": "f", "g": False}}),
        ("a: |\n\tx\n", block_style.DECLINED),
        ("a: 1\na: 2\n", block_style.DECLINED),
        ("on: 1\n", block_style.DECLINED),
        ("a: &x 1\n", block_style.DECLINED),
        ("a: !!str 1\n", block_style.DECLINED),
        ('a: "\\n"\n', block_style.DECLINED),
        ("a: b: c\n", block_style.DECLINED),
        ("a: .nan\n", block_style.DECLINED),
        ("  a: 1\n", block_style.DECLINED),
        ("a: 1\n b: 2\n", block_style.DECLINED),
        ("- a\n", block_style.DECLINED),
        ("a: x\n# c\n  y\n", block_style.DECLINED),
        ("a: {{ x }}\n", block_style.DECLINED),
        ("a: \x85\n", block_style.DECLINED),
    ],
)  # fmt: skip
def test_what_it_takes_and_what_it_declines(text: str, value: Any) -> None:
    assert quickly(text) == value
    assert agree(text)


def test_values_of_two_documents_share_no_collections() -> None:
    first, second = quickly("a: [x]\nb: {}\n"), quickly("a: [x]\nb: {}\n")
    assert first == second
    assert first["a"] is not second["a"]
    assert first["b"] is not second["b"]


SAMPLE = """\
# head
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    example.com/text: >-
      folded over
      two lines
    "quoted/key": 'it''s one
      of several lines'
spec:
  replicas: 2 # two
  selector: {matchLabels: {app: web}}
  template:
    spec:
      containers:
      - name: a
        image: "b:1.2"
        args: ["-c", sleep, 1]
        command:
          - sh
          - |
            echo a

            exit 1
        env:
          - name: X
            value: plain text
              on two lines
          -
            name: Y
            value:
      emptyDir: {}
"""
PIECES = [
    *"ab1 0\n\t:-?,[]{}#&*!|>'\"%@~<=./_+\\",
    "\n  ",
    "\n- ",
    ": ",
    "- ",
    "  ",
    " #",
    "|\n",
    ">\n",
    "''",
    "\n\n",
    "é",
    "\ufeff",
]


@st.composite
def spoilt_samples(draw: st.DrawFn) -> str:
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        at, taken = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(st.sampled_from(PIECES)) * draw(st.integers(0, 1)) + text[at + taken :]
    if draw(st.booleans()):
        lines = text.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = " " * draw(st.integers(0, 12)) + lines[at].lstrip(" ")
        text = "\n".join(lines)
    return text + "\n"


@settings(max_examples=250)
@given(spoilt_samples())
def test_both_readers_agree_on_spoilt_manifests(text: str) -> None:
    assert agree(text)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["a: ", "b:", "- ", "  ", "\n", "x", "'", "''", '"', "|", ">-", "#", " ", "1", "\n\n", ": "]),
        max_size=25,
    ).map("".join)
)
def test_both_readers_agree_on_scraps(text: str) -> None:
    assert agree(text + "\n")


def test_both_readers_agree_on_the_corpus_and_the_quick_one_takes_most_of_it() -> None:
    pieces = [
        piece.text
        for file in sorted(shared("corpus").rglob("*.y*ml"))
        for piece in documents.pieces(documents.decode(file.read_bytes()))
    ]
    assert [text for text in pieces if not agree(text)] == []
    taken = sum(quickly(text) is not block_style.DECLINED for text in pieces)
    assert taken > 0.9 * len(pieces)
