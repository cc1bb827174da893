"""The examples and small renderings beside the real programs that others use for the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import kubeconform

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
SEATRIAL = Path(sys.executable).with_name("seatrial")

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: terms}\ndata: {days: '3'}\n"
KUSTOMIZATION = "resources: [terms.yaml]\nnamespace: shop\nnamePrefix: new-\n"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
TEMPLATE = CONFIG_MAP.replace("'3'", "{{ .Values.days | quote }}").replace("terms", "{{ .Release.Name }}-terms")


def rendered(folder: Path) -> list[tuple[str, str, dict[str, str]]]:
    command = [str(SEATRIAL), "render", str(folder), "-o", "json"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        (obj["metadata"].get("namespace", ""), obj["metadata"]["name"], obj["data"])
        for obj in json.loads(finished.stdout)
    ]


def test_a_kustomization_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(CONFIG_MAP, "utf-8")
    (tmp_path / "kustomization.yaml").write_text(KUSTOMIZATION, "utf-8")
    assert rendered(tmp_path) == [("shop", "new-terms", {"days": "3"})]


def test_a_chart_is_rendered(tmp_path: Path) -> None:
    chart = tmp_path / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(CHART, "utf-8")
    (chart / "values.yaml").write_text("days: '5'\n", "utf-8")
    (chart / "templates/terms.yaml").write_text(TEMPLATE, "utf-8")
    assert rendered(chart) == [("", "shop-terms", {"days": "5"})]


@pytest.mark.parametrize("example", ["shop", "shop-fixed"])
def test_kubeconform_finds_nothing_in_the_examples(
    example: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kubeconform, "BUILD", tmp_path)
    command = kubeconform.command(ROOT / "examples" / example / "k8s", "-output", "json")
    summary = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)["summary"]
    assert (summary["invalid"], summary["errors"], summary["skipped"]) == (0, 0, 0)
    assert summary["valid"] > 30
