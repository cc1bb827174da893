"""Scene: an inventory as the rules look at it, with what belongs together found once for all rules.

A `Workload` knows its pod template and containers, the Services, budgets and autoscalers that concern it, and between
how many replicas it runs. Look-ups go through an index by namespace: no rule walks the whole inventory per workload.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from seatrial.checks.variants import Variants
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.references import References, references
from seatrial.manifests.resources import Resource
from seatrial.manifests.selecting import POD_INDEX, POD_NAME
from seatrial.manifests.workloads import PodTemplate, pod_template
from seatrial.model import pods, selectors
from seatrial.model.objects import dig

"""Labels that the StatefulSet controller puts on each pod."""
LONG_RUNNING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController")
SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
"""Kinds with `spec.replicas`."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod template. `path` is where it stands, as in `spec.template.spec.containers[0]`."""

    spec: Mapping[str, Any]
    path: str
    role: Literal["main", "sidecar", "init"]

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.spec.get("name", ""))

    @property
    def runs_on(self) -> bool:
        """Whether it runs as long as the pod does."""
        return self.role != "init"

    @property
    def ports(self) -> list[Mapping[str, Any]]:
        """The ports that it declares."""
        return list(dig(self.spec, "ports", default=()))


class Workload:
    """A resource that makes pods, with everything that concerns its pods."""

    def __init__(self, scene: Scene, resource: Resource, template: PodTemplate) -> None:
        self.scene = scene
        self.resource = resource
        self.template = template
        self.kind, self.namespace, self.name = resource.key

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def long_running(self) -> bool:
        """Whether its pods are meant to run for ever."""
        return self.kind in LONG_RUNNING

    @property
    def scaled(self) -> bool:
        """Whether it has a number of replicas."""
        return self.kind in SCALED

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """All containers of its pods, init containers first."""
        found = []
        for field in ("initContainers", "containers"):
            for index, spec in enumerate(self.template.spec.get(field) or ()):
                sidecar = field == "initContainers" and pods.is_sidecar(spec)
                role: Literal["main", "sidecar", "init"] = (
                    "main" if field == "containers" else "sidecar" if sidecar else "init"
                )
                found.append(Container(spec, f"{self.template.path}.{field}[{index}]", role))
        return tuple(found)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels of its pods: the template's, and those that the Job controller adds."""
        if self.kind == "Job":
            return {**self.template.labels, "job-name": self.name, "batch.kubernetes.io/job-name": self.name}
        return self.template.labels

    def _answers(self, selector: Mapping[str, str] | None) -> bool:
        """Whether a Service's selector selects its pods; a StatefulSet's by the labels that tell them apart, too."""
        if self.kind != "StatefulSet" or not selector:
            return selectors.matches_map(selector, self.labels)
        if POD_NAME in selector and selector[POD_NAME].rpartition("-")[0] != self.name:
            return False
        return all(self.labels.get(key) == value for key, value in selector.items() if key not in (POD_NAME, POD_INDEX))

    @cached_property
    def services(self) -> list[Resource]:
        """Services that select its pods."""
        found = [
            service
            for service in self.scene.inventory.services.candidates(self.namespace, self.labels)
            if self._answers(service.spec.get("selector"))
        ]
        return self.scene.variants.nearest(self.resource, found)

    @cached_property
    def selecting_budgets(self) -> list[Resource]:
        """PodDisruptionBudgets that select its pods, all variants."""
        return [
            budget
            for budget in self.scene.inventory.budgets.candidates(self.namespace, self.labels)
            if selectors.matches(budget.spec.get("selector"), self.labels)
        ]

    @cached_property
    def budgets(self) -> list[Resource]:
        """PodDisruptionBudgets that select its pods."""
        return self.scene.variants.nearest(self.resource, self.selecting_budgets)

    @cached_property
    def autoscalers(self) -> list[Resource]:
        """HorizontalPodAutoscalers that scale it."""
        return self.scene.variants.nearest(self.resource, self.scene.autoscalers.get(self.resource.key, []))

    @property
    def serves(self) -> bool:
        """Whether users reach its pods through a Service that balances; a headless one only gives names."""
        return any(service.spec.get("clusterIP") != "None" for service in self.services)

    @property
    def declared_replicas(self) -> int:
        """`spec.replicas`, 1 where it is not set."""
        replicas = self.resource.spec.get("replicas")
        return 1 if replicas is None else int(replicas)

    @property
    def least_replicas(self) -> int:
        """The fewest replicas that it runs with: the autoscaler's floor where there is one."""
        floors = [dig(autoscaler.object, "spec", "minReplicas", default=1) for autoscaler in self.autoscalers]
        return min(floors) if floors else self.declared_replicas

    @property
    def most_replicas(self) -> int:
        """The most replicas that it runs with."""
        ceilings = [dig(autoscaler.object, "spec", "maxReplicas", default=1) for autoscaler in self.autoscalers]
        return max(ceilings) if ceilings else self.declared_replicas


