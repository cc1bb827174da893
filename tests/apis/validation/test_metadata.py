"""Object metadata and selectors: apimachinery's pkg/api/validation/objectmeta_test.go and friends, restated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import obj, paths, said, workload

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)


def config_map(**metadata: Any) -> dict[str, Any]:
    return obj("v1", "ConfigMap", metadata=metadata)


@pytest.mark.parametrize("name", ["a", "a.b", "a-b.c-d", "0", "a" * 253])
def test_names_that_are_subdomains(name: str) -> None:
    assert said(config_map(name=name)) == []


@pytest.mark.parametrize("name", ["Web", "my_web", "${NAME}", "{{ .Release.Name }}", "-a", "a-", "a..b", "a\n"])
def test_names_that_are_not(name: str) -> None:
    assert paths(config_map(name=name)) == ["metadata.name"]


def test_the_words_are_upstreams() -> None:
    assert said(config_map(name="Web")) == [f'metadata.name: Invalid value: "Web": {SUBDOMAIN}']
    assert said(config_map(name="a" * 254)) == [
        f'metadata.name: Invalid value: "{"a" * 254}": must be no more than 253 characters'
    ]


@pytest.mark.parametrize("metadata", [{}, {"name": ""}, {"name": None}])
def test_a_name_is_required(metadata: dict[str, Any]) -> None:
    expected = ["metadata.name: Required value: name or generateName is required"]
    assert said(config_map(**metadata)) == expected
    assert said({"apiVersion": "v1", "kind": "ConfigMap"}) == expected


@pytest.mark.parametrize(("prefix", "found"), [("web-", []), ("Web-", ["metadata.generateName"])])
def test_a_prefix_may_end_with_a_dash(prefix: str, found: list[str]) -> None:
    assert paths(config_map(generateName=prefix)) == found


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"app": "web", "example.com/app": "a.b_c-d", "empty": ""}, 0),
        ({"app": "blue whale"}, 1),
        ({"app": "blue-"}, 1),
        ({"app": "a" * 64}, 1),
        ({"a/b/c": "x"}, 1),
        ({"/a": "x"}, 1),
        ({"Example.com/a": "x"}, 1),
        ({"a" * 64: "x"}, 1),
    ],
)
def test_labels(labels: dict[str, str], found: int) -> None:
    assert paths(config_map(name="x", labels=labels)) == ["metadata.labels"] * found


def test_annotation_keys_may_be_in_upper_case() -> None:
    assert said(config_map(name="x", annotations={"Example.com/A": "any text"})) == []
    assert paths(config_map(name="x", annotations={"a b": ""})) == ["metadata.annotations"]


def test_annotations_have_a_size() -> None:
    assert said(config_map(name="x", annotations={"a": "x" * 262144})) == [
        "metadata.annotations: Too long: may not be more than 262144 bytes"
    ]


@pytest.mark.parametrize(
    ("finalizers", "found"),
    [
        (["kubernetes", "orphan"], []),
        (["example.com/x"], []),
        (["finalizers.example.com"], ["metadata.finalizers[0]"]),
        (["orphan", "foregroundDeletion"], ["metadata.finalizers"]),
    ],
)
def test_finalizers(finalizers: list[str], found: list[str]) -> None:
    assert paths(config_map(name="x", finalizers=finalizers)) == found


def test_an_owner_is_named_in_full() -> None:
    assert paths(config_map(name="x", ownerReferences=[{"kind": "Pod", "name": "p"}])) == [
        "metadata.ownerReferences.apiVersion",
        "metadata.ownerReferences.uid",
    ]


def test_an_event_owns_nothing_and_one_owner_controls() -> None:
    owner = {"apiVersion": "v1", "name": "p", "uid": "u"}
    assert paths(config_map(name="x", ownerReferences=[{**owner, "kind": "Event"}])) == ["metadata.ownerReferences"]
    both = [{**owner, "kind": "Pod", "controller": True}, {**owner, "kind": "Node", "controller": True}]
    assert said(config_map(name="x", ownerReferences=both)) == [
        "metadata.ownerReferences: Invalid value: "
        '[{"apiVersion":"v1","controller":true,"kind":"Pod","name":"p","uid":"u"},'
        '{"apiVersion":"v1","controller":true,"kind":"Node","name":"p","uid":"u"}]: '
        'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Node/p'
    ]


def test_the_namespace_is_a_label() -> None:
    assert paths(config_map(name="x", namespace="a.b")) == ["metadata.namespace"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ({"key": "app", "operator": "In", "values": ["a"]}, []),
        ({"key": "app", "operator": "Exists"}, []),
        ({"key": "app", "operator": "In"}, ["values"]),
        ({"key": "app", "operator": "Exists", "values": ["a"]}, ["values"]),
        ({"key": "app", "operator": "in", "values": ["a"]}, ["operator"]),
        ({"key": "a b", "operator": "Exists"}, ["key"]),
        ({"key": "app", "operator": "In", "values": ["a", "b c"]}, ["values[1]"]),
    ],
)
def test_selector_expressions(expression: dict[str, Any], found: list[str]) -> None:
    spec = {"minAvailable": 1, "selector": {"matchExpressions": [expression]}}
    budget = obj("policy/v1", "PodDisruptionBudget", spec=spec)
    assert paths(budget) == [f"spec.selector.matchExpressions[0].{field}" for field in found]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"matchLabels": {"app": "a"}}, []),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["b"]}]}, []),
        ({"matchLabels": {"app": "b"}}, ["spec.template.metadata.labels"]),
        ({}, ["spec.selector"]),
        (None, ["spec.selector", "spec.template.metadata.labels"]),
    ],
)
def test_the_selector_of_a_workload_fits_its_template(selector: Any, found: list[str]) -> None:
    assert paths(workload("Deployment", selector=selector)) == found


def test_what_does_not_fit_is_shown() -> None:
    assert said(workload("Deployment", selector={"matchLabels": {"app": "b"}})) == [
        'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'
    ]
