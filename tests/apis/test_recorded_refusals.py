"""Against what the API server's own code (Kubernetes 1.34) was recorded to say of a corpus of public manifests.

The corpus is not part of this repository; without it beside the checkout the test says so and is skipped.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.checks import validity
from seatrial.findings.finding import Finding
from seatrial.manifests import sources

SHARED = Path(__file__).parents[3] / "shared"
RECORDED = SHARED / "golden" / "validate" / "apiserver-1.34.json.gz"
CASES = SHARED / "cases" / "manifests"
FLOORS = Path(__file__).parents[1] / "golden" / "floors.json"

needs_corpus = pytest.mark.skipif(not RECORDED.exists(), reason="the corpus is not beside this checkout (../shared)")
needs_cases = pytest.mark.skipif(not CASES.exists(), reason="the small cases are not beside this checkout (../shared)")


def refused(recorded: dict[str, Any]) -> bool:
    return any(recorded.get(part) for part in ("decode_error", "strict_errors", "invalid", "workload_invalid"))


def fields(recorded: dict[str, Any]) -> set[str]:
    return {found["field"] for part in ("invalid", "workload_invalid") for found in recorded.get(part) or ()}


@needs_corpus
def test_the_corpus_is_refused_as_recorded() -> None:
    files = json.loads(gzip.decompress(RECORDED.read_bytes()))["files"]
    reading = sources.read([str(SHARED / "corpus")], patches=True, hidden=True)
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in validity.judge(reading.inventory, "1.34"):
        file = Path(finding.location.place.file).relative_to(SHARED / "corpus").as_posix()
        if finding.severity == "error":
            found.setdefault((file, finding.resource.kind, finding.resource.name), []).append(finding)
    right = 0
    for file, recorded in files.items():
        objects = [o for o in recorded.get("objects", []) if o.get("served", True) and o.get("checked", True)]
        twins = {(o.get("kind"), o.get("name")) for o in objects if refused(o)}
        for o in objects:
            said = found.get((file, o["kind"], o.get("name") or ""), [])
            if refused(o):
                right += bool(said) and (not fields(o) or bool(fields(o) & {f.location.path for f in said}))
            elif o.get("validated") == "object" and (o["kind"], o.get("name")) not in twins:
                right += not said
    assert right >= json.loads(FLOORS.read_text())["validate"]


def cases() -> list[Any]:
    if not CASES.exists():
        return []
    listed = json.loads((CASES / "expected.json").read_text())
    return [pytest.param(case, id=case["file"]) for case in listed if case["api_server"]]


BEYOND_THE_RECORDING = {"missing-path-type.yaml", "intorstring-max-unavailable-bare.yaml"}
"""Refused by rules of upstream's that the recording did not run (networking, strategies)."""


@needs_cases
@pytest.mark.parametrize("case", cases())
def test_small_cases_are_refused_as_recorded(case: dict[str, Any]) -> None:
    reading = sources.read([str(CASES / case["file"])])
    errors = [f for f in validity.judge(reading.inventory, "1.34") if f.severity == "error"]
    for o in case["api_server"]:
        if not o.get("served", True) or not o.get("checked", True) or "duplicate field" in str(o.get("strict_errors")):
            continue
        said = [
            f for f in errors if (f.resource.kind, f.resource.name) == (o["kind"], o.get("name") or f.resource.name)
        ]
        assert bool(said) == (refused(o) or case["file"] in BEYOND_THE_RECORDING)
        assert fields(o) <= {f.location.path for f in said}
