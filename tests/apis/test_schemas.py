"""Schemas by version: what is served, and that nothing is left that cannot be compiled."""

from __future__ import annotations

import pytest

from seatrial.apis import defaults, lifecycle, schemas, validation
from seatrial.apis.violations import Version

VERSIONS = [(1, minor) for minor in range(schemas.FIRST[1], schemas.LAST[1] + 1)]


@pytest.mark.parametrize("text", ["1.34", "v1.34", "1.34.1", " 1.34 "])
def test_versions_are_read_as_people_write_them(text: str) -> None:
    assert schemas.parse_version(text) == (1, 34)


@pytest.mark.parametrize("text", ["", "34", "1.24", "1.99", "latest", "2.0"])
def test_versions_without_schemas_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"1\.25|1\.37"):
        schemas.parse_version(text)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_serves_the_common_kinds(version: Version) -> None:
    served = schemas.served(version)
    assert {("v1", "Pod"), ("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget")} <= set(served)


def test_every_kind_of_the_newest_version_compiles() -> None:
    for api_version, kind in schemas.served(schemas.LAST):
        assert schemas.of_kind(schemas.LAST, api_version, kind) is not None, kind


def test_kinds_that_nobody_serves() -> None:
    assert schemas.of_kind((1, 34), "v1", "Deployment") is None
    assert schemas.of_kind((1, 34), "policy/v1beta1", "PodDisruptionBudget") is None


def test_rules_and_defaults_are_of_kinds_that_are_served() -> None:
    known = {kind for version in VERSIONS for kind in schemas.served(version)}
    assert set(validation.RULES) <= known
    assert set(defaults.DEFAULTS) <= known


def test_the_rules_of_each_kind_are_there() -> None:
    assert all(callable(validation.rules_of(*kind)) for kind in validation.RULES)


@pytest.mark.parametrize(
    ("api_version", "kind", "version", "sentence"),
    [
        ("policy/v1beta1", "PodDisruptionBudget", (1, 34),
         "policy/v1beta1 PodDisruptionBudget: removed in 1.25, use policy/v1"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", (1, 25),
         "autoscaling/v2beta2 HorizontalPodAutoscaler: deprecated since 1.23, removed in 1.26, use autoscaling/v2"),
        ("v1", "Endpoints", (1, 34), "v1 Endpoints: deprecated since 1.33, use discovery.k8s.io/v1 EndpointSlice"),
    ],
)  # fmt: skip
def test_what_is_retired_is_named_with_its_replacement(
    api_version: str, kind: str, version: Version, sentence: str
) -> None:
    found = lifecycle.retirement(api_version, kind, version)
    assert found is not None
    assert found.sentence(api_version, kind, version) == sentence


def test_what_is_not_yet_retired_is_not_named() -> None:
    assert lifecycle.retirement("v1", "Endpoints", (1, 32)) is None
    assert lifecycle.retirement("apps/v1", "Deployment", (1, 37)) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_the_table_of_retirements_agrees_with_the_schemas(version: Version) -> None:
    for (api_version, kind), retirement in lifecycle.RETIRED.items():
        if lifecycle.is_removed(retirement, version):
            assert (api_version, kind) not in schemas.served(version)
        if retirement.replacement and version >= retirement.deprecated:
            assert not retirement.replacement or retirement.removed is not None
