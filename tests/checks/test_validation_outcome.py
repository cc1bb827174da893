"""Validation in shares: what comes out does not depend on how the files are dealt out."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from seatrial.checks import validation_outcome
from seatrial.checks.validation_outcome import Terms
from seatrial.manifests import sources
from seatrial.report import formats

SOUND = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
BROKEN = "a: [\n"
WORD = "just a word\n---\n" + SOUND
UNKNOWN = SOUND.replace("data", "date")
TWICE = SOUND + "data: {c: d}\n"
VALUES = "replicas: 3\n"
KUBECONFIG = "apiVersion: v1\nkind: Config\n"
UNDESCRIBED = "apiVersion: example.net/v1\nkind: Gadget\nmetadata: {name: g}\n"
WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: large}\n"
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
"""
TEXTS = [SOUND, WIDGET, BROKEN, WORD, UNKNOWN, TWICE, VALUES, KUBECONFIG, UNDESCRIBED, DEFINITION]


def validated(folder: Path, hands: int) -> tuple[str, list[str]]:
    plan = sources.plan([str(folder)], patches=True, hidden=True)
    terms = Terms("1.34")
    validation = validation_outcome.validate(plan, [str(folder)], terms, hands=hands)
    return formats.render("json", validation.outcome(terms)), [str(problem) for problem in validation.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, text in enumerate(TEXTS * 3):
        (tmp_path / f"{number:02}.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("share", "hands"), [(1, 1), (7, 1), (4, 2), (100, 2)])
def test_shares_and_hands_make_no_difference(
    folder: Path, monkeypatch: pytest.MonkeyPatch, share: int, hands: int
) -> None:
    at_once = validated(folder, 1)
    monkeypatch.setattr(validation_outcome, "SHARE", share)
    monkeypatch.setattr(validation_outcome, "MANY", 1)
    assert validated(folder, hands) == at_once


def test_files_alike_are_each_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = validated(folder, 1)
    monkeypatch.setattr(validation_outcome, "_REMEMBERED", 0)
    assert validated(folder, 1) == remembered


@pytest.mark.parametrize(
    "definition",
    [
        DEFINITION,
        DEFINITION.replace("kind: CustomResourceDefinition", r'kind: "CustomResource\u0044efinition"'),
        DEFINITION.replace("kind: CustomResourceDefinition", 'kind: "CustomResource\\\n  Definition"'),
        DEFINITION.replace("kind: C", "kind: !!binary Q3VzdG9tUmVzb3VyY2VEZWZpbml0aW9u #"),
        "apiVersion: v1\nkind: List\nitems:\n-\n" + indent(DEFINITION, "  "),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_definition_is_found_however_it_is_written(tmp_path: Path, definition: str, encoding: str) -> None:
    (tmp_path / "z.yaml").write_bytes(definition.encode(encoding))
    (tmp_path / "a.yaml").write_text(WIDGET)
    plan = sources.plan([str(tmp_path)])
    assert ("example.com/v1", "Widget") in validation_outcome.look_for_definitions(plan).custom
