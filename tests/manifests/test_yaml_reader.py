"""What Kubernetes reads in a piece of YAML: recorded from sigs.k8s.io/yaml 1.6.0, and bounds on what it may cost."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import documents, yaml_reader
from seatrial.manifests.limits import Limits
from seatrial.manifests.yaml_reader import ReadError
from tests.manifests.recordings import as_json, floor, golden_rows, shared

SEMANTICS = golden_rows("yaml/semantics.json")
ODDITIES = golden_rows("yaml/oddities.json")


def outcome(text: str, *, strict: bool = False) -> tuple[str, Any]:
    try:
        return "value", yaml_reader.read(text, strict=strict)
    except ReadError:
        return "error", None


def agrees(row: dict[str, Any]) -> bool:
    kind, value = outcome(row["yaml"])
    if "error" in row:
        return kind == "error"
    answers = row.get("json_any") or [row["json"]]
    return kind == "value" and any(as_json(value) == as_json(answer) for answer in answers)


def test_the_golden_rows_are_read_as_recorded() -> None:
    wrong = [row["yaml"] for row in SEMANTICS if not agrees(row)]
    assert len(SEMANTICS) - len(wrong) >= floor("yaml"), wrong


@pytest.mark.parametrize("row", ODDITIES, ids=lambda row: f"{row['category']}: {row['yaml']!r}")
def test_where_go_yaml_goes_its_own_way(row: dict[str, Any]) -> None:
    assert agrees(row)


@pytest.mark.parametrize(
    "row", [row for row in SEMANTICS + ODDITIES if "error" not in row], ids=lambda row: repr(row["yaml"])
)
def test_the_strict_reader_refuses_repeated_keys_only(row: dict[str, Any]) -> None:
    assert outcome(row["yaml"], strict=True)[0] == ("error" if "strict_error" in row else "value")


def test_the_corpus_is_read_as_kubectl_reads_it() -> None:
    corpus = shared("corpus")
    wrong = []
    with gzip.open(shared("golden/yaml/corpus.jsonl.gz"), "rt") as lines:
        for recorded in map(json.loads, lines):
            found, problems = documents.read((corpus / recorded["file"]).read_bytes(), recorded["file"])
            got: dict[int, str] = {document.place.document: as_json(document.value) for document in found}
            got |= {problem.place.document: "error" for problem in problems}
            expected = [
                as_json(document["json"]) if "json" in document else "error" for document in recorded["documents"]
            ]
            if [got.get(index) for index in range(len(got))] != expected:
                wrong.append(recorded["file"])
    assert not wrong


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("a: 1\n\tb: 2\n", 2, 1, "tab character"),
        ("a: 1\nb: *nope\n", 2, 4, "unknown anchor 'nope'"),
        ("a: &x\n  b: *x\n", 2, 6, "contains itself"),
        ("a:\n  <<: 3\n", 2, 7, "map merge requires"),
        ("a: !!int x\n", 1, 4, "cannot decode !!str `x` as a !!int"),
        ("a: b\n? [c]\n: d\n", 2, 3, "invalid map key"),
        ("a: {{ x }}\n", 1, 5, "invalid map key"),
        ("a: 1\nb: \x01\n", 2, 0, "control characters are not allowed"),
    ],
)
def test_errors_name_line_and_column(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(ReadError) as caught:
        yaml_reader.read(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert part in caught.value.message


def test_repeated_keys_are_noted_with_their_place() -> None:
    value, repeated = yaml_reader.read_noting_repeats("a: 1\nb:\n  c: 1\n  'c': 2\n<<: {a: 3}\n")
    assert value == {"a": 3, "b": {"c": 2}}
    assert repeated == (yaml_reader.Repeated("c", 4, 3), yaml_reader.Repeated("a", 5, 10, merged=True))


ANCHOR = "a: &a " + "x" * 1_000 + "\n"


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 x"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "limits", "part"),
    [
        (bomb(9, 9), Limits(), "excessive aliasing"),
        ("[" * 20_000, Limits(), "the limit is 1000 levels"),
        ("- " * 20_000 + "x", Limits(), "the limit is 1000 levels"),
        ("[[[1]]]", Limits(depth=2), "the limit is 2 levels"),
        (ANCHOR + "".join(f"b{n}: *a\n" for n in range(20)), Limits(alias_text=5_000), "5000 characters"),
        (ANCHOR + "b: &b [*a, *a]\nc: [*b, *b, *b]\n", Limits(alias_text=7_000), "7000 characters"),
    ],
    ids=["alias bomb", "deep flow", "deep block", "depth given", "text of aliases", "text of aliases of aliases"],
)  # fmt: skip
def test_hostile_input_is_refused_by_name_of_the_limit(text: str, limits: Limits, part: str) -> None:
    with pytest.raises(ReadError, match=part) as caught:
        yaml_reader.read(text, limits=limits)
    assert caught.value.advice


def test_many_places_where_libyaml_has_to_be_helped_do_not_cost_many_readings() -> None:
    with pytest.raises(ReadError, match="unexpected ':'"):
        yaml_reader.read("[" + "a:," * 5_000 + "]")


TOKENS = ["\n  ", "\n- ", ": ", "<<: ", "*a", "&a ", "!!int ", "---\n"]
SIGNS = st.sampled_from(
    [
        *"ab1 0\n\t:-?,[]{}#&*!|>'\"%@`~<=./_+\\y\ufeff\u2028é\x00",
        "\n  ",
        "\n- ",
        ": ",
        "<<: ",
        "*a",
        "&a ",
        "!!int ",
        "---\n",
    ]
)


@settings(max_examples=400)
@given(st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_a_value_or_an_error_of_the_reader(text: str) -> None:
    kind, value = outcome(text)
    if kind == "value":
        json.dumps(value, allow_nan=False)


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_documents_and_problems(data: bytes) -> None:
    found, problems = documents.read(data, "f.yaml")
    indexes = [document.place.document for document in found] + [problem.place.document for problem in problems]
    assert sorted(indexes) == list(range(len(indexes)))
