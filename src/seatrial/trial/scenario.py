"""Scenario documents: what is done to a settled cluster, and when.

    apiVersion: seatrial.dev/v1alpha1
    kind: Scenario
    metadata: {name: node-drain}
    spec:
      title: Every node is drained for maintenance, one after another
      planned: true
      steps:
        - at: 10
          drain: {timeoutSeconds: 180, pauseSeconds: 20}

Each step has a time (seconds) and one action; `seatrial.trial.actions` does what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources as package_files
from typing import Any, Literal

from seatrial.model.objects import Object
from seatrial.trial.profiles import API_VERSION

BUILT_IN = ("rollout", "node-drain", "node-crash", "config-change")
"""Scenarios that ship with seatrial, in the order in which they run."""

QUIET, LIMIT = 60.0, 1800.0
"""Seconds without change that end a scenario, and the most that one lasts, where it does not say so itself."""

ACTIONS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "rollout": {"workloads": (list,)},
    "drain": {"nodes": (list,), "timeoutSeconds": (int, float), "pauseSeconds": (int, float)},
    "crash": {"node": (str,)},
    "reclaim": {"nodes": (list,), "noticeSeconds": (int, float)},
    "loseZone": {"zone": (str,)},
    "changeConfig": {"names": (list,)},
}
"""Each action's options and their types."""

_FIELDS: Mapping[str, tuple[type, ...]] = {
    "title": (str,), "planned": (bool,), "forEach": (str,), "quietSeconds": (int, float), "limitSeconds": (int, float),
    "steps": (list,),
}  # fmt: skip


class ScenarioError(ValueError):
    """A Scenario document that cannot be run; `path` is the field."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """One action and when it begins, in seconds from the scenario's begin."""

    at: float
    action: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to a cluster.

    `planned` says that its users should notice nothing at all: it is routine work, not an accident. With `for_each`
    "node" it runs once for every node, each time on a fresh copy. It ends when nothing has changed for `quiet`
    seconds after the last step, at the latest after `limit` seconds.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    planned: bool = True
    for_each: Literal["", "node"] = ""
    quiet: float = QUIET
    limit: float = LIMIT


def built_in(name: str) -> Scenario:
    """One of the scenarios that ship with seatrial.

    Raises:
        KeyError: where there is none of that name.
    """
    from seatrial.manifests import yaml_reader

    if name not in BUILT_IN:
        raise KeyError(name)
    text = package_files.files("seatrial.trial").joinpath("scenarios", f"{name}.yaml").read_text("utf-8")
    return parse(yaml_reader.read(text))


def parse(document: Any) -> Scenario:
    """A Scenario from its document.

    Raises:
        ScenarioError: naming the field that is wrong.
    """
    if not isinstance(document, Mapping) or document.get("apiVersion") != API_VERSION:
        raise ScenarioError("apiVersion", f"must be {API_VERSION}")
    if document.get("kind") != "Scenario":
        raise ScenarioError("kind", "must be Scenario")
    name = (document.get("metadata") or {}).get("name")
    if not isinstance(name, str) or not name:
        raise ScenarioError("metadata.name", "is required")
    spec = document.get("spec")
    if not isinstance(spec, Mapping):
        raise ScenarioError("spec", "is required")
    _check(spec, _FIELDS, "spec")
    if spec.get("forEach", "node") != "node":
        raise ScenarioError("spec.forEach", "must be node")
    steps = tuple(_step(step, f"spec.steps[{i}]") for i, step in enumerate(spec.get("steps") or ()))
    if not steps:
        raise ScenarioError("spec.steps", "must hold at least one step")
    return Scenario(
        name=name,
        title=spec.get("title") or name,
        steps=steps,
        planned=spec.get("planned", True),
        for_each=spec.get("forEach", ""),
        quiet=float(spec.get("quietSeconds", QUIET)),
        limit=float(spec.get("limitSeconds", LIMIT)),
    )


def document_of(scenario: Scenario) -> Object:
    """The document that `parse` reads as this scenario."""
    spec: dict[str, Any] = {
        "title": scenario.title, "planned": scenario.planned,
        "quietSeconds": scenario.quiet, "limitSeconds": scenario.limit,
        "steps": [{"at": step.at, step.action: dict(step.options)} for step in scenario.steps],
    }  # fmt: skip
    if scenario.for_each:
        spec["forEach"] = scenario.for_each
    return Object(apiVersion=API_VERSION, kind="Scenario", metadata={"name": scenario.name}, spec=spec)


def _step(step: Any, path: str) -> Step:
    if not isinstance(step, Mapping):
        raise ScenarioError(path, "must be a mapping with `at` and one action")
    actions = [key for key in step if key != "at"]
    if len(actions) != 1 or actions[0] not in ACTIONS:
        raise ScenarioError(path, f"must hold exactly one action of {', '.join(ACTIONS)}")
    at = step.get("at", 0)
    if isinstance(at, bool) or not isinstance(at, int | float) or at < 0:
        raise ScenarioError(f"{path}.at", f"must be seconds of at least 0, not {at!r}")
    action = actions[0]
    options = step[action] or {}
    if not isinstance(options, Mapping):
        raise ScenarioError(f"{path}.{action}", "must be a mapping of options")
    _check(options, ACTIONS[action], f"{path}.{action}")
    return Step(float(at), action, dict(options))


def _check(given: Mapping[str, Any], known: Mapping[str, tuple[type, ...]], path: str) -> None:
    for key, value in given.items():
        if key not in known:
            raise ScenarioError(f"{path}.{key}", f"no such field; known are {', '.join(known)}")
        types = known[key]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ScenarioError(f"{path}.{key}", f"has the wrong type: {value!r}")
