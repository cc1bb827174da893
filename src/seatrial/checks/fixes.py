"""Fixes as rules write them: JSON Patch operations from field paths, and new objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seatrial.findings.finding import Cause, Fix, Patch, ResourceRef
from seatrial.manifests import field_paths
from seatrial.manifests.resources import Resource


def reference_to(resource: Resource) -> ResourceRef:
    """How findings name a resource."""
    return ResourceRef(str(resource.object.get("apiVersion", "")), resource.kind, resource.namespace, resource.name)


def cause(resource: Resource, path: str) -> Cause:
    """A field of another resource that a finding comes from."""
    return Cause(reference_to(resource), path)


def setting(resource: Resource, description: str, *changes: tuple[str, Any]) -> Fix:
    """Set fields: each change is a path and its value; parents that are missing are made."""
    operations = tuple(set_operation(resource.object, path, value) for path, value in changes)
    return Fix(description, (Patch(reference_to(resource), operations),))


def removing(resource: Resource, description: str, *paths: str) -> Fix:
    """Take fields away."""
    operations = tuple({"op": "remove", "path": field_paths.pointer_of(field_paths.parse(path))} for path in paths)
    return Fix(description, (Patch(reference_to(resource), operations),))


def creating(beside: Resource, description: str, obj: dict[str, Any]) -> Fix:
    """Add a new object to the file that `beside` stands in."""
    return Fix(description, (Patch(reference_to(beside), create=obj),))


def advice(description: str) -> Fix:
    """Say what to do where no patch can know the values."""
    return Fix(description)


def set_operation(obj: Any, path: str, value: Any) -> dict[str, Any]:
    """The one operation that puts `value` at `path`, together with the parents that are missing; `[-]` appends."""
    steps = field_paths.parse(path)
    here = obj
    for depth, step in enumerate(steps[:-1]):
        below = _below(here, step)
        if below is None:
            return {
                "op": "add",
                "path": field_paths.pointer_of(steps[: depth + 1]),
                "value": _nested(steps[depth + 1 :], value),
            }
        here = below
    present = _below(here, steps[-1]) is not None
    return {"op": "replace" if present else "add", "path": field_paths.pointer_of(steps), "value": value}


def _below(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and 0 <= step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _nested(steps: Sequence[str | int], value: Any) -> Any:
    for step in reversed(steps):
        value = [value] if isinstance(step, int) or step == "-" else {step: value}
    return value


def joined(first: Fix, *others: Fix) -> Fix:
    """One fix of several to the same resource, in this order; the first one's description is kept."""
    resource = first.patches[0].resource
    operations = tuple(op for fix in (first, *others) for patch in fix.patches for op in patch.operations)
    return Fix(first.description, (Patch(resource, operations),))
