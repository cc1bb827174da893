"""The shop's flaws are shown by the scenarios that its README names, with their causes; the shop done right passes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools import readme_output

ROOT = Path(__file__).parents[2]
SEATRIAL = Path(sys.executable).with_name("seatrial")

pytestmark = pytest.mark.xdist_group("shop")  # one worker, so that each trial runs once

SHOWN = [
    # number in the README, scenario, workload, symptom, a field that the cause must name
    (1, "rollout", "web", "errors", "lifecycle"),
    (1, "node-drain", "web", "errors", "lifecycle"),
    (2, "config-change", "web", "stale-config", "volumeMounts|annotations|volumes"),
    (3, "rollout", "api", "outage|errors", "readinessProbe"),
    (3, "node-drain", "api", "outage|errors", "readinessProbe"),
    (4, "node-drain", "cart", "outage", "replicas"),
    (4, "node-crash", "cart", "outage", "replicas"),
    (5, "node-drain", "checkout", "stuck", "minAvailable|replicas"),
    (6, "node-crash", "catalog", "outage", "podAffinity"),
    (6, "node-drain", "catalog", "stuck|pending|outage", "podAffinity"),
    (7, "rollout", "payments", "stuck", "podAntiAffinity|maxUnavailable"),
    (8, "config-change", "checkout", "stale-config", "envFrom|annotations"),
    (9, "settle", "worker", "restart-loop", "livenessProbe|startupProbe"),
    (10, "settle", "notifications", "stuck|pending", "env"),
    (11, "settle", "migrate-5-3-0", "pending", "resources"),
    (13, "settle", "notifications", "outage", "port"),
]

CHECKED = [
    # number in the README, kind, name, a field that the finding is about
    (12, "StatefulSet", "cache", "serviceName"),
    (14, "Deployment", "api", r"containers\[1\].resources"),
    (15, "DaemonSet", "log-agent", "image"),
    (15, "DaemonSet", "log-agent", "resources"),
    (16, "CronJob", "nightly-report", "concurrencyPolicy|startingDeadlineSeconds|spec"),
]


@dataclass(frozen=True)
class Run:
    """One trial in a process of its own: what it printed, and its HTML report."""

    printed: str
    report: bytes


@cache
def run(example: str, output: str, hash_seed: str) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.html")
        command = [str(SEATRIAL), "trial", f"examples/{example}", "-o", output, "--report", str(report)]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "COLUMNS": readme_output.WIDTH}
        finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert finished.returncode in (0, 1), finished.stderr
        return Run(finished.stdout, report.read_bytes())


@cache
def outcome(example: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(example, "json", "1").printed)
    return found


def findings(**wanted: str) -> list[dict[str, Any]]:
    """Findings on the shop whose fields match: `scenario`, `symptom`, `kind`, `name`."""
    return [
        finding
        for finding in outcome("shop")["findings"]
        if all(re.fullmatch(value, _field(finding, key) or "") for key, value in wanted.items())
    ]


def _field(finding: dict[str, Any], key: str) -> str | None:
    value = finding["resource"][key] if key in ("kind", "name") else finding.get(key)
    return None if value is None else str(value)


def paths(finding: dict[str, Any]) -> list[str]:
    causes = [cause["path"] for cause in finding.get("cause") or ()]
    patches = [str(patch) for patch in (finding.get("fix") or {}).get("patches") or ()]
    return [finding["location"]["path"], *causes, *patches]


@pytest.mark.parametrize(("number", "scenario", "name", "symptom", "cause"), SHOWN)
def test_a_flaw_is_shown_by_its_scenario(number: int, scenario: str, name: str, symptom: str, cause: str) -> None:
    found = findings(scenario=scenario, name=name, symptom=symptom)
    assert found
    assert any(re.search(cause, path) for finding in found for path in paths(finding))


@pytest.mark.parametrize(("number", "kind", "name", "field"), CHECKED)
def test_a_flaw_that_no_scenario_shows_is_found_by_a_rule(number: int, kind: str, name: str, field: str) -> None:
    found = [f for f in findings(kind=kind, name=name) if not f.get("scenario")]
    assert any(re.search(field, finding["location"]["path"]) for finding in found)


def test_each_flaw_of_the_readme_is_tested() -> None:
    readme = (ROOT / "examples/shop/README.md").read_text("utf-8")
    numbers = {int(number) for number in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    assert numbers == {row[0] for row in SHOWN} | {row[0] for row in CHECKED}


def test_every_cure_that_is_offered_was_tried_or_says_that_it_was_not() -> None:
    offered = [f["fix"] for f in outcome("shop")["findings"] if f.get("scenario") and f.get("fix")]
    assert offered
    assert all(fix["verified"] in (True, False, None) for fix in offered)
    assert sum(fix["verified"] is True for fix in offered) >= len(offered) / 2


def test_the_shop_fails_and_the_shop_done_right_passes() -> None:
    assert outcome("shop")["verdict"] == "fail"
    above_note = [f for f in outcome("shop-fixed")["findings"] if f["severity"] != "note"]
    assert [(f["rule"], f["message"]) for f in above_note] == []
    assert outcome("shop-fixed")["verdict"] == "pass"


def test_files_that_are_not_kubernetes_are_told_apart() -> None:
    assert outcome("shop")["inputs"]["skipped"] == 1


def test_equal_seeds_give_equal_runs_to_the_byte() -> None:
    assert run("shop-fixed", "json", "1") == run("shop-fixed", "json", "2")
    assert run("shop", "json", "1").report == run("shop", "text", "2").report


def test_the_output_in_the_readme_is_todays() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown, _, _ = run("shop", "text", "2").printed.partition("      report: ")
    assert readme_output.with_output(readme, shown) == readme, "run tools/readme_output.py"
