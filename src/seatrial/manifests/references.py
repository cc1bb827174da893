"""What refers to what: the names of other objects that a resource carries, and who selects its pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import PodTemplate, pod_template
from seatrial.model import selectors
from seatrial.model.objects import dig


@dataclass(frozen=True, slots=True)
class Reference:
    """One name of another object. `key` is the entry of a ConfigMap or Secret that is asked for, "" for the whole."""

    kind: str
    namespace: str
    name: str
    path: str
    optional: bool = False
    key: str = ""


class References:
    """The references of a whole inventory, and the way back. Each resource is looked through when it is asked for."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._of: dict[int, tuple[Resource, tuple[Reference, ...]]] = {}
        """By identity; the resource is kept beside its references, so that its identity stays its own."""

    def of(self, resource: Resource) -> tuple[Reference, ...]:
        """What the resource refers to, in the order of its fields."""
        known = self._of.get(id(resource))
        if known is None:
            known = self._of[id(resource)] = (resource, tuple(_references_of(resource)))
        return known[1]

    def target(self, reference: Reference) -> Resource | None:
        """The resource that is meant, where the inventory has it."""
        return self._inventory.get(reference.kind, reference.namespace, reference.name)

    def dangling(self) -> Iterator[tuple[Resource, Reference]]:
        """Each reference that must be there and is not in the inventory, as far as that is known."""
        for resource in self._inventory:
            for reference in self.of(resource):
                known = not reference.optional and reference.kind not in self._inventory.unseen
                if known and self.target(reference) is None:
                    yield resource, reference

    def users_of(self, target: Resource) -> list[tuple[Resource, Reference]]:
        """Who refers to the resource."""
        return [
            (resource, reference)
            for resource in self._inventory
            for reference in self.of(resource)
            if (reference.kind, reference.namespace, reference.name) == target.key
        ]


def references(inventory: Inventory) -> References:
    """Index what the resources of an inventory refer to."""
    return References(inventory)


def services_of(inventory: Inventory, resource: Resource) -> list[Resource]:
    """Services of the same namespace whose selector matches the workload's pods; without a selector it has none."""
    template = pod_template(resource)
    if template is None:
        return []
    return [
        service
        for service in inventory.services.candidates(resource.namespace, template.labels)
        if _selects(service.spec.get("selector"), template)
    ]


def budgets_of(inventory: Inventory, resource: Resource) -> list[Resource]:
    """PodDisruptionBudgets of the same namespace that select the workload's pods; `{}` selects all (policy/v1)."""
    template = pod_template(resource)
    if template is None:
        return []
    return [
        budget
        for budget in inventory.budgets.candidates(resource.namespace, template.labels)
        if selectors.matches(budget.spec.get("selector"), template.labels)
    ]


def autoscalers_of(inventory: Inventory, resource: Resource) -> list[Resource]:
    """HorizontalPodAutoscalers that scale the workload."""
    return [
        autoscaler
        for autoscaler in inventory.of_kind("HorizontalPodAutoscaler")
        if autoscaler.namespace == resource.namespace
        and dig(autoscaler.object, "spec", "scaleTargetRef", "kind") == resource.kind
        and dig(autoscaler.object, "spec", "scaleTargetRef", "name") == resource.name
    ]


def _selects(selector: Any, template: PodTemplate) -> bool:
    if not isinstance(selector, Mapping) or not selector:
        return False
    return all(template.labels.get(key) == value for key, value in selector.items())


def _references_of(resource: Resource) -> Iterator[Reference]:
    kind, namespace = resource.key[0], resource.namespace
    template = pod_template(resource)
    if template is not None:
        yield from _of_pod(template, namespace)
    if kind == "StatefulSet":
        yield from _named("Service", namespace, resource.spec.get("serviceName"), "spec.serviceName")
    elif kind == "HorizontalPodAutoscaler":
        target = _mapping(resource.spec.get("scaleTargetRef"))
        yield from _named(str(target.get("kind", "")), namespace, target.get("name"), "spec.scaleTargetRef.name")
    elif kind == "Ingress":
        yield from _of_ingress(resource.spec, namespace)


