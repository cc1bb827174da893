"""Single changes to a workload and what belongs to it; each gives None where there is nothing to change."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from seatrial.checks.ports import serving_containers
from seatrial.checks.scene import Scene
from seatrial.manifests import field_paths
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import remove_operation, set_operation
from seatrial.manifests.references import budgets_of, references, services_of
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object, dig
from seatrial.trial.remedies.remedy import Change, Remedy
from seatrial.trial.routes import Route, routes

HOSTNAME = "kubernetes.io/hostname"
PRE_STOP_SECONDS = 5
"""Longer than endpoints take to leave every node's rules."""
KEPT = frozenset({"persistentVolumeClaim", "emptyDir", "hostPath", "ephemeral"})
"""Volumes that a pod writes to: what is in them is not in another replica's."""
POD = ("spec", "template", "spec")

Path = tuple[str | int, ...]


def more_replicas(workload: Resource, count: int = 2) -> Remedy | None:
    """At least `count` replicas."""
    if workload.kind not in ("Deployment", "StatefulSet") or _replicas(workload) >= count:
        return None
    operation = set_operation(workload.object, ("spec", "replicas"), count)
    volumes = dig(workload.object, *POD, "volumes", default=[])
    stateful = workload.spec.get("volumeClaimTemplates") or any(KEPT & volume.keys() for volume in volumes)
    words = f"run {count} replicas" + (" (where the application can share its data)" if stateful else "")
    return Remedy(words, (Change(workload, (operation,), blames=("spec.replicas",)),))


def spread(workload: Resource, *, hard: bool = False) -> Remedy | None:
    """Replicas on different nodes."""
    selector = workload.spec.get("selector")
    if not selector or workload.kind not in ("Deployment", "StatefulSet"):
        return None
    when = "DoNotSchedule" if hard else "ScheduleAnyway"
    constraint = {"maxSkew": 1, "topologyKey": HOSTNAME, "whenUnsatisfiable": when, "labelSelector": selector}
    present = dig(workload.object, *POD, "topologySpreadConstraints", default=[])
    if any(c.get("topologyKey") == HOSTNAME and c.get("whenUnsatisfiable") == when for c in present):
        return None
    field: Path = (*POD, "topologySpreadConstraints")
    kept = [c for c in present if c.get("topologyKey") != HOSTNAME]
    operation = set_operation(workload.object, field, [*kept, constraint])
    operations = [operation]
    if hard:
        operations.extend(_without_pinning(workload))
    change = Change(workload, tuple(operations), blames=("spec.template.spec.topologySpreadConstraints",))
    words = "spread them strictly over nodes" if hard else "spread them over nodes"
    return Remedy(words, (change,))


def _without_pinning(workload: Resource) -> list[dict[str, Any]]:
    """Spreading is in vain where a selector or affinity pins all replicas to one node."""
    found = []
    pod = dig(workload.object, *POD, default={})
    if HOSTNAME in (pod.get("nodeSelector") or {}):
        found.append(remove_operation((*POD, "nodeSelector", HOSTNAME)))
    if dig(pod, "affinity", "podAffinity"):
        alone = len(pod["affinity"]) == 1
        found.append(remove_operation((*POD, "affinity") if alone else (*POD, "affinity", "podAffinity")))
    return found


def unpin(workload: Resource) -> Remedy | None:
    """Take away what pins all replicas to one node."""
    operations = _without_pinning(workload)
    if not operations:
        return None
    path = "nodeSelector" if "nodeSelector" in operations[0]["path"] else "affinity.podAffinity"
    change = Change(workload, tuple(operations), blames=(f"spec.template.spec.{path}",))
    return Remedy("stop pinning all replicas to one node", (change,))


