"""Pod affinity terms as the scheduler matches them (framework.AffinityTerm in pkg/scheduler/framework/types.go,
1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from seatrial.model import selectors

NamespaceLabels = Callable[[str], "Mapping[str, str] | None"]
"""The labels of a namespace, None where there is no such namespace."""


@dataclass(frozen=True, slots=True)
class AffinityTerm:
    """One term: which pods it means, and within which topology. Equal terms are equal keys."""

    key: bytes
    namespaces: frozenset[str] = field(compare=False)
    namespace_selector: Mapping[str, Any] | None = field(compare=False)
    selector: Mapping[str, Any] | None = field(compare=False)
    topology_key: str = field(compare=False)

    def selects(self, namespace: str, labels: Mapping[str, str], namespace_labels: NamespaceLabels) -> bool:
        """Whether the term of an existing pod means a pod with these labels in this namespace."""
        return self._reaches(namespace, namespace_labels(namespace) or {}) and selectors.matches(self.selector, labels)

    def selects_existing(self, namespace: str, labels: Mapping[str, str], namespace_labels: NamespaceLabels) -> bool:
        """Whether the term of the pod to be scheduled means an existing pod.

        kube-scheduler 1.34 looks up which namespaces the selector selects and then asks the selector again, about no
        labels at all: one that selects those (`NotIn`, `DoesNotExist`) reaches every namespace
        (mergeAffinityTermNamespacesIfNotEmpty works on a copy of the term).
        """
        found = namespace_labels(namespace)
        there = self._reaches(namespace, {}) or (found is not None and self._reaches(namespace, found))
        return there and selectors.matches(self.selector, labels)

    def _reaches(self, namespace: str, found: Mapping[str, str]) -> bool:
        return namespace in self.namespaces or selectors.matches(self.namespace_selector, found)


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A preferred term; the weight is negative for anti-affinity."""

    term: AffinityTerm
    weight: int


@dataclass(frozen=True, slots=True)
class PodAffinity:
    """All pod affinity and anti-affinity terms of a pod."""

    required: tuple[AffinityTerm, ...] = ()
    required_anti: tuple[AffinityTerm, ...] = ()
    preferred: tuple[WeightedTerm, ...] = ()
    """Preferred affinity and, with negative weights, preferred anti-affinity."""

    def __bool__(self) -> bool:
        return bool(self.required or self.required_anti or self.preferred)


NONE = PodAffinity()
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def parse(affinity: Mapping[str, Any] | None, namespace: str, labels: Mapping[str, str]) -> PodAffinity:
    """The terms of `spec.affinity` of a pod in this namespace with these labels."""
    if not affinity or not (affinity.get("podAffinity") or affinity.get("podAntiAffinity")):
        return NONE
    towards, away = affinity.get("podAffinity") or {}, affinity.get("podAntiAffinity") or {}
    preferred = [(wish, wish.get("weight", 0)) for wish in towards.get(PREFERRED) or ()]
    preferred += [(wish, -wish.get("weight", 0)) for wish in away.get(PREFERRED) or ()]
    return PodAffinity(
        required=_terms(towards.get(REQUIRED) or (), namespace, labels),
        required_anti=_terms(away.get(REQUIRED) or (), namespace, labels),
        preferred=tuple(
            WeightedTerm(_term(wish.get("podAffinityTerm") or {}, namespace, labels), weight)
            for wish, weight in preferred
        ),
    )


def _terms(found: Iterable[Mapping[str, Any]], namespace: str, labels: Mapping[str, str]) -> tuple[AffinityTerm, ...]:
    return tuple(_term(term, namespace, labels) for term in found)


def _term(term: Mapping[str, Any], namespace: str, labels: Mapping[str, str]) -> AffinityTerm:
    namespaces, selector = term.get("namespaces") or (), term.get("namespaceSelector")
    if not namespaces and selector is None:
        namespaces = (namespace,)
    pods = with_label_keys(term.get("labelSelector"), labels, "In", term.get("matchLabelKeys") or ())
    pods = with_label_keys(pods, labels, "NotIn", term.get("mismatchLabelKeys") or ())
    topology_key = term.get("topologyKey", "")
    key = orjson.dumps([sorted(namespaces), selector, pods, topology_key], option=orjson.OPT_SORT_KEYS)
    return AffinityTerm(key, frozenset(namespaces), selector, pods, topology_key)


def with_label_keys(
    selector: Mapping[str, Any] | None, labels: Mapping[str, str], operator: str, keys: Iterable[str]
) -> Mapping[str, Any] | None:
    """The selector narrowed by the pod's own values of `keys`; keys that the pod lacks are ignored.

    The API server merges `matchLabelKeys` and `mismatchLabelKeys` into the selector of a new pod (registry/core/pod
    strategy.applyMatchLabelKeysAndMismatchLabelKeys); doing it again changes nothing.
    """
    more = [{"key": key, "operator": operator, "values": [labels[key]]} for key in keys if key in labels]
    if selector is None or not more:
        return selector
    old = list(selector.get("matchExpressions") or ())
    return {**selector, "matchExpressions": old + [e for e in more if e not in old]}
