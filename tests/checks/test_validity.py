"""From violations to findings: rules, places, what is left out and what goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.checks import validity
from seatrial.checks.kind_filter import KindFilter
from seatrial.manifests import sources
from seatrial.manifests.sources import Reading

BROKEN_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      imagee: nginx:1.29
"""
SOUND = """\
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
"""
DEFINITION = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
"""
WIDGET = """\
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {sise: 1}
"""


def reading(tmp_path: Path, text: str) -> Reading:
    file = tmp_path / "manifests.yaml"
    file.write_text(text)
    return sources.read([str(file)])


def told(tmp_path: Path, text: str, version: str = "1.34") -> list[tuple[str, str, int, str]]:
    findings = validity.judge(reading(tmp_path, text).inventory, version)
    return [(f.rule, f.severity, f.location.place.line, f.location.path) for f in findings]


def test_findings_name_rule_line_and_field(tmp_path: Path) -> None:
    assert told(tmp_path, BROKEN_POD) == [
        ("schema", "error", 8, "spec.containers[0].imagee"),
        ("api-server", "error", 7, "spec.containers[0].image"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apiVersion: v1\nmetadata: {name: x}\n", [("schema", "kind")]),
        ("kind: ConfigMap\nmetadata: {name: x}\n", [("schema", "apiVersion")]),
        ("apiVersion: 1\nkind: Pod\n", [("schema", "apiVersion")]),
        ("apiVersion: v1\nkind: pod\nmetadata: {name: x}\n", [("api-version", "apiVersion")]),
        ("apiVersion: v1\nkind: Deployment\nmetadata: {name: x}\n", [("api-version", "apiVersion")]),
        ("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n",
         [("api-version", "apiVersion")]),
        ("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\n", []),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: text\n", [("schema", "metadata")]),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5, namespace: [a]}\n",
         [("schema", "metadata.name"), ("schema", "metadata.namespace")]),
    ],
)  # fmt: skip
def test_documents_that_are_hard_to_place(tmp_path: Path, text: str, found: list[tuple[str, str]]) -> None:
    assert [(rule, path) for rule, _, _, path in told(tmp_path, text)] == found


def test_a_misspelt_kind_is_guessed(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: x}\n"
    assert [f.message for f in validity.judge(reading(tmp_path, text).inventory, "1.34")] == [
        'no matches for kind "Deploymnet" in version "apps/v1", did you mean "Deployment"?'
    ]


def test_what_is_deprecated_is_a_warning(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: x}\n"
    assert told(tmp_path, text) == [("api-version", "warning", 1, "apiVersion")]


def test_definitions_among_the_manifests_judge_custom_resources(tmp_path: Path) -> None:
    assert told(tmp_path, WIDGET) == []
    assert [(rule, path) for rule, _, _, path in told(tmp_path, DEFINITION + WIDGET)] == [("schema", "spec.sise")]


def test_a_version_that_the_definition_does_not_have(tmp_path: Path) -> None:
    text = DEFINITION + WIDGET.replace("example.com/v1", "example.com/v2")
    assert [(rule, path) for rule, _, _, path in told(tmp_path, text)] == [("api-version", "apiVersion")]


def test_what_nobody_can_judge_is_counted(tmp_path: Path) -> None:
    kustomization = "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    judgement = validity.examine(reading(tmp_path, WIDGET + kustomization).inventory, "1.34")
    assert judgement.sentences() == [
        "1 example.com/v1 Widget: no schema for this custom resource; "
        "add its CustomResourceDefinition to the manifests",
        "1 kustomize.config.k8s.io/v1beta1 Kustomization: not a Kubernetes API kind, skipped",
    ]


@pytest.mark.parametrize(
    ("chosen", "messages"),
    [
        (KindFilter.of("Pod", ""), []),
        (KindFilter.of("v1/Pod, Secret", ""), []),
        (KindFilter.of("", "ConfigMap"), ["ConfigMap is not wanted here (--reject)"]),
    ],
)
def test_kinds_may_be_skipped_or_rejected(tmp_path: Path, chosen: KindFilter, messages: list[str]) -> None:
    text = SOUND if messages else BROKEN_POD
    assert [
        f.message for f in validity.examine(reading(tmp_path, text).inventory, "1.34", True, chosen).findings
    ] == messages


def test_a_missing_schema_can_be_an_error(tmp_path: Path) -> None:
    chosen = KindFilter.of("", "", ignore_missing_schemas=False)
    findings = validity.examine(reading(tmp_path, WIDGET).inventory, "1.34", True, chosen).findings
    assert [f.message for f in findings] == ["no schema for example.com/v1 Widget"]


def test_only_what_a_server_would_take_goes_on(tmp_path: Path) -> None:
    inventory = reading(tmp_path, BROKEN_POD + SOUND).inventory
    sound = validity.sound(inventory, validity.judge(inventory, "1.34"))
    assert [resource.name for resource in sound] == ["settings"]


def test_keys_that_stand_twice_are_named_with_their_line(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: b\n  a: c\n"
    found = list(validity.repeated_keys(reading(tmp_path, text).documents))
    assert [(f.rule, f.severity, f.location.place.line) for f in found] == [("repeated-key", "warning", 6)]
