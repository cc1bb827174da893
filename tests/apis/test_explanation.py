"""Looking up what a field means."""

from __future__ import annotations

import pytest

from seatrial.apis import lifecycle
from seatrial.apis.explanation import SHORT_NAMES, UnknownName, explain
from tests.apis.samples import LATEST


@pytest.mark.parametrize("name", ["Deployment", "deployment", "deployments", "deploy"])
def test_kinds_as_kubectl_takes_them(name: str) -> None:
    found = explain(f"{name}.spec", LATEST)
    assert (found.api_version, found.kind, found.path, found.type) == (
        "apps/v1", "Deployment", "spec", "DeploymentSpec",
    )  # fmt: skip
    assert {field.name for field in found.fields if field.required} == {"selector", "template"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ingresses", "Ingress"), ("networkpolicies", "NetworkPolicy"), ("endpoints", "Endpoints"), ("po", "Pod")],
)
def test_plurals(name: str, kind: str) -> None:
    assert explain(name, LATEST).kind == kind


def test_lists_and_maps_are_stepped_into() -> None:
    image = explain("pod.spec.containers.image", LATEST)
    assert (image.type, image.fields) == ("string", ())
    assert "image name" in image.description
    assert explain("pod.spec.containers[0].ports", LATEST).type == "[]ContainerPort"
    assert explain("pod.spec.nodeSelector", LATEST).type == "map[string]string"
    assert explain("pod.spec.containers.resources.limits", LATEST).type == "map[string]Quantity"


@pytest.mark.parametrize(
    ("kind", "api_version"),
    [("hpa", "autoscaling/v2"), ("event", "v1"), ("resourceclaim", "resource.k8s.io/v1"), ("pod", "v1")],
)
def test_the_preferred_version_is_shown(kind: str, api_version: str) -> None:
    assert explain(kind, LATEST).api_version == api_version


def test_another_version_may_be_asked_for() -> None:
    assert "metrics" not in {field.name for field in explain("hpa.spec", LATEST, "autoscaling/v1").fields}
    with pytest.raises(UnknownName, match="not served as autoscaling"):
        explain("hpa.spec", LATEST, "autoscaling/v2beta2")
    assert explain("hpa.spec", (1, 25), "autoscaling/v2beta2").api_version == "autoscaling/v2beta2"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pod.spec.contaners", 'Pod.spec has no "contaners", did you mean "containers"?'),
        ("deploymnt", 'Kubernetes 1.37 has no "deploymnt", did you mean "Deployment"?'),
        ("pod.spec.hostname.x", 'Pod.spec.hostname has no "x"'),
        ("", 'Kubernetes 1.37 has no ""'),
    ],
)
def test_what_is_not_there(name: str, said: str) -> None:
    with pytest.raises(UnknownName) as caught:
        explain(name, LATEST)
    assert str(caught.value) == said


def test_short_names_are_of_kinds() -> None:
    assert set(SHORT_NAMES.values()) <= set(lifecycle.kinds(LATEST))


@pytest.mark.parametrize("kind", lifecycle.kinds(LATEST))
def test_every_kind_is_explained(kind: str) -> None:
    assert explain(kind, LATEST).fields


PORT = {"type": "object", "required": ["port"], "properties": {"port": {"x-kubernetes-int-or-string": True}}}
BOAT = {"type": "object", "properties": {"spec": {"type": "object", "properties": {
    "sails": {"type": "integer", "description": "How many."},
    "moorings": {"type": "array", "items": PORT},
}}}}  # fmt: skip
NAMES: dict[str, object] = {"kind": "Boat", "plural": "boats", "singular": "boat", "shortNames": ["bt"]}


def definition(**names: object) -> dict[str, object]:
    """A definition with an old version and one that is stored."""
    versions = [
        {"name": "v1beta1", "served": True, "storage": False, "schema": {"openAPIV3Schema": {"type": "object"}}},
        {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": BOAT}},
    ]
    given: dict[str, object] = {**NAMES, **names}
    return {"spec": {"group": "example.com", "names": given, "versions": versions}}


@pytest.mark.parametrize("name", ["Boat", "boats", "bt"])
def test_custom_kinds_by_their_definitions(name: str) -> None:
    found = explain(f"{name}.spec", LATEST, definitions=[definition()])
    assert (found.api_version, found.kind) == ("example.com/v1", "Boat")
    assert [(field.name, field.type) for field in found.fields] == [("moorings", "[]object"), ("sails", "integer")]
    (port,) = explain(f"{name}.spec.moorings", LATEST, definitions=[definition()]).fields
    assert (port.name, port.type, port.required) == ("port", "IntOrString", True)


def test_versions_of_custom_kinds() -> None:
    assert explain("boat", LATEST, "example.com/v1beta1", [definition()]).fields == ()
    with pytest.raises(UnknownName, match=r"not served as example\.com/v2; use example\.com/v1, "):
        explain("boat", LATEST, "example.com/v2", [definition()])


def test_built_in_kinds_go_before_custom_ones_of_their_name() -> None:
    service = definition(kind="Service", plural="services", singular="service")
    assert explain("service", LATEST, definitions=[service]).api_version == "v1"
    assert explain("service", LATEST, "example.com/v1", [service]).api_version == "example.com/v1"


def test_custom_kinds_are_suggested() -> None:
    with pytest.raises(UnknownName, match='has no "Boatt", did you mean "Boat"'):
        explain("Boatt", LATEST, definitions=[definition()])
