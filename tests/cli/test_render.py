"""`seatrial render`, and how commands that read manifests end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import writing, yaml_reader

TWO = """\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}}
---
# none
---
other: yes
"""


def seatrial(*args: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from seatrial.cli.main import main; main()", *map(str, args)]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_json_is_one_array_of_the_objects() -> None:
    done = seatrial("render", "-", "-o", "json", text=TWO)
    assert json.loads(done.stdout) == [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]
    assert (done.returncode, done.stderr) == (0, "")


def test_any_keeps_what_is_no_object_and_lists_whole() -> None:
    done = seatrial("render", "-", "-o", "json", "--any", text=TWO)
    values = json.loads(done.stdout)
    assert [values[0]["kind"], *values[1:]] == ["List", None, {"other": True}]


def test_yaml_is_a_stream_that_reads_back() -> None:
    done = seatrial("render", "-", text=TWO)
    assert done.stdout == "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"


def test_broken_documents_are_told_and_the_rest_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("a: [\n---\napiVersion: v1\nkind: Pod\n")
    done = seatrial("render", file, "-o", "json")
    assert done.returncode == 2
    assert json.loads(done.stdout) == [{"apiVersion": "v1", "kind": "Pod"}]
    assert done.stderr.startswith(f"seatrial: {file}:1:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["render", "/no/such/file"], "seatrial: /no/such/file: no such file or folder; check the path\n"),
        (["render"], "seatrial: Name files or folders, or give --cluster; see `seatrial render --help`\n"),
        (["nope"], "seatrial: No such command 'nope'; see `seatrial --help`\n"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(args: list[str], told: str) -> None:
    done = seatrial(*args)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_what_orjson_cannot_write_is_written_all_the_same() -> None:
    deep = "[" * 500 + "]" * 500
    done = seatrial("render", "-", "-o", "json", "--any", text=f"a: 99999999999999999999\nb: {deep}\n")
    assert '"a": 100000000000000000000' in done.stdout
    assert done.returncode == 0
    assert seatrial("render", "-", "--any", text=f"b: {deep}\n").returncode == 0


WORDS = [
    "yes",
    "012",
    "1_0",
    "0x1",
    ".inf",
    "~",
    "",
    "=",
    "<<",
    "2001-01-01",
    "12:30",
    "x\n",
    "x\n\n",
    " x\n",
    "#",
    "a: b",
]
TEXT = st.text(max_size=12) | st.sampled_from(WORDS)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(-1e300, 1e300).filter(lambda number: not number.is_integer())
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(VALUES, st.booleans())
def test_written_yaml_is_read_back_by_kubernetes_as_the_same(value: object, indent_lists: bool) -> None:
    assert yaml_reader.read(writing.as_yaml(value, indent_lists=indent_lists)) == value
