"""Which Services and budgets may select the pods of a workload: looked up by a label, not by trying them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from seatrial.manifests.resources import Resource
from seatrial.model.objects import dig

POD_NAME, POD_INDEX = "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"
"""Labels that tell the pods of a StatefulSet apart; its template has none of them."""

_Label = tuple[str, str]


class Selecting:
    """Resources that select pods, by namespace and by one label that each asks for (None: it asks for none)."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._found: defaultdict[tuple[str, _Label | None], list[tuple[int, Resource]]] = defaultdict(list)
        for number, resource in enumerate(resources):
            self._found[resource.namespace, _asked_for(resource)].append((number, resource))

    def candidates(self, namespace: str, labels: Mapping[str, Any]) -> list[Resource]:
        """Those of a namespace that may select pods with these labels, in the order given; the rest cannot."""
        asked = [None, *((key, value) for key, value in labels.items() if isinstance(value, str))]
        found = chain.from_iterable(self._found.get((namespace, label), ()) for label in asked)
        return [resource for _, resource in sorted(found, key=lambda entry: entry[0])]


def _asked_for(resource: Resource) -> _Label | None:
    """One label without which the resource selects nothing: of a Service's map, or of `matchLabels`."""
    selector = resource.spec.get("selector")
    wanted = selector if resource.kind == "Service" else dig(selector, "matchLabels")
    if not isinstance(wanted, Mapping):
        return None
    fixed = ((key, value) for key, value in wanted.items() if key not in (POD_NAME, POD_INDEX))
    return next(((key, value) for key, value in fixed if isinstance(value, str)), None)
