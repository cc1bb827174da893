"""Suggested changes as diffs of the user's own file, and JSON Patch on objects."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.manifests import documents, editing, sources, writing
from seatrial.manifests.json_patch import PatchError, apply_operations
from seatrial.manifests.resources import Resource


@dataclass(frozen=True)
class Change:
    operations: Sequence[Mapping[str, Any]] = ()
    create: Mapping[str, Any] | None = None


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


def resources_of(text: str) -> list[Resource]:
    found, problems = documents.read(text.encode(), "k8s/f.yaml")
    assert not problems
    return [resource for document in found for resource in sources.expanded(document)]


FILE = """\
# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # the name
  labels: {app: web}

# the spec
spec:
  replicas: 1  # one

  # selects
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels:
        app: web
    spec:
      volumes: []
      containers:
        - name: a
          image: b
          env:
            - name: X
              value: "1"
          # trailing

        # second
        - name: c
          image: d
          resources: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  text: |
    line
"""
CONTAINERS = "/spec/template/spec/containers"


@pytest.mark.parametrize(
    ("operation", "removed", "added"),
    [
        (replace("/spec/replicas", 2), ["  replicas: 1  # one"], ["  replicas: 2  # one"]),
        (add("/spec/minReadySeconds", 5), [], ["  minReadySeconds: 5"]),
        (add("/metadata/labels/on", "yes"), ["  labels: {app: web}"], ['  labels: {app: web, "on": "yes"}']),
        (add("/metadata/annotations", {"a/b": "1"}), [], ["  annotations:", '    a/b: "1"']),
        (replace(f"{CONTAINERS}/0/image", "b:1.2"), ["          image: b"], ["          image: b:1.2"]),
        (
            add(f"{CONTAINERS}/1/resources/limits", {"cpu": "1"}),
            ["          resources: {}"],
            ["          resources:", "            limits:", '              cpu: "1"'],
        ),
        (add(f"{CONTAINERS}/0/env/-", {"name": "Y1"}), [], ["            - name: Y1"]),
        (add(f"{CONTAINERS}/0/env/0", {"name": "Y1"}), [], ["            - name: Y1"]),
        (
            add("/spec/template/spec/volumes/-", {"name": "v", "emptyDir": {}}),
            ["      volumes: []"],
            ["      volumes:", "        - name: v", "          emptyDir: {}"],
        ),
        (
            remove(f"{CONTAINERS}/0/name"),
            ["        - name: a", "          image: b"],
            ["        - image: b"],
        ),
        (
            remove(f"{CONTAINERS}/0/env/0"),
            ["          env:", "            - name: X", '              value: "1"'],
            ["          env: []"],
        ),
        (remove(f"{CONTAINERS}/1"), ["        - name: c", "          image: d", "          resources: {}"], []),
        (
            remove("/spec/selector/matchLabels/app"),
            ["  selector: {matchLabels: {app: web}}"],
            ["  selector: {matchLabels: {}}"],
        ),
        (add("/spec/template/spec/hostNetwork", True), [], ["      hostNetwork: true"]),
    ],
    ids=str,
)  # fmt: skip
def test_only_the_lines_that_it_is_about_change(
    operation: dict[str, Any], removed: list[str], added: list[str]
) -> None:
    resource = resources_of(FILE)[0]
    diff = editing.diff_of({"k8s/f.yaml": FILE}, resource, Change([operation])).splitlines()
    assert diff[:2] == ["--- a/k8s/f.yaml", "+++ b/k8s/f.yaml"]
    assert [line[1:] for line in diff[2:] if line.startswith("-")] == removed
    assert [line[1:] for line in diff[2:] if line.startswith("+")] == added


def test_hunks_carry_the_lines_of_the_file() -> None:
    resource = resources_of(FILE)[1]
    diff = editing.diff_of({"k8s/f.yaml": FILE}, resource, Change([replace("/data/text", "other\n")]))
    assert "@@ -35,4 +35,4 @@" in diff
    assert "-    line\n+    other\n" in diff


def test_a_new_object_becomes_a_document_at_the_end() -> None:
    created = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}}
    change = Change([add("/spec/paused", True)], created)
    text = editing.edited(FILE, resources_of(FILE)[0], change)
    assert [resource.kind for resource in resources_of(text)] == ["Deployment", "ConfigMap", "PodDisruptionBudget"]
    assert text.endswith("---\n" + writing.as_yaml(created))
    assert resources_of(text)[0].object == apply_operations(resources_of(FILE)[0].object, change.operations)


def test_what_an_anchor_brings_is_changed_here_only() -> None:
    text = "apiVersion: v1\nkind: A\none: &x\n  a: 1\ntwo: *x\n"
    after = editing.edited(text, resources_of(text)[0], Change([replace("/two/a", 2)]))
    assert resources_of(after)[0].object == {"apiVersion": "v1", "kind": "A", "one": {"a": 1}, "two": {"a": 2}}


def test_json_stays_json() -> None:
    text = '{\n  "apiVersion": "v1",\n  "kind": "A",\n  "spec": {\n    "x": [1]\n  }\n}\n'
    after = editing.edited(text, resources_of(text)[0], Change([add("/spec/y", {"z": "on"}), add("/spec/x/-", 2)]))
    assert after == text.replace("[1]", '[1, 2],\n    "y": {"z": "on"}')


def test_items_of_a_list_are_edited_in_their_place() -> None:
    text = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata:\n    name: a\n- metadata:\n    name: b\n"
    after = editing.edited(text, resources_of(text)[1], Change([add("/metadata/labels", {"x": "z"})]))
    assert after == text + "    labels:\n      x: z\n"


def test_no_text_no_diff() -> None:
    assert editing.diff_of({}, resources_of(FILE)[0], Change([add("/a", 1)])) == ""


KEYS = st.sampled_from(["a", "b", "c.d/e", "on", "1", "x y"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab: #'\"\n-\té", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def objects_and_operations(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    spec = draw(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
    steps: list[str | int] = ["spec"]
    here: Any = spec
    while here and isinstance(here, dict | list) and draw(st.booleans()):
        children: dict[Any, Any] = here if isinstance(here, dict) else dict(enumerate(here))
        steps.append(draw(st.sampled_from(list(children))))
        here = children[steps[-1]]
    kind = draw(st.sampled_from(["add", "replace", "remove"]))
    operation: dict[str, Any] = {"op": kind}
    if kind == "add" and isinstance(here, dict):
        steps.append(draw(KEYS))
    elif kind == "add" and isinstance(here, list):
        steps.append("-")
    if kind != "remove":
        operation["value"] = draw(VALUES)
    operation["path"] = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return {"apiVersion": "v1", "kind": "A", "spec": spec}, operation


def written(value: dict[str, Any], style: str) -> str:
    """The object in a file, in one of the styles that people write."""
    if style == "json":
        return writing.as_json([value])[1:-2]
    if style == "flow":
        return f"apiVersion: v1\nkind: A\nspec: {writing.as_json([value['spec']])[1:-2].strip()}\n"
    text = writing.as_yaml(value, indent_lists=style == "indented")
    return f"# head\n{text}# tail\n---\n{{apiVersion: v1, kind: B}}\n"


@settings(max_examples=250)
@given(objects_and_operations(), st.sampled_from(["block", "indented", "flow", "json"]))
def test_the_edited_text_means_the_patched_object(case: tuple[dict[str, Any], dict[str, Any]], style: str) -> None:
    value, operation = case
    text = written(value, style)
    resource = resources_of(text)[0]
    after = resources_of(editing.edited(text, resource, Change([operation])))
    assert after[0].object == apply_operations(resource.object, [operation])
    assert [other.kind for other in after[1:]] == [other.kind for other in resources_of(text)[1:]]


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([add("/b", 1)], {"a": [1, {"x": 2}], "b": 1}),
        ([add("/a/0", 0)], {"a": [0, 1, {"x": 2}]}),
        ([add("/a/-", 3)], {"a": [1, {"x": 2}, 3]}),
        ([replace("/a/1/x", 3)], {"a": [1, {"x": 3}]}),
        ([remove("/a/0")], {"a": [{"x": 2}]}),
        ([remove("/a")], {}),
        ([add("/c~1d~0e", 1)], {"a": [1, {"x": 2}], "c/d~e": 1}),
        ([{"op": "test", "path": "/a/0", "value": 1}, replace("/a", [])], {"a": []}),
        ([replace("", {"z": 1})], {"z": 1}),
    ],
)
def test_operations(operations: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    before = {"a": [1, {"x": 2}]}
    kept = copy.deepcopy(before)
    assert apply_operations(before, operations) == expected
    assert before == kept


@pytest.mark.parametrize(
    "operation",
    [
        replace("/b", 1), remove("/b"), add("/b/c", 1), add("/a/9", 1), replace("/a/-", 1), remove("/a/x"),
        add("/a/0/y", 1),
        {"op": "test", "path": "/a/0", "value": 2}, {"op": "move", "path": "/a", "from": "/b"},
    ],
)  # fmt: skip
def test_operations_that_do_not_fit(operation: dict[str, Any]) -> None:
    with pytest.raises(PatchError, match="/"):
        apply_operations({"a": [1]}, [operation])
