"""kubeconform's command lines, its formats and what has no meaning here."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cli.kubeconform_flags import translated
from seatrial.cli.main import seatrial

VALID = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: valid, namespace: shop}\ndata: {a: b}\n"
INVALID = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: invalid, namespace: shop}\ndate: {a: b}\n"
SKIPPED = "apiVersion: example.net/v1\nkind: Gadget\nmetadata: {name: skipped, namespace: shop}\n"
NAMELESS = "apiVersion: v1\nmetadata: {name: nameless}\n"


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        (["-strict"], ["--strict"]),
        (["-strict=true"], ["--strict"]),
        (["-strict=false", "-summary=0"], ["--no-strict"]),
        (["--strict=F"], ["--no-strict"]),
        (["--strict", "--summary"], ["--strict", "--summary"]),
        (["-kubernetes-version", "1.34.0"], ["--kube-version", "1.34.0"]),
        (["--kubernetes-version=1.34.0"], ["--kube-version", "1.34.0"]),
        (["-output", "json"], ["--output", "kubeconform"]),
        (["-output=pretty"], ["--output", "kubeconform-pretty"]),
        (["-output", "sarif"], ["--output", "sarif"]),
        (["-o", "json", "--output", "json"], ["-o", "json", "--output", "json"]),
        (["-n", "4"], ["-n", "4"]),
        (["-n=4"], ["-n", "4"]),
        (["-skip", "-", "-"], ["--skip", "-", "-"]),
        (["-schema-location", "default", "k8s/a=b.yaml"], ["--schema-location", "default", "k8s/a=b.yaml"]),
        (["-verbose", "--", "-strict"], ["--verbose", "--", "-strict"]),
        (["-h", "-v", "-unknown"], ["-h", "-v", "-unknown"]),
    ],
)
def test_flags_become_options(flags: list[str], options: list[str]) -> None:
    assert list(translated(flags)) == options


@given(st.lists(st.text().filter(lambda text: not text.startswith("-")), max_size=4))
def test_what_is_no_flag_stays_as_it_is(words: list[str]) -> None:
    assert list(translated(words)) == words


@pytest.mark.parametrize("flags", [["-output"], ["-cache"], ["-strict=maybe"]])
def test_flags_without_a_value_that_makes_sense(flags: list[str]) -> None:
    with pytest.raises(click.UsageError):
        list(translated(flags))


def test_what_has_no_effect_is_taken_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["-cache", "/tmp", "--insecure-skip-tls-verify", "-debug", "a.yaml"]
    assert list(translated(flags)) == ["a.yaml"]
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" has no effect")[0] for line in told] == [
        "seatrial: -cache", "seatrial: -insecure-skip-tls-verify", "seatrial: -debug",
    ]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (("1", VALID), ("2", INVALID), ("3", SKIPPED), ("4", NAMELESS), ("5", "a: [")):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def run(folder: Path, *flags: str, text: str | None = None) -> Result:
    return CliRunner().invoke(
        seatrial, ["validate", *flags, str(folder)] if text is None else ["validate", *flags], text
    )


SUMMARY = "Summary: 5 resources found in 5 files - Valid: 1, Invalid: 1, Errors: 2, Skipped: 1"
SAID = 'unknown field "date", did you mean "data"?'


def test_text(files: Path) -> None:
    lines = run(files, "-output", "text", "-summary").stdout.splitlines()
    assert lines[:2] == [
        f"{files}/2.yaml - ConfigMap invalid is invalid: {SAID}",
        f"{files}/4.yaml - nameless failed validation: kind: Required value: kind not set",
    ]
    assert lines[2].startswith(f"{files}/5.yaml - failed validation: ")
    assert lines[3:] == [SUMMARY]


def test_text_of_all(files: Path) -> None:
    lines = run(files, "-output", "text", "-verbose").stdout.splitlines()
    assert (lines[0], lines[2]) == (
        f"{files}/1.yaml - ConfigMap valid is valid", f"{files}/3.yaml - Gadget skipped skipped",
    )  # fmt: skip


def test_pretty_has_marks_and_on_a_terminal_colours(files: Path) -> None:
    lines = run(files, "-output", "pretty", "-verbose", "-summary").stdout.splitlines()
    assert [line[0] for line in lines[:-1]] == ["✔", "✖", "-", "✖", "✖"]
    assert lines[-1] == SUMMARY


def test_json(files: Path) -> None:
    printed = json.loads(run(files, "-output", "json", "-verbose", "-summary").stdout)
    assert printed["summary"] == {"valid": 1, "invalid": 1, "errors": 2, "skipped": 1}
    assert [each["status"] for each in printed["resources"]] == [
        "statusValid", "statusInvalid", "statusSkipped", "statusError", "statusError",
    ]  # fmt: skip
    assert printed["resources"][1] == {
        "filename": f"{files}/2.yaml", "kind": "ConfigMap", "name": "invalid", "version": "v1",
        "status": "statusInvalid", "msg": SAID, "validationErrors": [{"path": "/date", "msg": SAID}],
    }  # fmt: skip


def test_junit(files: Path) -> None:
    root = ElementTree.fromstring(run(files, "-output", "junit").stdout)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "2")
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert {name: cases[name] for name in ("shop/valid", "shop/invalid", "shop/skipped")} == {
        "shop/valid": [], "shop/invalid": ["failure"], "shop/skipped": ["skipped"],
    }  # fmt: skip


def test_tap(files: Path) -> None:
    lines = run(files, "-output", "tap").stdout.splitlines()
    assert lines[:4] == [
        "TAP version 13",
        f"ok 1 - {files}/1.yaml (v1/ConfigMap/shop/valid)",
        f"not ok 2 - {files}/2.yaml (v1/ConfigMap/shop/invalid): {SAID}",
        f"ok 3 - {files}/3.yaml (example.net/v1/Gadget/shop/skipped) # skip",
    ]
    assert lines[-1] == "1..5"


@pytest.mark.parametrize(
    ("flags", "figures"),
    [
        (["-strict=false"], "Valid: 2, Invalid: 0, Errors: 2, Skipped: 1"),
        (["-ignore-missing-schemas=false"], "Valid: 1, Invalid: 1, Errors: 3, Skipped: 0"),
        (["-skip", "v1/ConfigMap"], "Valid: 0, Invalid: 0, Errors: 2, Skipped: 3"),
        (["-reject", "Gadget"], "Valid: 1, Invalid: 1, Errors: 3, Skipped: 0"),
        (["-ignore-filename-pattern", r"[2-5]\.yaml$"], "Valid: 1, Invalid: 0, Errors: 0, Skipped: 0"),
        (["-exit-on-error"], "Valid: 1, Invalid: 1, Errors: 0, Skipped: 0"),
    ],
)
def test_figures(files: Path, flags: list[str], figures: str) -> None:
    assert run(files, "-summary", "-output=text", *flags).stdout.splitlines()[-1].endswith(figures)


def test_standard_input_without_a_path(files: Path) -> None:
    result = run(files, "-summary", "-output", "text", text=INVALID)
    assert result.stdout.splitlines() == [
        f"stdin - ConfigMap invalid is invalid: {SAID}",
        "Summary: 1 resource found parsing stdin - Valid: 0, Invalid: 1, Errors: 0, Skipped: 0",
    ]


def test_duplicates_in_json_count_as_they_are_told(tmp_path: Path) -> None:
    twice = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1", "a": "2"}}'
    (tmp_path / "a.json").write_text(twice)
    outcome = json.loads(run(tmp_path, "-o", "json").stdout)
    assert (len(outcome["findings"]), outcome["summary"]["valid"], outcome["summary"]["invalid"]) == (1, 0, 1)


@pytest.mark.parametrize("version", ["master", "1.37.0", "v1.37", "1.37.1-gke.5"])
def test_versions_as_others_write_them(files: Path, version: str) -> None:
    outcome = json.loads(run(files, "-kubernetes-version", version, "-o", "json").stdout)
    assert outcome["summary"]["kubernetes"] == "1.37"


@pytest.mark.parametrize("version", ["1.18.0", "2.0.0", "newest"])
def test_versions_without_schemas(files: Path, version: str) -> None:
    result = run(files, "-kubernetes-version", version)
    assert result.exit_code == 2
    assert "there are schemas for 1.25 to 1.37" in result.output
