"""`seatrial explain` from the outside."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial


def run(*arguments: str) -> Result:
    return CliRunner().invoke(seatrial, ["explain", *arguments])


def test_a_field_with_what_is_below() -> None:
    result = run("deploy.spec.strategy.rollingUpdate")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Deployment (apps/v1)", "spec.strategy.rollingUpdate <RollingUpdateDeployment>"]
    assert "  maxSurge <IntOrString>" in lines
    assert max(map(len, lines)) <= 100


def test_as_data() -> None:
    found = json.loads(run("pod.spec.containers.name", "-o", "json").stdout)
    assert (found["kind"], found["path"], found["type"]) == ("Pod", "spec.containers.name", "string")


def test_what_is_not_there_ends_with_2() -> None:
    result = run("pod.spec.contaners")
    assert result.exit_code == 2
    assert result.stderr == 'seatrial: Pod.spec has no "contaners", did you mean "containers"?\n'
