"""`seatrial check`: exit codes, formats, and what is told on which stream."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seatrial.checks import registry
from seatrial.cli.main import seatrial

BAD = registry.rules()["pdb-blocks-drain"].bad
WARNING = registry.rules()["pdb-missing"].bad


def check(tmp_path: Path, text: str, *options: str) -> Result:
    file = tmp_path / "web.yaml"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(seatrial, ["check", str(file), *options])


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (BAD, (), 1),
        (BAD, ("--fail-on", "never"), 0),
        (BAD, ("--ignore", "pdb-blocks-drain"), 0),
        (BAD, ("--select", "image-tag-floating"), 0),
        (WARNING, (), 0),
        (WARNING, ("--fail-on", "warning"), 1),
        (BAD, ("--select", "no-such-rule"), 2),
        ("a: [", (), 2),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, options: tuple[str, ...], code: int) -> None:
    result = check(tmp_path, text, *options)
    assert result.exit_code == code
    assert "Traceback" not in result.stderr


def test_text_names_file_line_and_rule(tmp_path: Path) -> None:
    first = check(tmp_path, BAD).stdout.splitlines()[0]
    assert "web.yaml:49:3: error: PodDisruptionBudget/web: " in first
    assert first.endswith("[pdb-blocks-drain]")


def test_json_has_the_rows_and_the_patch(tmp_path: Path) -> None:
    document = json.loads(check(tmp_path, BAD, "-o", "json").stdout)
    (finding,) = document["findings"]
    assert (document["verdict"], finding["rule"], finding["covers"][0]) == ("fail", "pdb-blocks-drain", "17")
    assert "+  maxUnavailable: 1" in finding["fix"]["patches"][0]["diff"]


def test_what_the_api_server_refuses_is_a_finding_and_the_rest_is_judged(tmp_path: Path) -> None:
    refused = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not_A_Name\n"
    document = json.loads(check(tmp_path, BAD + refused, "-o", "json").stdout)
    assert {finding["rule"] for finding in document["findings"]} == {"pdb-blocks-drain", "api-server"}
