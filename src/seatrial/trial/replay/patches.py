"""Patches as the API server applies them: JSON merge patches, and strategic ones that merge lists by key.

As apimachinery pkg/util/strategicpatch (Kubernetes 1.36) for the lists of built-in kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model import merge_patch

MERGE_KEYS = {
    "containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name", "env": "name",
    "imagePullSecrets": "name", "volumeMounts": "mountPath", "volumeDevices": "devicePath", "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey", "conditions": "type", "ownerReferences": "uid", "taints": "key",
    "resourceClaims": "name",
}  # fmt: skip
"""Lists that are merged item by item, and by which field."""
PORT_KEYS = ("containerPort", "port")
"""The key of `ports` is containerPort in containers and port in Services."""


def merged(old: Any, patch: Any, *, strategic: bool) -> Any:
    """`old` with the patch applied; null takes a field away."""
    if not strategic:
        return merge_patch.apply(old, patch)
    if not isinstance(patch, Mapping):
        return patch
    if patch.get("$patch") == "replace":
        return {k: v for k, v in patch.items() if k != "$patch"}
    new = dict(old) if isinstance(old, Mapping) else {}
    for field, value in patch.items():
        if value is None:
            new.pop(field, None)
        elif isinstance(value, list) and (key := _key_of(field, value)):
            new[field] = _merged_list(new.get(field) or [], value, key)
        else:
            new[field] = merged(new.get(field), value, strategic=True)
    return new


def _key_of(field: str, items: list[Any]) -> str | None:
    keys = PORT_KEYS if field == "ports" else (MERGE_KEYS.get(field, ""),)
    found = (k for k in keys if k and all(isinstance(item, Mapping) and k in item for item in items))
    return next(found, None)


def _merged_list(old: list[Any], items: list[Any], key: str) -> list[Any]:
    result = list(old)
    for item in items:
        place = next((i for i, present in enumerate(result) if present.get(key) == item[key]), None)
        if item.get("$patch") == "delete":
            result = [present for present in result if present.get(key) != item[key]]
        elif place is None:
            result.append(item)
        else:
            result[place] = merged(result[place], item, strategic=True)
    return result
