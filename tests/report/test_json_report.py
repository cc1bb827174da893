"""`-o json` has one published shape; two equal outcomes give the same bytes."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from seatrial.findings.outcome import Outcome
from seatrial.manifests.counts import Counts
from seatrial.report import json_report

from . import shop

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "outcome-v1.json"


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(json_report.dumps(shop.outcome()))
    return parsed


@pytest.mark.parametrize("outcome", [shop.outcome(), Outcome(inputs=Counts(), verdict="pass")], ids=["shop", "empty"])
def test_outcomes_have_the_published_shape(schema: jsonschema_rs.Draft202012Validator, outcome: Outcome) -> None:
    found = [f"{error.instance_path}: {error.message}" for error in schema.iter_errors(json_report.document(outcome))]
    assert found == []


@pytest.mark.parametrize(
    "change",
    [{"verdict": "maybe"}, {"schemaVersion": 2}, {"findings": [{"rule": "only"}]}, {"workloads": None}],
    ids=str,
)
def test_another_shape_is_refused(
    schema: jsonschema_rs.Draft202012Validator, document: dict[str, Any], change: dict[str, Any]
) -> None:
    assert not schema.is_valid({**document, **change})


def test_the_schema_ships_with_the_package() -> None:
    shipped = resources.files("seatrial.report") / "schema" / "outcome-v1.json"
    assert shipped.read_text(encoding="utf-8") == PUBLISHED.read_text(encoding="utf-8")


def test_a_finding_is_told_in_full(document: dict[str, Any]) -> None:
    found = next(f for f in document["findings"] if f["scenario"] == "node-drain" and f["symptom"] == "outage")
    assert found["resource"] == {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "cart"}
    assert found["location"] == {"file": "k8s/cart.yaml", "line": 7, "column": 3, "path": "spec.replicas"}
    assert found["cause"][0]["path"] == "spec.replicas"
    assert found["fix"]["verified"] is True
    assert found["fix"]["patches"][0]["operations"] == [{"op": "replace", "path": "/spec/replicas", "value": 2}]
    assert found["evidence"]["failedRequests"] == 820


def test_what_no_trial_showed_has_neither_scenario_nor_symptom(document: dict[str, Any]) -> None:
    found = next(f for f in document["findings"] if f["rule"] == "image-tag")
    assert (found["scenario"], found["symptom"], found["covers"]) == (None, None, ["9", "N7"])


def test_equal_outcomes_give_equal_bytes_that_end_with_a_newline() -> None:
    assert json_report.dumps(shop.outcome()) == json_report.dumps(shop.outcome())
    assert json_report.dumps(shop.outcome()).endswith("}\n")
