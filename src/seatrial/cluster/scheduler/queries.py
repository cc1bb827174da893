"""Which pods a plugin counts: questions that a `PodInfo` answers with a number, usable as keys of the snapshot's
tallies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import orjson

from seatrial.cluster.scheduler.affinity_term import AffinityTerm, NamespaceLabels
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.model import selectors


class Query(Protocol):
    """A question about a pod. Equal questions are equal and have equal hashes."""

    @property
    def live(self) -> bool:
        """Whether terminating pods are left out."""

    def count(self, pod: PodInfo, namespace_labels: NamespaceLabels) -> int:
        """How often the pod counts."""


@dataclass(frozen=True, slots=True)
class LivePods:
    """Pods of one namespace that a selector selects and that are not terminating (topology spread)."""

    key: bytes
    namespace: str = field(compare=False)
    selector: Mapping[str, Any] | None = field(compare=False)
    live: bool = True

    @classmethod
    def of(cls, namespace: str, selector: Mapping[str, Any] | None) -> LivePods:
        """The query for a selector."""
        return cls(orjson.dumps([namespace, selector], option=orjson.OPT_SORT_KEYS), namespace, selector)

    def count(self, pod: PodInfo, namespace_labels: NamespaceLabels) -> int:
        """Whether the pod is one of them."""
        return int(pod.namespace == self.namespace and selectors.matches(self.selector, pod.labels))


@dataclass(frozen=True, slots=True)
class SelectedByAll:
    """Existing pods that all of these terms of the pod to be scheduled select."""

    terms: tuple[AffinityTerm, ...]
    live: bool = False

    def count(self, pod: PodInfo, namespace_labels: NamespaceLabels) -> int:
        """Whether the pod is one of them."""
        return int(all(term.selects_existing(pod.namespace, pod.labels, namespace_labels) for term in self.terms))


@dataclass(frozen=True, slots=True)
class Carriers:
    """Pods that have this affinity term themselves, as one that is required, forbidden or (with its weight)
    preferred.
    """

    term: AffinityTerm
    role: Literal["required", "required_anti", "preferred"]
    weight: int = 0
    live: bool = False

    def count(self, pod: PodInfo, namespace_labels: NamespaceLabels) -> int:
        """How often the pod has the term."""
        affinity = pod.pod_affinity
        match self.role:
            case "required":
                return affinity.required.count(self.term)
            case "required_anti":
                return affinity.required_anti.count(self.term)
            case "preferred":
                return sum(w.term == self.term and w.weight == self.weight for w in affinity.preferred)


def carried_by(pod: PodInfo) -> list[Carriers]:
    """The questions to which this pod's own terms are an answer, each once."""
    affinity = pod.pod_affinity
    found = [Carriers(term, "required") for term in affinity.required]
    found += [Carriers(term, "required_anti") for term in affinity.required_anti]
    found += [Carriers(w.term, "preferred", w.weight) for w in affinity.preferred]
    return list(dict.fromkeys(found))