def budget(inventory: Inventory, workload: Resource) -> Remedy | None:
    """A disruption budget that lets pods go one by one: a new one, or the present ones mended."""
    present = budgets_of(inventory, workload)
    if not present:
        selector = workload.spec.get("selector")
        if not selector:
            return None
        new = Object(
            apiVersion="policy/v1", kind="PodDisruptionBudget",
            metadata={"name": workload.name, "namespace": workload.namespace},
            spec={"maxUnavailable": 1, "selector": selector},
        )  # fmt: skip
        change = Change(workload, create=new, blames=("spec.replicas",))
        return Remedy("add a PodDisruptionBudget with maxUnavailable: 1", (change,))
    changes = []
    for found in present:
        if found.spec.get("maxUnavailable") == 1:
            continue
        fields = [field for field in ("minAvailable", "maxUnavailable") if field in found.spec]
        operations = [remove_operation(("spec", field)) for field in fields]
        operations.append({"op": "add", "path": "/spec/maxUnavailable", "value": 1})
        changes.append(Change(found, tuple(operations), blames=tuple(f"spec.{field}" for field in fields)))
    names = ", ".join(f"`{change.resource.name}`" for change in changes)
    return Remedy(f"let the budget {names} give way: maxUnavailable: 1", tuple(changes)) if changes else None


def readiness_probe(inventory: Inventory, workload: Resource) -> Remedy | None:
    """A readiness probe for each serving container: what its liveness probe asks, or whether its port is open."""
    found = []
    for path, container, port in _serving_containers(inventory, workload):
        handler = _handler(inventory, workload, container, port)
        if container.get("readinessProbe") or handler is None:
            continue
        probe = {**handler, "periodSeconds": 2, "failureThreshold": 3}
        operation = set_operation(workload.object, (*field_paths.parse(path), "readinessProbe"), probe)
        found.append(Change(workload, (operation,), blames=(f"{path}.readinessProbe",)))
    return Remedy("add a readiness probe", tuple(found)) if found else None


def startup_probe(workload: Resource, container_name: str, startup: float) -> Remedy | None:
    """A startup probe that gives the process twice the time that it took, before liveness looks at it."""
    containers = dig(workload.object, *POD, "containers", default=[])
    for index, container in enumerate(containers):
        if container.get("name") != container_name or not container.get("livenessProbe"):
            continue
        liveness = container["livenessProbe"]
        handler = {k: v for k, v in liveness.items() if k in ("httpGet", "tcpSocket", "exec", "grpc")}
        threshold = max(3, math.ceil(2 * startup / 5))
        probe = {**handler, "periodSeconds": 5, "failureThreshold": threshold}
        operation = set_operation(workload.object, (*POD, "containers", index, "startupProbe"), probe)
        path = f"spec.template.spec.containers[{index}].livenessProbe"
        return Remedy(
            f"add a startup probe that allows {threshold * 5} s", (Change(workload, (operation,), blames=(path,)),)
        )
    return None


def pre_stop(inventory: Inventory, workload: Resource) -> Remedy | None:
    """A preStop pause of each serving container, so that the pod serves until no node sends it requests any more."""
    pause = {"sleep": {"seconds": PRE_STOP_SECONDS}}
    found = []
    for path, container, _ in _serving_containers(inventory, workload):
        if dig(container, "lifecycle", "preStop"):
            continue
        operation = set_operation(workload.object, (*field_paths.parse(path), "lifecycle", "preStop"), pause)
        found.append(Change(workload, (operation,), blames=(f"{path}.lifecycle",)))
    words = f"pause {PRE_STOP_SECONDS} s in preStop, until its endpoint is gone from every node"
    return Remedy(words, tuple(found)) if found else None


def gentle_rollout(workload: Resource) -> Remedy | None:
    """A rolling update that takes no pod away before another is ready."""
    if workload.kind != "Deployment":
        return None
    strategy = workload.spec.get("strategy") or {}
    wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    if strategy == wanted:
        return None
    operation = set_operation(workload.object, ("spec", "strategy"), wanted)
    field = "type" if strategy.get("type") == "Recreate" else "rollingUpdate.maxUnavailable"
    words = "replace pods one by one, each after another is ready (maxUnavailable: 0)"
    return Remedy(words, (Change(workload, (operation,), blames=(f"spec.strategy.{field}",)),))


def rollout_in_place(workload: Resource) -> Remedy | None:
    """A rolling update that needs no room beside the present pods."""
    if workload.kind != "Deployment":
        return None
    wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    operation = set_operation(workload.object, ("spec", "strategy"), wanted)
    blames = ("spec.strategy.rollingUpdate.maxUnavailable",)
    words = "take one old pod away before its successor comes (maxSurge: 0, maxUnavailable: 1)"
    return Remedy(words, (Change(workload, (operation,), blames=blames),))


