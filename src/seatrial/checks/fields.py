"""Which rules look at which field, and an example of it done right: both from the rules' own examples.

A field is named by kind and path without places in lists; what stands in a pod template belongs to the kind Pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import orjson

from seatrial.checks import judge, registry
from seatrial.checks.rule import Rule
from seatrial.manifests import documents, field_paths, writing
from seatrial.manifests.field_paths import Step
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import Object

FILE = "fields.json"
TOO_BROAD = frozenset({"", "metadata", "spec", "spec.containers", "metadata.labels", "metadata.annotations"})
"""Fields that nearly every rule looks at."""

FieldOf = tuple[str, str]
"""(kind, path)"""


def example_of(text: str) -> Inventory:
    """The inventory of a rule's example."""
    read, _ = documents.read(text.encode(), "example.yaml")
    found = [Resource(Object(document.value), document.place) for document in read if document.value]
    return Inventory(found, texts={"example.yaml": text})


def generated() -> str:
    """What stands in FILE: for each rule the fields that its findings about its example name, or its fixes change."""
    found = {rule.id: sorted(set(_fields_of(rule))) for rule in registry.rules().values()}
    return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n"


def rules_about(kind: str, path: str) -> list[str]:
    """Rules that look at a field, at one above it, or at one below; those of the field itself first."""
    asked = placed(kind, path)
    near = [(abs(_depth(field[1]) - _depth(asked[1])), rule)
            for rule, fields in _fields().items() for field in fields if _related(field, asked)]  # fmt: skip
    return list(dict.fromkeys(rule for _, rule in sorted(near)))


def example(kind: str, path: str) -> str:
    """The field in an example that is right, as YAML below the names of the fields above it; "" where none has it."""
    asked = placed(kind, path)
    rules = registry.rules()
    for rule in rules_about(kind, path):
        for resource in example_of(rules[rule].good):
            steps = field_paths.parse(asked[1])
            shown = _excerpt(_root(resource, asked[0]), steps)
            if shown is not None:
                return writing.as_yaml(shown)
    return ""


def placed(kind: str, path: str) -> FieldOf:
    """A field by the kind that it belongs to: `Deployment spec.template.spec.containers` is `Pod spec.containers`."""
    for template in ("spec.jobTemplate.spec.template.", "spec.template."):
        if path.startswith(template):
            return "Pod", path.removeprefix(template)
    if kind == "CronJob" and path.startswith("spec.jobTemplate."):
        return "Job", path.removeprefix("spec.jobTemplate.")
    return kind, path


def _fields_of(rule: Rule) -> Iterator[FieldOf]:
    inventory = example_of(rule.bad)
    for finding in judge(inventory, select=[rule.id]):
        if finding.rule != rule.id:
            continue
        named = [(finding.resource.kind, finding.location.path)]
        named += [(cause.resource.kind, cause.path) for cause in finding.cause]
        for patch in finding.fix.patches if finding.fix else ():
            for operation in patch.operations:
                steps = field_paths.pointer_steps(str(operation["path"]))
                named.append((patch.resource.kind, field_paths.join(steps)))
        for kind, path in named:
            bare = ".".join(step for step in field_paths.parse(path) if isinstance(step, str) and "/" not in step)
            field = placed(kind, bare)
            if field[1] not in TOO_BROAD:
                yield field


@cache
def _fields() -> Mapping[str, list[FieldOf]]:
    text = (resources.files("seatrial.checks") / "examples" / FILE).read_bytes()
    return {rule: [(kind, path) for kind, path in fields] for rule, fields in orjson.loads(text).items()}


def _depth(path: str) -> int:
    return path.count(".")


def _related(field: FieldOf, asked: FieldOf) -> bool:
    if field[0] != asked[0] or asked[1] in TOO_BROAD:
        return False
    return f"{field[1]}.".startswith(f"{asked[1]}.") or f"{asked[1]}.".startswith(f"{field[1]}.")


def _root(resource: Resource, kind: str) -> Any:
    """What paths of a kind start from: the object, or for Pod its pod template."""
    if resource.kind == kind:
        return resource.object
    template = pod_template(resource) if kind == "Pod" else None
    return {"spec": template.spec} if template else None


def _excerpt(value: Any, steps: tuple[Step, ...]) -> Any:
    """The value with nothing beside the path; of a list the first item that has it. None where it is not there."""
    if not steps:
        return value
    if isinstance(value, list):
        found = next((shown for item in value if (shown := _excerpt(item, steps)) is not None), None)
        return None if found is None else [found]
    if not isinstance(value, Mapping) or steps[0] not in value:
        return None
    below = _excerpt(value[steps[0]], steps[1:])
    return None if below is None else {steps[0]: below}
