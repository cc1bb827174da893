"""The quick readers give what libyaml's events give, or decline.

`block_scanner` is tried as it stands, and compiled where `make native` has built it: interpreted, it would stumble over
each look behind the text's end.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import block_scanner, block_style, documents, quick_readers, yaml_events
from seatrial.manifests.limits import DEFAULT
from seatrial.manifests.quick_readers import DECLINED, Reader
from seatrial.manifests.yaml_reader import ReadError
from tests.manifests.recordings import as_json, shared

READERS: dict[str, Reader] = {"style": block_style.read, "scanner": block_scanner.read}
if (_native := quick_readers.compiled()) is not None:
    READERS["compiled"] = _native
of_each_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def by_events(text: str) -> str:
    """What the other reader makes of a text; repeated keys and errors are things that the quick one has to decline."""
    try:
        value, repeated = yaml_events.read(text, limits=DEFAULT)
    except ReadError as error:
        return f"error: {error}"
    return f"repeated: {repeated}" if repeated else as_json(value)


def agree(text: str, readers: Mapping[str, Reader] = READERS) -> bool:
    """Whether quick readers are right where they do not decline; compiled or not makes no difference."""
    values = {name: read(text, DEFAULT.depth) for name, read in readers.items()}
    taken = {name: as_json(value) for name, value in values.items() if value is not DECLINED}
    if {"compiled", "scanner"} <= values.keys() and taken.get("compiled") != taken.get("scanner"):
        return False
    return not taken or set(taken.values()) == {by_events(text)}


@of_each_reader
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
        ("a: |\n\tx\n", DECLINED),
        ("a: 1\na: 2\n", DECLINED),
        ("on: 1\n", DECLINED),
        ("a: &x 1\n", DECLINED),
        ("a: !!str 1\n", DECLINED),
        ('a: "\\/"\n', DECLINED),
        ("a: b: c\n", DECLINED),
        ("a: .nan\n", DECLINED),
        ("  a: 1\n", DECLINED),
        ("a: 1\n b: 2\n", DECLINED),
        ("- a\n", DECLINED),
        ("a: x\n# c\n  y\n", DECLINED),
        ("a: {{ x }}\n", DECLINED),
        ("a: \x85\n", DECLINED),
    ],
)  # fmt: skip
def test_what_they_take_and_what_they_decline(read: Reader, text: str, value: Any) -> None:
    assert read(text, DEFAULT.depth) == value
    assert agree(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("# nothing\n\n", None),
        ("a:\n- - b\n  - c: 1\n    d: 2\n- - - e\n", {"a": [["b", {"c": 1, "d": 2}], [["e"]]]}),
        ("a:\n- # why\n  b: 1\n-\n  - c\n-\n", {"a": [{"b": 1}, ["c"], None]}),
        ('a: "x\\n\\"y\\"\n\n  \\tz \\\\"\n', {"a": 'x\n"y"\n\tz \\'}),
        ("a: [b, {c: d e, 'f': [1, \"g\"]}, []]\n", {"a": ["b", {"c": "d e", "f": [1, "g"]}, []]}),
        ("a: [\n  b, # why\n\n  'c\n  d',\n]\ne: 1\n", {"a": ["b", "c d"], "e": 1}),
        ("a:\n  {}\nb:\n  [c]\nd:\n  'e'\nf:\n  g\n  h\n", {"a": {}, "b": ["c"], "d": "e", "f": "g h"}),
        (".: 1\n$patch: delete\n(x != y): 2\na b: 3\n", {".": 1, "$patch": "delete", "(x != y)": 2, "a b": 3}),
        ("a: :80\nb: -x\nc: 012\nd: 1e3\ne: 123456789012345678901\n", {
            "a": ":80", "b": "-x", "c": 10, "d": 1000, "e": 123456789012345680000,
        }),
        ("a: [b: c]\n", DECLINED),
        ("a: [b, c\n", DECLINED),
        ("a: [b\n---\n]\n", DECLINED),
        ("a: {b}\n", DECLINED),
        ("a: {b: 1, b: 2}\n", DECLINED),
        ("a: {on: 1}\n", DECLINED),
        ("a: [b:c, d?]\n", DECLINED),
        ("a: 'b\n--- c'\n", DECLINED),
        ("a: b\n...\nc: d\n", DECLINED),
        ("a: |2\n   x\n", DECLINED),
        ("a:\n  b: 1\n c: 2\n", DECLINED),
        ("1: a\n", DECLINED),
        ("? a\n: b\n", DECLINED),
    ],
)  # fmt: skip
def test_what_the_scanner_takes_beside(text: str, value: Any) -> None:
    assert block_scanner.read(text, DEFAULT.depth) == value
    assert agree(text)


@of_each_reader
def test_levels_are_bounded(read: Reader) -> None:
    text = "a:\n" + "".join(f"{' ' * level}a:\n" for level in range(1, 40))
    assert read(text, DEFAULT.depth) is not DECLINED
    assert read(text, 10) is DECLINED
    assert block_scanner.read("a: " + "[" * 5_000 + "]" * 5_000 + "\n", 10_000) is DECLINED


@of_each_reader
def test_values_of_two_documents_share_no_collections(read: Reader) -> None:
    first, second = (read("a: [x]\nb: {}\n", DEFAULT.depth) for _ in range(2))
    assert first == second
    assert first["a"] is not second["a"]
    assert first["b"] is not second["b"]


def test_only_what_was_compiled_from_this_very_source_is_used(tmp_path: Path) -> None:
    sources = Path(block_scanner.__file__).parent
    for suffix in (".py", ".pxd"):
        shutil.copy(sources / f"block_scanner{suffix}", tmp_path)
    assert quick_readers.compiled(tmp_path) is None
    first = quick_readers.compiled_path(tmp_path)
    first.parent.mkdir()
    first.write_bytes(b"built elsewhere")
    assert quick_readers.compiled(tmp_path) is None
    with (tmp_path / "block_scanner.py").open("a") as source:
        source.write("# changed\n")
    assert quick_readers.compiled_path(tmp_path) != first


def test_compiled_code_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(quick_readers.SWITCH, "0")
    assert quick_readers.chosen() is block_style.read


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
    ($x != 1): "tab\\tand \\"quoted\\"
      lines\\\\ "
    .dot: {}
spec:
  replicas: 2 # two
  selector: {matchLabels: {app: web}, other: [a, "b c", {d: 1, e: [f]}]}
  template:
    spec:
      containers:
      - name: a
        image: "b:1.2"
        args: ["-c", sleep, 1,
          exit 0, # why
          'x y'
        ]
        port: :8080
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
          - - inner: 1
              b: 2
            - deep
          - # nothing
            c: 3
      emptyDir:
        {}
      list:
        [a, b]
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
    "- - ",
    "\\n",
    "[x, {y: z}]",
    "\n]",
    "---\n",
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
def test_the_readers_agree_on_spoilt_manifests(text: str) -> None:
    assert agree(text)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "a: ",
                "b:",
                "- ",
                "  ",
                "\n",
                "x",
                "'",
                "''",
                '"',
                "|",
                ">-",
                "#",
                " ",
                "1",
                "\n\n",
                ": ",
                "[",
                "]",
                "{",
                ", ",
                "\\",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_the_readers_agree_on_scraps(text: str) -> None:
    assert agree(text + "\n")


def test_the_readers_agree_on_the_corpus_and_each_takes_most_of_it() -> None:
    pieces = [
        piece.text
        for file in sorted(shared("corpus").rglob("*.y*ml"))
        for piece in documents.pieces(documents.decode(file.read_bytes()))
    ]
    readers = {name: read for name, read in READERS.items() if name != "scanner" or "compiled" not in READERS}
    assert [text for text in pieces if not agree(text, readers)] == []
    for read in readers.values():
        assert sum(read(text, DEFAULT.depth) is not DECLINED for text in pieces) > 0.9 * len(pieces)