def recreate(workload: Resource) -> Remedy | None:
    """The old pod first gives back what only one can have."""
    if workload.kind != "Deployment":
        return None
    operation = set_operation(workload.object, ("spec", "strategy"), {"type": "Recreate"})
    return Remedy("use strategy Recreate", (Change(workload, (operation,), blames=("spec.strategy",)),))


def soft_anti_affinity(workload: Resource) -> Remedy | None:
    """Anti-affinity as a wish instead of a condition."""
    field: Path = (*POD, "affinity", "podAntiAffinity")
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    terms = dig(workload.object, *field, required, default=[])
    if not terms:
        return None
    preferred = [{"weight": 100, "podAffinityTerm": term} for term in terms]
    operation = set_operation(workload.object, field, {"preferredDuringSchedulingIgnoredDuringExecution": preferred})
    change = Change(workload, (operation,), blames=(f"spec.template.spec.affinity.podAntiAffinity.{required}",))
    return Remedy("prefer different nodes instead of requiring them", (change,))


def checksum(inventory: Inventory, workload: Resource) -> Remedy | None:
    """A checksum of the configuration in the pod template, so that a change of the one is a change of the other."""
    contents = []
    blames = []
    for reference in references(inventory).of(workload):
        if reference.kind not in ("ConfigMap", "Secret"):
            continue
        found = inventory.get(reference.kind, reference.namespace, reference.name)
        if found is not None:
            contents.append({k: found.object.get(k) for k in ("data", "binaryData", "stringData")})
            blames.append(reference.path)
    if not contents:
        return None
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    path: Path = ("spec", "template", "metadata", "annotations", "checksum/config")
    operation = set_operation(workload.object, path, digest)
    words = "put a checksum of the configuration into the pod template, made anew whenever it is rendered"
    return Remedy(words, (Change(workload, (operation,), blames=tuple(blames[:1])),))


def _serving_containers(
    inventory: Inventory, workload: Resource
) -> list[tuple[str, Mapping[str, Any], int | str | None]]:
    """Path, container and port of all that Services lead to; where none does, of the first that has ports."""
    known = _scene(inventory).by_key[workload.key]
    main = [container for container in known.containers if container.role == "main"]
    ports: dict[str, int | str | None] = {container.name: port for container, port in serving_containers(known)}
    for route in _routes(inventory).get(workload.key, ()):
        if route.container is not None:
            ports.setdefault(route.container, None)
    if main and not ports:
        ports[next((container for container in main if container.spec.get("ports")), main[0]).name] = None
    return [(container.path, container.spec, ports[container.name]) for container in main if container.name in ports]


@lru_cache(maxsize=2)
def _scene(inventory: Inventory) -> Scene:
    return Scene(inventory)


@lru_cache(maxsize=2)
def _routes(inventory: Inventory) -> dict[tuple[str, str, str], list[Route]]:
    """The routes to each workload."""
    found: defaultdict[tuple[str, str, str], list[Route]] = defaultdict(list)
    for route in routes(inventory):
        found[route.workload.key].append(route)
    return dict(found)


def _handler(
    inventory: Inventory, workload: Resource, container: Mapping[str, Any], port: int | str | None
) -> dict[str, Any] | None:
    liveness = container.get("livenessProbe") or {}
    for kind in ("httpGet", "grpc", "tcpSocket", "exec"):
        if kind in liveness:
            return {kind: liveness[kind]}
    if port is not None:
        return {"tcpSocket": {"port": port}}
    ports = container.get("ports") or ()
    if ports:
        return {"tcpSocket": {"port": ports[0].get("name") or ports[0].get("containerPort")}}
    for service in services_of(inventory, workload):
        for served in service.spec.get("ports") or ():
            return {"tcpSocket": {"port": served.get("targetPort", served.get("port"))}}
    return None


def _replicas(workload: Resource) -> int:
    replicas = workload.spec.get("replicas")
    return 1 if replicas is None else int(replicas)
