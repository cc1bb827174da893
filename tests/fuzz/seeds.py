"""What fuzzers begin with: the recorded YAML, the examples, and the manifests beside the repository where they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from seatrial.manifests import documents, sources

ROOT = Path(__file__).parents[2]
EVERY = 7
"""Of so many manifests beside the repository one is a seed: they resemble each other."""


def recorded_yaml() -> Iterator[bytes]:
    """Texts whose meaning was recorded from Kubernetes: every oddity of YAML that is known."""
    for row in json.loads((ROOT / "tests/golden/yaml/semantics.json").read_text()):
        yield row["yaml"].encode("utf-8", "surrogatepass")


def manifests(*, beside: bool) -> Iterator[bytes]:
    """Files of the examples, and where `beside` is set of the corpus beside the repository."""
    for file in sorted((ROOT / "examples").rglob("*.y*ml")):
        yield file.read_bytes()
    if beside:
        for file in sorted((ROOT.parent / "shared/corpus").rglob("*.y*ml"))[::EVERY]:
            yield file.read_bytes()


@cache
def objects(*, beside: bool) -> tuple[dict[str, Any], ...]:
    """The Kubernetes objects of the manifests."""
    return tuple(
        document.value
        for data in manifests(beside=beside)
        for document in documents.read(data, "seed.yaml")[0]
        if sources.is_kubernetes(document.value)
    )
