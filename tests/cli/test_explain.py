"""`seatrial explain` from the outside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial


def run(*arguments: str) -> Result:
    return CliRunner().invoke(seatrial, ["explain", *arguments])


RECORDED = json.loads((Path(__file__).parents[1] / "golden/kubectl/explaining.json").read_text("utf-8"))
UNKNOWN = re.compile(
    r" *enum: .*\n|ENUM:\n(?:    \S+\n)+|    \n?    Possible enum values:\n(?:.+\n)+?(?=    \n)"
    r"|    IntOrString is a type (?:.+\n)+?(?=    \n)"
)
"""What the schemas do not carry: enumerations, and what IntOrString is."""


@pytest.mark.parametrize(
    "step", [s for s in RECORDED["steps"] if s["rc"] == 0 and "openapiv2" not in s["args"][-1]],
    ids=lambda step: " ".join(step["args"]),
)  # fmt: skip
def test_what_kubectl_explain_prints(step: dict[str, Any]) -> None:
    arguments = [part for argument in step["args"][1:] for part in argument.split("=")]
    printed = run(*arguments, "--kube-version", "1.36").stdout.partition("IN PRODUCTION:")[0]
    assert printed.split() == UNKNOWN.sub("", step["stdout"]).split()
    assert printed.count("\n") <= step["stdout"].count("\n")


def test_in_production() -> None:
    text = run("deployment.spec.strategy.rollingUpdate.maxSurge").stdout.partition("IN PRODUCTION:")[2]
    assert "where no node has it they stay pending" in " ".join(text.split())
    assert "rollout-takes-all-down" in text
    assert "            maxSurge: 1\n" in text
    data = json.loads(run("deployment.spec.strategy.rollingUpdate.maxSurge", "-o", "json").stdout)["inProduction"]
    assert "rollout-takes-all-down" in data["rules"]


def test_as_data() -> None:
    found = json.loads(run("pod.spec.containers.name", "-o", "json").stdout)
    assert (found["kind"], found["path"], found["type"]) == ("Pod", "spec.containers.name", "string")


def test_what_is_not_there_ends_with_2() -> None:
    result = run("pod.spec.contaners")
    assert result.exit_code == 2
    assert result.stderr == 'seatrial: Pod.spec has no "contaners", did you mean "containers"?\n'
