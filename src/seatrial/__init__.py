"""Seatrial takes Kubernetes manifests on a trial voyage before they enter service."""

__version__ = "0.1.0"
