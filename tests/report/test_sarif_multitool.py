"""What we write is SARIF 2.1.0 to the tool of its makers, which knows the schema and the rules beyond it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.findings.finding import Location
from seatrial.manifests.places import Place
from seatrial.report import sarif

from . import shop


@pytest.mark.real
def test_the_multitool_finds_no_error(tmp_path: Path) -> None:
    program = shutil.which("sarif-multitool")
    assert program, "sarif-multitool is missing; sh tools/install-real.sh sarif-multitool"
    places = (
        Place("/k8s/a b.yaml", 7, 3),
        Place("-", 2),
        Place("a.yaml"),
        Place("prod/shop/Deployment/web", live=True),
    )
    found = [shop.finding("Deployment", "web", location=Location(place, "spec.replicas")) for place in places]
    outcome = shop.outcome()
    log, report = tmp_path / "log.sarif", tmp_path / "report.sarif"
    log.write_text(sarif.dumps(replace(outcome, findings=(*outcome.findings, *found))))
    subprocess.run([program, "validate", str(log), "--output", str(report)], check=True, capture_output=True)
    results = json.loads(report.read_text("utf-8-sig"))["runs"][0]["results"]
    assert [result["message"] for result in results if result.get("level") == "error"] == []
