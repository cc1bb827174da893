"""Which rules look at a field, and how it is written right: from the rules' own examples."""

from __future__ import annotations

from importlib import resources

import pytest

from seatrial.checks import fields
from seatrial.manifests import yaml_reader


def test_what_is_generated_is_that_of_the_rules() -> None:
    written = (resources.files("seatrial.checks") / "examples" / fields.FILE).read_text("utf-8")
    assert written == fields.generated(), "run: python -m seatrial.checks.pages docs/checks"


@pytest.mark.parametrize(
    ("kind", "path", "placed"),
    [
        ("Deployment", "spec.template.spec.containers.image", ("Pod", "spec.containers.image")),
        ("CronJob", "spec.jobTemplate.spec.template.spec.volumes", ("Pod", "spec.volumes")),
        ("CronJob", "spec.jobTemplate.spec.backoffLimit", ("Job", "spec.backoffLimit")),
        ("Deployment", "spec.replicas", ("Deployment", "spec.replicas")),
    ],
)
def test_what_is_in_a_template_belongs_to_the_pod(kind: str, path: str, placed: tuple[str, str]) -> None:
    assert fields.placed(kind, path) == placed


@pytest.mark.parametrize(
    ("kind", "path", "first"),
    [
        ("DaemonSet", "spec.template.spec.containers.livenessProbe", "liveness-before-startup"),
        ("Pod", "spec.containers.lifecycle.preStop.sleep", "pre-stop-longer-than-grace"),
        ("PodDisruptionBudget", "spec.minAvailable", "pdb-blocks-drain"),
    ],
)
def test_rules_about_a_field(kind: str, path: str, first: str) -> None:
    assert fields.rules_about(kind, path)[0] == first


@pytest.mark.parametrize("path", ["", "spec", "spec.template.spec.containers"])
def test_nobody_is_told_that_all_rules_look_at_everything(path: str) -> None:
    assert fields.rules_about("Deployment", path) == []


def test_an_example_shows_the_field_and_nothing_beside_it() -> None:
    shown = yaml_reader.read(fields.example("StatefulSet", "spec.template.spec.containers.readinessProbe.httpGet"))
    probe = shown["spec"]["containers"][0]["readinessProbe"]
    assert list(shown["spec"]) == ["containers"]
    assert list(probe) == ["httpGet"]
    assert fields.example("Deployment", "spec.no.such.field") == ""
