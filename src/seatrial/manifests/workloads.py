"""The kinds that make pods, and where each keeps the template of its pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.manifests.resources import Resource
from seatrial.model.objects import dig

_TEMPLATE = ("spec", "template")
_TEMPLATES: dict[str, tuple[str, ...]] = {
    "Deployment": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}

WORKLOADS = tuple(_TEMPLATES)
"""Built-in kinds that make pods, `Pod` itself among them."""


@dataclass(frozen=True, slots=True)
class PodTemplate:
    """What a workload's pods look like. `path` is where `spec` stands, as in `spec.template.spec`."""

    spec: dict[str, Any]
    labels: dict[str, str]
    annotations: dict[str, str]
    path: str
    metadata_path: str


def pod_template(resource: Resource) -> PodTemplate | None:
    """The pod template of a workload, or None where the kind makes no pods or has no template that is a mapping."""
    steps = _TEMPLATES.get(resource.key[0])
    if steps is None:
        return None
    template = dig(resource.object, *steps) if steps else resource.object
    if not isinstance(template, dict):
        return None
    prefix = "".join(f"{step}." for step in steps)
    metadata = _mapping(template.get("metadata"))
    return PodTemplate(
        _mapping(template.get("spec")),
        _mapping(metadata.get("labels")),
        _mapping(metadata.get("annotations")),
        prefix + "spec",
        prefix + "metadata",
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
