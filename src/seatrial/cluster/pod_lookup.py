"""Finds pods by label selector without looking at all of them: pods are filed under each of their labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from seatrial.cluster.store import Store
from seatrial.model import selectors
from seatrial.model.objects import Object

INDEX = "label"


def by_label(obj: Object) -> Collection[str]:
    """Files an object under `namespace/key=value` for each of its labels."""
    return [f"{obj.namespace}/{key}={value}" for key, value in obj.labels.items()]


def pods_matching(store: Store, namespace: str, selector: Mapping[str, Any] | None) -> list[Object]:
    """The namespace's pods that a LabelSelector selects; None selects none, an empty one all."""
    if selector is None:
        return []
    store.add_index("Pod", INDEX, by_label)
    exact = selector.get("matchLabels") or {}
    if exact:
        filed = [store.by_index("Pod", INDEX, f"{namespace}/{key}={value}") for key, value in exact.items()]
        candidates = min(filed, key=len)
    else:
        candidates = store.list("Pod", namespace)
    return [pod for pod in candidates if selectors.matches(selector, pod.labels)]