class Scene:
    """An inventory with its indexes."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.variants = Variants(inventory)
        self._by_namespace: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in inventory:
            self._by_namespace[resource.key[0], resource.namespace].append(resource)
        found = ((resource, pod_template(resource)) for resource in inventory.workloads())
        self.workloads = tuple(Workload(self, resource, template) for resource, template in found if template)
        self._workloads_in: defaultdict[str, list[Workload]] = defaultdict(list)
        for workload in self.workloads:
            self._workloads_in[workload.namespace].append(workload)

    def of(self, kind: str, namespace: str) -> list[Resource]:
        """The resources of one kind in one namespace."""
        return self._by_namespace.get((kind, namespace), [])

    def workloads_in(self, namespace: str) -> list[Workload]:
        """The workloads of one namespace."""
        return self._workloads_in.get(namespace, [])

    @cached_property
    def by_key(self) -> dict[tuple[str, str, str], Workload]:
        """Workloads by (kind, namespace, name)."""
        return {workload.resource.key: workload for workload in self.workloads}

    @cached_property
    def references(self) -> References:
        """What refers to what."""
        return references(self.inventory)

    @cached_property
    def autoscalers(self) -> dict[tuple[str, str, str], list[Resource]]:
        """HorizontalPodAutoscalers by the key of what they scale."""
        found: defaultdict[tuple[str, str, str], list[Resource]] = defaultdict(list)
        for autoscaler in self.inventory.of_kind("HorizontalPodAutoscaler"):
            target = dig(autoscaler.object, "spec", "scaleTargetRef", default={})
            found[target.get("kind", ""), autoscaler.namespace, target.get("name", "")].append(autoscaler)
        return dict(found)

    @cached_property
    def _selected(self) -> dict[int, list[Workload]]:
        """Services and budgets by identity, with the workloads whose pods each selects."""
        found: defaultdict[int, list[Workload]] = defaultdict(list)
        for workload in self.workloads:
            for selecting in (*workload.services, *workload.budgets):
                found[id(selecting)].append(workload)
        return dict(found)

    @cached_property
    def budgets_in_use(self) -> frozenset[int]:
        """The identities of the PodDisruptionBudgets that select pods of any workload."""
        return frozenset(id(budget) for workload in self.workloads for budget in workload.selecting_budgets)

    def selected_by(self, selecting: Resource) -> list[Workload]:
        """The workloads whose pods a Service or PodDisruptionBudget selects."""
        found = self._selected.get(id(selecting), [])
        near = {id(resource) for resource in self.variants.nearest(selecting, [w.resource for w in found])}
        return [workload for workload in found if id(workload.resource) in near]

    def with_labels(self, namespace: str, labels: Mapping[str, str]) -> list[Workload]:
        """Workloads whose pods share the rarest of these labels: those that may be selected together with them."""
        candidates = [self._by_label.get((namespace, key, value), []) for key, value in labels.items()]
        return min(candidates, key=len, default=[])

    @cached_property
    def _by_label(self) -> dict[tuple[str, str, str], list[Workload]]:
        found: defaultdict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for workload in self.workloads:
            for key, value in workload.labels.items():
                found[workload.namespace, key, value].append(workload)
        return dict(found)

    @cached_property
    def makers_of_pods(self) -> frozenset[str]:
        """Namespaces with custom resources: an operator may make pods there that no manifest shows."""
        return frozenset(
            r.namespace for r in self.inventory if "." in r.key[0] and not r.key[0].endswith(".seatrial.dev")
        )

    def nodes(self) -> list[Resource]:
        """Node objects among the manifests."""
        return self.inventory.of_kind("Node")

    def serving(self) -> Iterator[Workload]:
        """Workloads that run for ever behind a Service that balances."""
        return (workload for workload in self.workloads if workload.long_running and workload.serves)
