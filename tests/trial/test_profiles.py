"""WorkloadProfiles documents: what they say, what is assumed, and what is wrong with some."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial import profiles
from seatrial.trial.profiles import ProfileError


def documents(*given: dict[str, Any]) -> list[Resource]:
    return [
        Resource(Object(apiVersion="seatrial.dev/v1alpha1", kind="WorkloadProfiles", profiles=p), Place("p.yaml", 1))
        for p in given
    ]


def test_what_a_document_says_holds_for_its_workload() -> None:
    facts = {"startupSeconds": 12, "rps": 80, "handlesSigterm": "drains", "reloads": {"config": True}}
    found = profiles.read(documents({"shop/Deployment/cart": facts})).of("Deployment", "shop", "cart")
    assert (found.startup_seconds, found.rps, found.sigterm) == (12.0, 80.0, "drains")
    assert found.reloads == {"config": True}
    assert found.stated == frozenset(facts)


def test_what_nobody_says_is_assumed() -> None:
    found = profiles.read([]).of("Deployment", "shop", "cart")
    assert (found.startup_seconds, found.rps, found.sigterm) == (None, None, profiles.SIGTERM)
    assert not found.stated


def test_keys_that_are_not_acted_on_yet_are_told() -> None:
    found = profiles.read(documents({"shop/Deployment/cart": {"memoryMi": 80}}))
    assert found.not_modelled == ("memory use (profile key memoryMi)",)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"cart": {}}, "profiles[cart]"),
        ({"shop/Deployment/cart": 7}, "profiles[shop/Deployment/cart]"),
        ({"shop/Deployment/cart": {"rps": -1}}, "profiles[shop/Deployment/cart].rps"),
        ({"shop/Deployment/cart": {"rps": True}}, "profiles[shop/Deployment/cart].rps"),
        ({"shop/Deployment/cart": {"handlesSigterm": "sometimes"}}, "profiles[shop/Deployment/cart].handlesSigterm"),
        ({"shop/Deployment/cart": {"reloads": {"config": "yes"}}}, "profiles[shop/Deployment/cart].reloads"),
        ({"shop/Deployment/cart": {"startupSecond": 3}}, "profiles[shop/Deployment/cart].startupSecond"),
    ],
)
def test_the_wrong_key_is_named(given: dict[str, Any], path: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        profiles.read(documents(given))
    assert refusal.value.path == path
