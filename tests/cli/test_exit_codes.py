"""Exit codes, the same of every command: 0, 1 where something was found, 2 where nothing could be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from seatrial.cli.main import seatrial

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
BROKEN = "a: ["
JUDGING = (["validate"], ["check"], ["trial", "--scenario", "rollout", "--no-verify"])
PRINTING = (["render"], ["schedule"], ["why-pending", "web"])


def run(command: list[str], folder: Path, **files: str) -> int:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return CliRunner().invoke(seatrial, [*command, str(folder)]).exit_code


@pytest.mark.parametrize("command", JUDGING, ids=lambda command: command[0])
def test_a_broken_document_is_a_finding_to_those_who_judge(command: list[str], tmp_path: Path) -> None:
    assert run(command, tmp_path, sound=POD, broken=BROKEN) == 1


@pytest.mark.parametrize("command", JUDGING, ids=lambda command: command[0])
def test_who_wants_no_failure_gets_none(command: list[str], tmp_path: Path) -> None:
    assert run([*command, "--fail-on", "never"], tmp_path, sound=POD, broken=BROKEN) == 0


@pytest.mark.parametrize("command", PRINTING, ids=lambda command: command[0])
def test_others_print_the_rest_and_end_with_2(command: list[str], tmp_path: Path) -> None:
    assert run(command, tmp_path, sound=POD, broken=BROKEN) == 2


@pytest.mark.parametrize("command", [*JUDGING, *PRINTING], ids=lambda command: command[0])
def test_where_nothing_can_be_read_all_end_with_2(command: list[str], tmp_path: Path) -> None:
    assert run(command, tmp_path, broken=BROKEN) == 2
