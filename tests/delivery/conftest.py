"""A cluster that tests fill, served on loopback, and a kubeconfig that leads there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .api_server import TOKEN, Cluster, serving


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def address(cluster: Cluster) -> Iterator[str]:
    with serving(cluster) as at:
        yield at


@pytest.fixture
def kubeconfig(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Context `harbour`, namespace `shop`; `KUBECONFIG` names it."""
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config("harbour", address, {"token": TOKEN}, namespace="shop")))
    monkeypatch.setenv("KUBECONFIG", str(file))
    return file


def config(name: str, server: str, user: dict[str, Any], **context: str) -> dict[str, Any]:
    """A kubeconfig with one context."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, **context}}],
    }
