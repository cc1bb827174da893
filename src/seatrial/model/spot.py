"""Machines that their provider may take back: how their nodes are told apart."""

from __future__ import annotations

from seatrial.model.objects import Object

SPOT_LABELS = {
    "gke": {"cloud.google.com/gke-spot": "true"},
    "eks": {"eks.amazonaws.com/capacityType": "SPOT"},
    "aks": {"kubernetes.azure.com/scalesetpriority": "spot"},
    "generic": {"node.seatrial.dev/spot": "true"},
}
"""The labels that each provider gives such nodes."""


def is_spot(node: Object) -> bool:
    """Whether a node may be reclaimed."""
    return any(labels.items() <= node.labels.items() for labels in SPOT_LABELS.values())
