"""`seatrial trial` as its users call it: exit codes, one line for what cannot be read, reports whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial

POD = """
apiVersion: v1
kind: Pod
metadata:
  name: {name}
spec:
  containers:
  - name: app
    image: app:1
    resources:
      requests: {{cpu: "{cpu}", memory: 64Mi}}
      limits: {{memory: 64Mi}}
"""


def sail(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(seatrial, ["trial", "--jobs", "1", *map(str, args)], input=stdin)


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    file = tmp_path / "pod.yaml"
    file.write_text(POD.format(name="web", cpu="100m"))
    return file


def test_what_runs_as_asked_ends_with_0(pod: Path) -> None:
    result = sail(pod, "-o", "json", "--scenario", "rollout")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["summary"]["scenarios"] == ["rollout"]
    assert [w["name"] for w in found["workloads"]] == ["web"]


def test_standard_input_is_a_file_like_any_other() -> None:
    result = sail("-", "--scenario", "rollout", "-o", "json", stdin=POD.format(name="web", cpu="900"))
    assert result.exit_code == 1
    (finding,) = [f for f in json.loads(result.stdout)["findings"] if f["scenario"]]
    assert (finding["symptom"], finding["location"]["file"]) == ("pending", "-")


UNREADABLE = [
    pytest.param("a: [b", id="no YAML"),
    pytest.param("apiVersion: v1\nkind: Pod\n\x00", id="binary"),
    pytest.param("[" * 5000, id="too deep"),
    pytest.param("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)
    ), id="an alias bomb"),
]  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    result = sail(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"seatrial: {file}:")


def test_sound_documents_beside_a_broken_one_go_on_the_trial(pod: Path) -> None:
    (pod.parent / "broken.yaml").write_text("a: [b")
    result = sail(pod.parent, "--scenario", "rollout", "-o", "json")
    assert result.exit_code == 1
    outcome = json.loads(result.stdout)
    assert [w["name"] for w in outcome["workloads"]] == ["web"]
    assert [f["rule"] for f in outcome["findings"] if f["severity"] == "error"] == ["unreadable"]


def test_sound_objects_beside_a_refused_one_go_on_the_trial(pod: Path) -> None:
    (pod.parent / "wrong.yaml").write_text(POD.format(name="Wrong_Name", cpu="1"))
    result = sail(pod.parent, "--scenario", "rollout", "-o", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert any(f["location"]["path"] == "metadata.name" for f in found["findings"])
    assert any("left out of the trial" in sentence for sentence in found["assumptions"])
    assert {t["scenario"] for t in found["timelines"]} == {"settle", "rollout"}


@pytest.mark.parametrize(
    "args",
    [
        ["--nodes", "3xnothing"],
        ["--nodes", "3xe2-standard-4", "--fleet", "fleet.yaml"],
        ["--scenario", "mutiny"],
        ["--fleet", "/no/such/file.yaml"],
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(pod: Path, args: list[str]) -> None:
    result = sail(pod, *args)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_scenario_of_ones_own_is_run_and_a_wrong_one_named_by_its_line(pod: Path) -> None:
    own = pod.parent / "mine.yaml"
    text = "apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: mine}\nspec:\n  steps:\n  - at: 5\n"
    own.write_text(text + "    drain: {}\n")
    result = sail(pod.parent, "--scenario", "mine", "-o", "json")
    assert json.loads(result.stdout)["summary"]["scenarios"] == ["mine"]
    own.write_text(text + "    sink: {}\n")
    result = sail(pod.parent, "--scenario", "mine")
    assert result.exit_code == 2
    assert f"{own}:6:" in result.stderr


@pytest.mark.parametrize(
    ("version", "fact", "place"),
    [("v1alpha1", "startupSecond: 3", ":5:"), ("v2", "startupSeconds: 3", ":1:")],
)
def test_a_wrong_profile_is_named_by_its_line(pod: Path, version: str, fact: str, place: str) -> None:
    own = pod.parent / "profiles.yaml"
    own.write_text(
        f"apiVersion: seatrial.dev/{version}\nkind: WorkloadProfiles\nprofiles:\n  shop/Pod/a:\n    {fact}\n"
    )
    result = sail(pod.parent, "--scenario", "rollout")
    assert result.exit_code == 2
    assert f"{own}{place}" in result.stderr


def test_a_report_that_cannot_be_written_loses_nothing(pod: Path, tmp_path: Path) -> None:
    place = tmp_path / "a-folder"
    place.mkdir()
    (place / "kept").write_text("")
    result = sail(pod, "--scenario", "rollout", "--report", place / "kept" / "report.html")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert "PASS" in result.stdout or "WARN" in result.stdout
    assert [file.name for file in place.iterdir()] == ["kept"]


def test_a_report_is_whole_and_the_same_for_the_same_seed(pod: Path, tmp_path: Path) -> None:
    reports = [tmp_path / f"{i}.html" for i in range(2)]
    for report in reports:
        assert sail(pod, "--scenario", "node-drain", "--report", report, "--seed", "3").exit_code == 0
    first, second = (report.read_bytes() for report in reports)
    assert first == second
    assert first.rstrip().endswith(b"</html>")


def test_custom_resources_are_counted_and_said(pod: Path) -> None:
    (pod.parent / "rollout.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec: {replicas: 1}\n"
    )
    result = sail(pod.parent, "--scenario", "rollout", "-o", "json")
    assert any("1 Rollout.argoproj.io" in sentence for sentence in json.loads(result.stdout)["notModelled"])
