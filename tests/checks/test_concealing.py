"""Nothing secret leaves the files: excerpts and diffs show where a value stands, and not the value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.checks import check_outcome
from seatrial.manifests import sources
from seatrial.report import html, json_report

MANIFESTS = """\
apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"data":{"p":"aHVudGVyMQ=="}}'}
data: {p: aHVudGVyMQ==, q: "aHVudGVyMg=="}
stringData:
  long: |
    hunter3
      hunter4

    hunter5
  short: x1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  db-password: hunter6
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          env:
            - {name: API_TOKEN, value: hunter7}
            - {name: DATABASE_URL, value: "postgres://me:hunter8@db/x"}
            - {name: COLOUR, value: red}
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


@pytest.fixture
def printed(tmp_path: Path) -> str:
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    reading = sources.read([str(tmp_path)])
    outcome = check_outcome.of(reading, reading.counts, "1.34")
    assert outcome.sources, "there are findings, with excerpts"
    return html.render(outcome) + json_report.dumps(outcome) + json.dumps(outcome.sources, ensure_ascii=False)


@pytest.mark.parametrize("number", range(1, 9))
def test_no_value_of_a_secret_is_printed(printed: str, number: int) -> None:
    assert f"hunter{number}" not in printed


@pytest.mark.parametrize("encoded", ["aHVudGVyMQ", "aHVudGVyMg", "x1"])
def test_encoded_and_short_ones_neither(printed: str, encoded: str) -> None:
    assert encoded not in printed


def test_lines_stay_where_they_are_and_names_are_shown(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    reading = sources.read([str(tmp_path)])
    (text,) = check_outcome.of(reading, reading.counts, "1.34").sources.values()
    assert len(text.splitlines()) == len(MANIFESTS.splitlines())
    assert "  db-password: •••\n" in text
    assert "{name: API_TOKEN, value: •••}" in text
    assert "{name: COLOUR, value: red}" in text
    assert "data: {p: •••, q: •••}\n" in text


def test_diffs_show_neighbours_concealed(printed: str) -> None:
    assert "+          readinessProbe:" in printed
