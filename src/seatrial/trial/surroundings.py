"""What a cluster has beside the user's manifests: namespaces, classes, and stand-ins for what is kept elsewhere.

Secrets, service accounts, classes and the like are often not kept with the manifests. What the manifests name and do
not hold is taken to exist, and said. A missing ConfigMap is not, where its namespace has others: then it is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.references import Reference, references
from seatrial.model.objects import Object

STANDARD_CLASS = "standard"
SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
STAND_INS = ("Secret", "ServiceAccount", "PriorityClass", "StorageClass", "RuntimeClass", "PersistentVolumeClaim")


def objects_around(inventory: Inventory) -> list[Object]:
    """Namespaces, classes and default service accounts that every cluster has, unless the inventory brings its own."""
    found: list[Object] = []
    namespaces = sorted({r.namespace for r in inventory if r.namespace} | set(NAMESPACES))
    found.extend(_new("v1", "Namespace", name) for name in namespaces)
    found.extend(
        _new("scheduling.k8s.io/v1", "PriorityClass", name, value=value) for name, value in SYSTEM_CLASSES.items()
    )
    found.append(standard_class(STANDARD_CLASS, default=True))
    found.extend(_new("v1", "ServiceAccount", "default", namespace) for namespace in namespaces)
    return [obj for obj in found if inventory.get(obj.kind, obj.namespace, obj.name) is None]


def stand_ins(inventory: Inventory) -> tuple[list[Object], list[str]]:
    """Objects that stand for what is named and not there, and a sentence for each kind of them."""
    made: dict[tuple[str, str, str], dict[str, Any]] = {}
    for reference in _missing(inventory):
        key = (reference.kind, reference.namespace, reference.name)
        data = made.setdefault(key, {})
        if reference.key:
            data[reference.key] = "stand-in"
    found = [_stand_in(kind, namespace, name, data) for (kind, namespace, name), data in made.items()]
    said = []
    for kind in sorted({kind for kind, _, _ in made}):
        names = sorted({name for k, _, name in made if k == kind})
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        said.append(f"not among the manifests and taken to exist: {kind} {shown}")
    return found, said


def standard_class(name: str, *, default: bool = False) -> Object:
    """A storage class that provisions volumes where their first pod runs."""
    storage = _new("storage.k8s.io/v1", "StorageClass", name, provisioner="seatrial.dev/virtual")
    storage["volumeBindingMode"] = "WaitForFirstConsumer"
    if default:
        storage["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return storage


def _missing(inventory: Inventory) -> Iterator[Reference]:
    managed = {config.namespace for config in inventory.of_kind("ConfigMap")}
    surroundings = {(o.kind, o.namespace, o.name) for o in objects_around(inventory)}
    index = references(inventory)
    for found in (reference for resource in inventory for reference in index.of(resource)):
        kind = found.kind
        wanted = kind in STAND_INS or (kind == "ConfigMap" and found.namespace not in managed)
        key = (kind, found.namespace, found.name)
        if wanted and not found.optional and inventory.get(*key) is None and key not in surroundings:
            yield found


def _stand_in(kind: str, namespace: str, name: str, data: Mapping[str, str]) -> Object:
    match kind:
        case "StorageClass":
            return standard_class(name)
        case "PriorityClass":
            return _new("scheduling.k8s.io/v1", kind, name, value=0)
        case "RuntimeClass":
            return _new("node.k8s.io/v1", kind, name, handler=name)
        case "PersistentVolumeClaim":
            spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
            return _new("v1", kind, name, namespace, spec=spec)
        case "Secret":
            return _new("v1", kind, name, namespace, stringData=dict(data))
        case "ConfigMap":
            return _new("v1", kind, name, namespace, data=dict(data))
    return _new("v1", kind, name, namespace)


def _new(api_version: str, kind: str, name: str, namespace: str = "", **fields: Any) -> Object:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return Object({"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields})
