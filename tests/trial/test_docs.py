"""The documents that the documentation shows are documents that seatrial takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from seatrial.manifests import yaml_reader
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial import profiles, scenario

DOCS = Path(__file__).parents[2] / "docs"


def shown(page: str) -> Any:
    (block,) = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    return yaml_reader.read(block)


def test_the_scenario_of_the_page_can_be_run() -> None:
    found = scenario.parse(shown("scenarios.md"))
    assert [step.action for step in found.steps] == ["rollout", "drain"]


def test_the_page_names_every_scenario_action_and_option() -> None:
    page = (DOCS / "scenarios.md").read_text("utf-8")
    words = [
        *scenario.BUILT_IN,
        *scenario.ACTIONS,
        *(option for options in scenario.ACTIONS.values() for option in options),
    ]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_the_profile_of_the_page_is_understood_and_every_key_is_on_it() -> None:
    page = (DOCS / "profiles.md").read_text("utf-8")
    found = profiles.read([Resource(Object(shown("profiles.md")), Place("profiles.md"))])
    keys = {key for profile in found.by_workload.values() for key in profile.stated}
    assert keys == {"startupSeconds", "rps", "requestSeconds", "handlesSigterm", "reloads", "runSeconds"}
    assert all(f"| `{key}` |" in page for key in keys)
    assert not found.not_modelled
