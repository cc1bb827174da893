"""Custom resources on their way into the store: judged by the definitions that are there."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object

RULES = [{"rule": "self.size >= oldSelf.size", "message": "it may not shrink"}]
SPEC = {
    "type": "object",
    "properties": {"size": {"type": "integer"}, "colour": {"type": "string", "default": "red"}},
    "x-kubernetes-validations": RULES,
}
DEFINITION = Object(
    apiVersion="apiextensions.k8s.io/v1",
    kind="CustomResourceDefinition",
    metadata={"name": "things.example.com"},
    spec={
        "group": "example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"},
        "versions": [{"name": "v1", "served": True, "storage": True,
                      "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}}],
    },
)  # fmt: skip
KEY = ("Thing.example.com", "default", "a")


def thing(**spec: Any) -> Object:
    return Object(apiVersion="example.com/v1", kind="Thing", metadata={"name": "a", "namespace": "default"}, spec=spec)


def cluster() -> Cluster:
    made = Cluster()
    made.apply([DEFINITION])
    return made


def test_it_is_stored_with_defaults_and_without_what_nobody_knows() -> None:
    made = cluster()
    made.apply([thing(size=1, weight=2)])
    found = made.store.get(*KEY)
    assert found is not None
    assert found.spec == {"size": 1, "colour": "red"}


def test_what_its_schema_refuses_is_refused() -> None:
    with pytest.raises(errors.Invalid) as caught:
        cluster().api.create(thing(size="big"))
    assert caught.value.message.startswith('Thing.example.com "a" is invalid: spec.size: Invalid value: "string"')


def test_rules_compare_with_what_was_there() -> None:
    made = cluster()
    made.apply([thing(size=2), thing(size=3)])
    with pytest.raises(errors.Invalid, match="spec: Invalid value: it may not shrink"):
        made.api.update(thing(size=1))


def test_forks_know_the_same_definitions() -> None:
    fork = cluster().fork()
    fork.apply([thing(size=2)])
    with pytest.raises(errors.Invalid):
        fork.fork().api.update(thing(size=1))


def test_without_a_definition_everything_passes() -> None:
    made = Cluster()
    made.apply([thing(size="big")])
    assert made.store.get(*KEY) is not None
