"""Takes out of a live object what the API server, admission and controllers put in: what is left could be a manifest.

Defaults stay: they say nothing new, and nobody can tell them from what was written. What is taken away could not be
sent again, or would tie the object to the cluster that it comes from (Kubernetes 1.36: metadata of every kind; fields
that the registries and admission plug-ins of single kinds set).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from seatrial.model.objects import LAST_APPLIED, Key, Object, evolve, kind_of

OF_METADATA = frozenset(
    {
        "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink", "ownerReferences",
        "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers",
    }
)  # fmt: skip
ANNOTATIONS = frozenset(
    {
        LAST_APPLIED, "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation", "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller", "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner",
        "batch.kubernetes.io/job-tracking", "endpoints.kubernetes.io/last-change-trigger-time",
    }
)  # fmt: skip
JOB_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
BOUND = "pv.kubernetes.io/bound-by-controller"
NODE_TROUBLE = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
TOKEN_VOLUME = "kube-api-access-"

Spec = dict[str, Any]


def without(obj: Object, *, autoscaled: bool = False) -> Object:
    """The object as somebody would have written it, the fields of all kinds and of its own taken away.

    Of an `autoscaled` workload also `replicas`, unless somebody is known to have applied them.
    """
    kept = Object({name: value for name, value in obj.items() if name != "status"})
    kept["metadata"] = _metadata(obj)
    kind, _, _ = obj.key
    change = _OF_KIND.get(kind)
    if change is not None and isinstance(obj.get("spec"), dict):
        kept["spec"] = change(obj)
        if not kept["spec"]:
            del kept["spec"]
    elif kind == "ServiceAccount":
        kept = _account(kept)
    if autoscaled and "replicas" not in (_applied(obj).get("spec") or {}):
        kept["spec"] = _except(kept.get("spec") or {}, ("replicas",))
    return kept


def scaled_by(autoscaler: Object) -> set[Key]:
    """The workload whose replicas a HorizontalPodAutoscaler keeps; none of other kinds."""
    if autoscaler.key[0] != "HorizontalPodAutoscaler":
        return set()
    target = autoscaler.spec.get("scaleTargetRef") or {}
    return {(kind_of(target), autoscaler.namespace, str(target.get("name")))}


def _applied(obj: Object) -> dict[str, Any]:
    """What `kubectl apply` was given last, {} where it was not used."""
    try:
        applied = orjson.loads(obj.annotations.get(LAST_APPLIED, "{}"))
    except ValueError:
        return {}
    return applied if isinstance(applied, dict) else {}


def _metadata(obj: Object) -> dict[str, Any]:
    metadata = {name: value for name, value in obj.metadata.items() if name not in OF_METADATA}
    annotations = _except(obj.annotations, ANNOTATIONS)
    labels = _except(obj.labels, ("kubernetes.io/metadata.name",)) if obj.key[0] == "Namespace" else obj.labels
    for name, kept in (("labels", labels), ("annotations", annotations)):
        if kept:
            metadata[name] = kept
        else:
            metadata.pop(name, None)
    return metadata


def _except(fields: Mapping[str, Any], names: frozenset[str] | tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def _workload(obj: Object) -> Spec:
    """`template.metadata.creationTimestamp: null`, which Go prints of every template."""
    return {**obj.spec, "template": _template(obj.spec.get("template"))} if "template" in obj.spec else obj.spec


def _template(template: Any) -> Any:
    if not isinstance(template, dict) or not isinstance(template.get("metadata"), dict):
        return template
    return {**template, "metadata": _except(template["metadata"], ("creationTimestamp",))}


def _job(obj: Object) -> Spec:
    """The selector and the labels that the server makes, unless the user keeps them (`manualSelector`)."""
    spec = _workload(obj)
    if spec.get("manualSelector"):
        return spec
    template = spec.get("template") or {}
    metadata = template.get("metadata") or {}
    bare = {**metadata, "labels": _except(metadata.get("labels") or {}, JOB_LABELS)}
    return {**_except(spec, ("selector",)), "template": {**template, "metadata": bare}}


def _cron_job(obj: Object) -> Spec:
    job = obj.spec.get("jobTemplate") or {}
    metadata = _except(job.get("metadata") or {}, ("creationTimestamp",))
    spec = job.get("spec") or {}
    return {
        **obj.spec,
        "jobTemplate": {**job, "metadata": metadata, "spec": {**spec, "template": _template(spec.get("template"))}},
    }


def _stateful_set(obj: Object) -> Spec:
    claims = [_template(_except(claim, ("status",))) for claim in obj.spec.get("volumeClaimTemplates") or ()]
    return {**_workload(obj), **({"volumeClaimTemplates": claims} if claims else {})}


def _pod(obj: Object) -> Spec:
    """Where it was put, what it was given by the priority and service account plug-ins, and its debug containers."""
    spec = _except(obj.spec, ("nodeName", "priority", "preemptionPolicy", "ephemeralContainers", "serviceAccount"))
    spec["volumes"] = [each for each in spec.get("volumes") or () if not _is_token(each)]
    for kind in ("initContainers", "containers"):
        if kind in spec:
            spec[kind] = [_container(container) for container in spec[kind]]
    spec["tolerations"] = [each for each in spec.get("tolerations") or () if each.get("key") not in NODE_TROUBLE]
    return {name: value for name, value in spec.items() if value != []}


def _container(container: dict[str, Any]) -> dict[str, Any]:
    mounts = [each for each in container.get("volumeMounts") or () if not _is_token(each)]
    return {**_except(container, ("volumeMounts",)), **({"volumeMounts": mounts} if mounts else {})}


def _is_token(volume: Mapping[str, Any]) -> bool:
    return str(volume.get("name", "")).startswith(TOKEN_VOLUME)


def _service(obj: Object) -> Spec:
    """Addresses that were allocated; `None` is written by people."""
    if obj.spec.get("clusterIP") == "None":
        return _except(obj.spec, ("clusterIPs", "ipFamilies", "healthCheckNodePort"))
    return _except(obj.spec, ("clusterIP", "clusterIPs", "ipFamilies", "healthCheckNodePort"))


def _claim(obj: Object) -> Spec:
    """The volume that the controller chose."""
    return _except(obj.spec, ("volumeName",)) if BOUND in obj.annotations else obj.spec


def _volume(obj: Object) -> Spec:
    """The claim that the controller chose."""
    return _except(obj.spec, ("claimRef",)) if BOUND in obj.annotations else obj.spec


def _namespace(obj: Object) -> Spec:
    return _except(obj.spec, ("finalizers",))


def _account(account: Object) -> Object:
    """The token that older servers made for an account."""
    made = f"{account.name}-token-"
    kept = [each for each in account.get("secrets") or () if not str(each.get("name", "")).startswith(made)]
    return evolve(account, secrets=kept or None)


_OF_KIND: dict[str, Callable[[Object], Spec]] = {
    "Deployment": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "ReplicationController": _workload,
    "StatefulSet": _stateful_set,
    "Job": _job,
    "CronJob": _cron_job,
    "Pod": _pod,
    "Service": _service,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "Namespace": _namespace,
}
