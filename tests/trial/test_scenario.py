"""Scenario documents: what is accepted, and which field is named where one is not."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.trial import scenario
from seatrial.trial.scenario import ScenarioError


def document(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "seatrial.dev/v1alpha1",
        "kind": "Scenario",
        "metadata": {"name": "mine"},
        "spec": {"steps": [{"at": 5, "drain": {}}], **spec},
    }


@pytest.mark.parametrize("name", scenario.BUILT_IN)
def test_every_scenario_that_ships_can_be_read(name: str) -> None:
    found = scenario.built_in(name)
    assert found.name == name
    assert found.steps


def test_an_unknown_name_is_no_scenario() -> None:
    with pytest.raises(KeyError):
        scenario.built_in("mutiny")


def test_what_is_not_said_has_a_default() -> None:
    found = scenario.parse(document())
    assert (found.title, found.planned, found.for_each) == ("mine", True, "")
    assert (found.quiet, found.limit) == (scenario.QUIET, scenario.LIMIT)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"steps": []}, "spec.steps"),
        ({"steps": [{"at": -1, "drain": {}}]}, "spec.steps[0].at"),
        ({"steps": [{"at": True, "drain": {}}]}, "spec.steps[0].at"),
        ({"steps": ["drain"]}, "spec.steps[0]"),
        ({"steps": [{"sink": {}}]}, "spec.steps[0]"),
        ({"steps": [{"drain": {}, "crash": {}}]}, "spec.steps[0]"),
        ({"steps": [{"drain": [1]}]}, "spec.steps[0].drain"),
        ({"steps": [{"drain": {"patience": 1}}]}, "spec.steps[0].drain.patience"),
        ({"steps": [{"drain": {"timeoutSeconds": "long"}}]}, "spec.steps[0].drain.timeoutSeconds"),
        ({"forEach": "pod"}, "spec.forEach"),
        ({"planned": "yes"}, "spec.planned"),
        ({"limitSeconds": True}, "spec.limitSeconds"),
        ({"colour": "blue"}, "spec.colour"),
    ],
)
def test_the_wrong_field_is_named(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        scenario.parse(document(**changed))
    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("whole", "path"),
    [
        (None, "apiVersion"),
        ({"apiVersion": "v1"}, "apiVersion"),
        ({**document(), "kind": "Play"}, "kind"),
        ({**document(), "metadata": {}}, "metadata.name"),
        ({**document(), "spec": 3}, "spec"),
    ],
)
def test_what_is_no_scenario_is_refused(whole: Any, path: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        scenario.parse(whole)
    assert refusal.value.path == path


def test_a_document_of_a_scenario_reads_back_as_the_same() -> None:
    for name in scenario.BUILT_IN:
        assert scenario.parse(scenario.document_of(scenario.built_in(name))) == scenario.built_in(name)
