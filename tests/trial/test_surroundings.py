"""What a cluster has beside the manifests, and what is taken to exist."""

from __future__ import annotations

from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial import surroundings, unmodelled
from seatrial.trial.profiles import Profiles


def inventory(*objects: dict[str, Any]) -> Inventory:
    return Inventory([Resource(Object(obj), Place("x.yaml", 1)) for obj in objects])


def pod(name: str, **container: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "app", "image": "app:1", **container}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def config(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}


SECRET = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "token", "key": "value"}}}]}
CONFIG = {"envFrom": [{"configMapRef": {"name": "settings"}}]}


def test_every_namespace_is_there_with_its_service_account() -> None:
    made = surroundings.objects_around(inventory(pod("a")))
    assert ("ServiceAccount", "shop", "default") in {(o.kind, o.namespace, o.name) for o in made}


def test_what_the_manifests_bring_is_not_made_again() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    made = surroundings.objects_around(inventory(namespace, pod("a")))
    assert ("Namespace", "shop") not in {(o.kind, o.name) for o in made}


def test_a_secret_that_is_kept_elsewhere_is_taken_to_exist_with_its_keys() -> None:
    (made,), (said,) = surroundings.stand_ins(inventory(pod("a", **SECRET)))
    assert (made.kind, made.name, list(made["stringData"])) == ("Secret", "token", ["value"])
    assert said == "not among the manifests and taken to exist: Secret token"


def test_a_config_map_is_missing_where_its_namespace_has_others() -> None:
    assert [o.name for o in surroundings.stand_ins(inventory(pod("a", **CONFIG)))[0]] == ["settings"]
    assert surroundings.stand_ins(inventory(pod("a", **CONFIG), config("other")))[0] == []


def test_an_optional_reference_needs_nothing() -> None:
    optional = {"envFrom": [{"configMapRef": {"name": "settings", "optional": True}}]}
    assert surroundings.stand_ins(inventory(pod("a", **optional))) == ([], [])


def test_custom_resources_are_counted_by_kind() -> None:
    rollout = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "x"}}
    said = unmodelled.not_modelled(inventory(rollout, rollout, pod("a")), Profiles())
    assert said[0].startswith("2 custom resources")
    assert "2 Rollout.argoproj.io" in said[0]


def test_built_in_kinds_without_effect_are_named() -> None:
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "x"}}
    assert any("NetworkPolicies" in sentence for sentence in unmodelled.not_modelled(inventory(policy), Profiles()))


def test_what_is_assumed_of_applications_names_them() -> None:
    (said,) = unmodelled.assumed(inventory(pod("a"), pod("b")), Profiles())
    assert "a, b behave:" in said
