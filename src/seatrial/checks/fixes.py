"""Fixes as rules write them: JSON Patch operations from field paths, and new objects."""

from __future__ import annotations

from typing import Any

from seatrial.findings.finding import Cause, Fix, Patch, reference_to
from seatrial.manifests import field_paths
from seatrial.manifests.json_patch import set_operation
from seatrial.manifests.resources import Resource


def cause(resource: Resource, path: str) -> Cause:
    """A field of another resource that a finding comes from."""
    return Cause(reference_to(resource), path)


def setting(resource: Resource, description: str, *changes: tuple[str, Any]) -> Fix:
    """Set fields: each change is a path and its value; parents that are missing are made."""
    operations = tuple(set_operation(resource.object, field_paths.parse(path), value) for path, value in changes)
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


def joined(first: Fix, *others: Fix) -> Fix:
    """One fix of several to the same resource, in this order; the first one's description is kept."""
    resource = first.patches[0].resource
    operations = tuple(op for fix in (first, *others) for patch in fix.patches for op in patch.operations)
    return Fix(first.description, (Patch(resource, operations),))
