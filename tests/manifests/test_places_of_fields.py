"""Every field has a line and a column: paths, positions and `Inventory.locate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import field_paths, positions, sources, writing, yaml_reader
from seatrial.manifests.inventory import Inventory

MANIFEST = """\
# head
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    example.com/x: "1"
    "quoted key": a
  labels: &labels {app: web, app.kubernetes.io/name: web}
spec:
  template:
    metadata:
      labels:
        <<: *labels
    spec:
      containers:
        - name: a
          image: b
        -
          name: c
---
apiVersion: v1
kind: List
items:
- kind: ConfigMap
  apiVersion: v1
  metadata: {name: first}
- kind: ConfigMapList
  apiVersion: v1
  items:
  - metadata: {name: second}
    data: {app.properties: "1"}
---
{"apiVersion": "v1",
 "kind": "Service", "metadata": {"name": "s"}}
"""


def inventory_of(text: str, tmp_path: Path) -> Inventory:
    file = tmp_path / "f.yaml"
    file.write_text(text)
    return sources.read([str(file)]).inventory


@pytest.mark.parametrize(
    ("resource", "path", "line", "column"),
    [
        (0, "", 2, 1),
        (0, "kind", 3, 1),
        (0, "spec.template.spec.containers[0].image", 18, 11),
        (0, "spec.template.spec.containers[0]", 17, 11),
        (0, "spec.template.spec.containers[1].name", 20, 11),
        (0, "metadata.annotations[example.com/x]", 7, 5),
        (0, 'metadata.annotations["example.com/x"]', 7, 5),
        (0, "metadata.annotations.example.com/x", 7, 5),
        (0, "metadata.annotations[quoted key]", 8, 5),
        (0, "metadata.labels[app]", 9, 20),
        (0, "spec.template.metadata.labels[app.kubernetes.io/name]", 9, 30),
        (0, "spec.template.spec.containers[0].resources.limits", 17, 11),
        (0, "spec.template.spec.containers[7]", 16, 7),
        (0, "spec.replicas", 10, 1),
        (0, "status", 2, 1),
        (1, "", 25, 3),
        (1, "metadata.name", 27, 14),
        (2, "data[app.properties]", 32, 12),
        (3, "kind", 35, 2),
        (3, "metadata.name", 35, 34),
    ],
)
def test_locate(resource: int, path: str, line: int, column: int, tmp_path: Path) -> None:
    inventory = inventory_of(MANIFEST, tmp_path)
    place = inventory.locate(inventory.resources[resource], path)
    assert (place.line, place.column) == (line, column)
    assert place.file.endswith("f.yaml")


def test_places_of_json_objects_on_one_line(tmp_path: Path) -> None:
    text = '{"apiVersion": "v1", "kind": "Service"} {"apiVersion": "v1", "kind": "Pod"}'
    inventory = inventory_of(text, tmp_path)
    place = inventory.locate(inventory.resources[1], "kind")
    assert (place.line, place.column) == (1, text.rindex('"kind"') + 1)


def test_a_text_that_nobody_can_read_has_its_beginning() -> None:
    assert positions.tree_of("a: *b\n").at == (1, 1)
    assert positions.tree_of("a: [\n").at == (1, 1)


def test_json_is_the_same_for_readers_of_yaml() -> None:
    value = {"a": "\x85\u2028\u2029\ufeff\x7f é"}
    text = writing.as_json([value])
    assert yaml_reader.read(text) == [value]
    assert json.loads(text) == [value]


def test_a_resource_of_nowhere_keeps_its_place(tmp_path: Path) -> None:
    resource = inventory_of(MANIFEST, tmp_path).resources[0]
    assert Inventory([resource]).locate(resource, "spec") == resource.place


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ("metadata.labels[a.b/c]", ("metadata", "labels", "a.b/c")),
        ("metadata.labels[a.b/c].x", ("metadata", "labels", "a.b/c", "x")),
        ('data["a[0].b"]', ("data", "a[0].b")),
        ("data[a]b]", ("data", "a]b")),
        ("[0][1]", (0, 1)),
        ("", ()),
    ],
)
def test_paths_are_parsed(path: str, steps: tuple[str | int, ...]) -> None:
    assert field_paths.parse(path) == steps


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,5}", fullmatch=True)
KEYS = NAMES | st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3}){0,2}/[a-z.]{1,5}[a-z]", fullmatch=True)


@given(st.lists(KEYS | st.integers(0, 99), max_size=6))
def test_joining_and_parsing_are_inverse(steps: list[str | int]) -> None:
    assert field_paths.parse(field_paths.join(steps)) == tuple(steps)


@given(st.lists(st.text(max_size=5).filter(lambda text: not text.isdecimal()) | st.integers(0, 99), max_size=5))
def test_pointers_and_steps_are_inverse(steps: list[str | int]) -> None:
    assert field_paths.pointer_steps(field_paths.pointer_of(steps)) == tuple(steps)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab: #'\"\n-é\U0001f600", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.booleans())
def test_each_field_of_any_document_is_found_where_it_stands(value: dict[str, Any], indent_lists: bool) -> None:
    text = "# é\n" + writing.as_yaml(value, indent_lists=indent_lists)
    root, lines = positions.tree_of(text), text.split("\n")
    for steps in _paths(value):
        found = positions.find(root, field_paths.parse(field_paths.join(steps)))
        assert found.exact
        if isinstance(steps[-1], str):
            rest = lines[found.at.line - 1][found.at.column - 1 :]
            assert rest.lstrip("\"'? ").startswith(steps[-1])


def _paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    found = [(*above, step) for step, _ in children]
    for step, child in children:
        found += _paths(child, (*above, step))
    return found
