"""`seatrial trial --event-log` and `seatrial replay` as their users call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial

RECORDING = Path(__file__).parents[1] / "golden/kubelet/crash-loop-a.json.gz"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: "app:1"}]}
"""


def call(*args: str | Path) -> Result:
    return CliRunner().invoke(seatrial, [*map(str, args)])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    (folder / "pod.yaml").write_text(POD, "utf-8")
    path = folder / "logs" / "pod.jsonl"
    result = call("trial", folder / "pod.yaml", "--scenario", "rollout", "--event-log", path, "--fail-on", "never")
    assert result.exit_code == 0, result.output
    return path


def test_a_log_is_told_from_a_recording_by_its_content(log: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "case.json"
    renamed.write_bytes(log.read_bytes())
    assert call("replay", renamed).output.startswith("settle: The workloads start\n")
    assert json.loads(call("replay", RECORDING, "-o", "json").output)["rows"]


def test_the_only_scenario_need_not_be_named(log: Path) -> None:
    result = call("replay", log, "--at", "5", "--kind", "pod", "-o", "json")
    (pod,) = json.loads(result.output)["items"]
    assert (pod["metadata"]["name"], pod["status"]["phase"]) == ("web", "Running")


def test_the_same_again_ends_with_0_and_something_else_with_1(log: Path, tmp_path: Path) -> None:
    assert call("replay", log, "--verify").exit_code == 0
    other = tmp_path / "other.jsonl"
    other.write_text(log.read_text("utf-8").replace("new version of 0 workloads", "nothing"), "utf-8")
    result = call("replay", other, "--verify")
    assert result.exit_code == 1
    assert "another run, from line " in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([RECORDING, "--at", "3"], "no event log"),
        ([RECORDING, "-o", "yaml"], "no event log"),
        (["LOG", "--seed", "1"], "has a seed of its own"),
        (["LOG", "--verify", "--at", "3"], "compares the whole log"),
        (["LOG", "--run", "nonsense"], "it has settle, rollout"),
        (["nothing-there.jsonl"], "No such file"),
    ],
)
def test_bad_usage_is_one_line_and_2(log: Path, arguments: list[str | Path], message: str) -> None:
    result = call("replay", *(log if argument == "LOG" else argument for argument in arguments))
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("seatrial: ")
    assert message in line
