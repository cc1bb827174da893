"""Secrets without what is secret: a virtual cluster needs their keys and no values, and what it writes down is safe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model.objects import Object, evolve

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
STAND_IN = {"data": "e30=", "stringData": "{}"}
"""Stands for every value: JSON, as the type kubernetes.io/dockerconfigjson asks for, in base64 where that is read."""


def concealed(secret: Object) -> Object:
    """The Secret with its keys and without its values; concealing it again changes nothing."""
    fields: dict[str, Any] = {
        field: {key: stand_in if isinstance(value, str) and value else value for key, value in secret[field].items()}
        for field, stand_in in STAND_IN.items()
        if isinstance(secret.get(field), Mapping)
    }
    if LAST_APPLIED in secret.annotations:
        annotations = {key: value for key, value in secret.annotations.items() if key != LAST_APPLIED}
        fields["metadata"] = {"annotations": annotations}
    return evolve(secret, **fields)
