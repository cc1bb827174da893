"""What each kind's registry strategy does to an object when it is created (pkg/registry/*/strategy.go, 1.36).

The status that a client sends is dropped and replaced by the one that new objects have; Jobs get their selector,
namespaces their finalizer, DaemonSets the generation of their template.
"""

from __future__ import annotations

from typing import Any

from seatrial.model import pods
from seatrial.model.objects import Object, evolve, kind_of

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
INITIAL_STATUS: dict[str, dict[str, Any]] = {
    "Deployment": {},
    "ReplicaSet": {"replicas": 0},
    "ReplicationController": {"replicas": 0},
    "StatefulSet": {"replicas": 0, "availableReplicas": 0},
    "DaemonSet": {
        "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0,
    },
    "Job": {},
    "CronJob": {},
    "PodDisruptionBudget": {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0},
    "HorizontalPodAutoscaler": {"desiredReplicas": 0, "currentMetrics": None},
    "PersistentVolumeClaim": {"phase": "Pending"},
    "PersistentVolume": {"phase": "Pending"},
    "Namespace": {"phase": "Active"},
    "Service": {"loadBalancer": {}},
    "Ingress": {"loadBalancer": {}},
    "ResourceQuota": {},
}  # fmt: skip
"""The status of new objects. Kinds that are not here keep the status they come with, as Nodes do."""


def prepare_for_create(obj: Object) -> Object:
    """The object as it goes into the store; its uid is set already."""
    kind = kind_of(obj)
    if kind == "Pod":
        return evolve(obj, status={"phase": "Pending", "qosClass": pods.qos_class(obj.spec)})
    if kind in INITIAL_STATUS:
        obj = evolve(obj, status=INITIAL_STATUS[kind])
    if kind == "Job" and not obj.spec.get("manualSelector"):
        return _with_selector(obj)
    if kind == "DaemonSet":
        return _with_template_generation(obj, 1)
    if kind == "Namespace":
        return evolve(obj, spec={**obj.spec, "finalizers": obj.spec.get("finalizers") or ["kubernetes"]})
    return obj


def prepare_for_update(new: Object, old: Object) -> Object:
    """The object as it replaces the old one."""
    if kind_of(new) != "DaemonSet":
        return new
    generation = int(old.annotations.get(TEMPLATE_GENERATION, 1))
    changed = new.spec.get("template") != old.spec.get("template")
    return _with_template_generation(new, generation + changed)


def _with_template_generation(daemon_set: Object, generation: int) -> Object:
    """What was spec.templateGeneration before apps/v1 is kept in an annotation."""
    annotations = {**daemon_set.annotations, TEMPLATE_GENERATION: str(generation)}
    return evolve(daemon_set, metadata={"annotations": annotations})


def _with_selector(job: Object) -> Object:
    """A Job selects its pods by its own uid (generateSelector)."""
    template = dict(job.spec.get("template") or {})
    metadata = dict(template.get("metadata") or {})
    labels = dict(metadata.get("labels") or {})
    for prefix in ("", "batch.kubernetes.io/"):
        labels |= {f"{prefix}controller-uid": job.uid, f"{prefix}job-name": job.name}
    selector = {"matchLabels": {"batch.kubernetes.io/controller-uid": job.uid}}
    metadata["labels"] = labels
    spec = {**job.spec, "selector": selector, "template": {**template, "metadata": metadata}}
    return evolve(job, spec=spec)