def _of_pod(template: PodTemplate, namespace: str) -> Iterator[Reference]:
    spec, path = template.spec, template.path
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account != "default":
        field = "serviceAccountName" if spec.get("serviceAccountName") else "serviceAccount"
        yield from _named("ServiceAccount", namespace, account, f"{path}.{field}")
    if spec.get("priorityClassName") not in ("system-cluster-critical", "system-node-critical"):
        yield from _named("PriorityClass", "", spec.get("priorityClassName"), f"{path}.priorityClassName")
    for index, secret in _items(spec, "imagePullSecrets"):
        # The kubelet pulls without a secret that is missing.
        yield from _named(
            "Secret", namespace, secret.get("name"), f"{path}.imagePullSecrets[{index}].name", optional=True
        )
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in _items(spec, field):
            yield from _of_container(container, namespace, f"{path}.{field}[{index}]")
    for index, volume in _items(spec, "volumes"):
        yield from _of_volume(volume, namespace, f"{path}.volumes[{index}]")


def _of_container(container: Mapping[str, Any], namespace: str, path: str) -> Iterator[Reference]:
    for index, source in _items(container, "envFrom"):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            yield from _reference(kind, namespace, source.get(field), f"{path}.envFrom[{index}].{field}")
    for index, variable in _items(container, "env"):
        source = _mapping(variable.get("valueFrom"))
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            yield from _reference(kind, namespace, source.get(field), f"{path}.env[{index}].valueFrom.{field}")


def _of_volume(volume: Mapping[str, Any], namespace: str, path: str) -> Iterator[Reference]:
    config, secret = _mapping(volume.get("configMap")), _mapping(volume.get("secret"))
    claim = _mapping(volume.get("persistentVolumeClaim"))
    yield from _volume_source("ConfigMap", namespace, config, "name", f"{path}.configMap")
    yield from _volume_source("Secret", namespace, secret, "secretName", f"{path}.secret")
    yield from _named(
        "PersistentVolumeClaim", namespace, claim.get("claimName"), f"{path}.persistentVolumeClaim.claimName"
    )
    for index, source in _items(_mapping(volume.get("projected")), "sources"):
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            yield from _volume_source(
                kind, namespace, _mapping(source.get(field)), "name", f"{path}.projected.sources[{index}].{field}"
            )


def _volume_source(kind: str, namespace: str, source: Mapping[str, Any], field: str, path: str) -> Iterator[Reference]:
    """A ConfigMap or Secret as files: one reference for the whole, or one for each of its `items`."""
    optional = bool(source.get("optional"))
    for key in [item.get("key") for _, item in _items(source, "items")] or [""]:
        name = key if isinstance(key, str) else ""
        yield from _named(kind, namespace, source.get(field), f"{path}.{field}", optional=optional, key=name)


def _of_ingress(spec: Mapping[str, Any], namespace: str) -> Iterator[Reference]:
    yield from _backend(spec.get("defaultBackend"), namespace, "spec.defaultBackend")
    for index, rule in _items(spec, "rules"):
        for number, route in _items(_mapping(rule.get("http")), "paths"):
            yield from _backend(route.get("backend"), namespace, f"spec.rules[{index}].http.paths[{number}].backend")
    for index, entry in _items(spec, "tls"):
        # Controllers that make certificates write this Secret themselves.
        yield from _named("Secret", namespace, entry.get("secretName"), f"spec.tls[{index}].secretName", optional=True)


def _backend(backend: Any, namespace: str, path: str) -> Iterator[Reference]:
    service = _mapping(_mapping(backend).get("service"))
    yield from _named("Service", namespace, service.get("name"), f"{path}.service.name")


def _reference(kind: str, namespace: str, source: Any, path: str) -> Iterator[Reference]:
    source = _mapping(source)
    optional, key = bool(source.get("optional")), str(source.get("key") or "")
    yield from _named(kind, namespace, source.get("name"), f"{path}.name", optional=optional, key=key)


def _named(
    kind: str, namespace: str, name: Any, path: str, *, optional: bool = False, key: str = ""
) -> Iterator[Reference]:
    if isinstance(name, str) and name:
        yield Reference(kind, namespace, name, path, optional, key)


def _items(parent: Mapping[str, Any], field: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    value = parent.get(field)
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                yield index, item


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
