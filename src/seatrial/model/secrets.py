"""Secrets without what is secret: a virtual cluster needs their keys and no values, and what it writes down is safe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model.objects import LAST_APPLIED, Object, evolve

REDACTED = "eyJyZWRhY3RlZCI6dHJ1ZX0="
"""Stands for every value in `data`: base64 of a JSON object, as the type kubernetes.io/dockerconfigjson asks for."""
STAND_IN = {"data": REDACTED, "stringData": '{"redacted":true}'}


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
