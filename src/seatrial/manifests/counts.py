"""How much a command has read, as its outcome tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read; `skipped` counts documents that are no Kubernetes objects, and templates left unrendered."""

    files: int = 0
    documents: int = 0
    resources: int = 0
    skipped: int = 0
