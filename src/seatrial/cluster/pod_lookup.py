"""Finds pods by label selector, and who selects a pod, without looking at all of them.

Pods are filed under each of their labels; Services and budgets under one pair of their selector: only pods that carry
that label can be meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from seatrial.cluster import indexes
from seatrial.cluster.store import Store
from seatrial.model import selectors
from seatrial.model.objects import Object

INDEX = "label"
SELECTOR_INDEX = "selector"


def by_label(obj: Object) -> Collection[str]:
    """Files an object under `namespace/key=value` for each of its labels."""
    return [f"{obj.namespace}/{key}={value}" for key, value in obj.labels.items()]


def pods_matching(store: Store, namespace: str, selector: Mapping[str, Any] | None) -> list[Object]:
    """The namespace's pods that a LabelSelector selects; None selects none, an empty one all."""
    if selector is None:
        return []
    store.add_index("Pod", INDEX, by_label, indexes.labels)
    exact = selector.get("matchLabels") or {}
    if exact:
        filed = [store.by_index("Pod", INDEX, f"{namespace}/{key}={value}") for key, value in exact.items()]
        candidates = min(filed, key=len)
    else:
        candidates = store.list("Pod", namespace)
    return [pod for pod in candidates if selectors.matches(selector, pod.labels)]


def by_selector(obj: Object) -> Collection[str]:
    """Files a Service or budget under `namespace/key=value` of its first pair, under `namespace/` where it has none."""
    selector = obj.spec.get("selector")
    if selector is None:
        return ()
    pairs = selector if obj.kind == "Service" else selector.get("matchLabels") or {}
    key = min(pairs, default=None)
    return (f"{obj.namespace}/" if key is None else f"{obj.namespace}/{key}={pairs[key]}",)


def selecting(store: Store, kind: str, namespace: str, labels: Mapping[str, str]) -> list[Object]:
    """The Services (`kind`) or PodDisruptionBudgets of a namespace that select pods with these labels."""
    if not store.count(kind):
        return []
    store.add_index(kind, SELECTOR_INDEX, by_selector, indexes.spec)
    matches = selectors.matches_map if kind == "Service" else selectors.matches
    found = store.by_index(kind, SELECTOR_INDEX, f"{namespace}/")
    for key, value in labels.items():
        found += store.by_index(kind, SELECTOR_INDEX, f"{namespace}/{key}={value}")
    return [obj for obj in found if matches(obj.spec.get("selector"), labels)]
