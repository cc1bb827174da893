"""Defaults that the API server fills in (pkg/apis/*/v1/defaults.go, Kubernetes 1.36), one module a group."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.apis.defaults import autoscaling, core, networking, pods, policy, volumes, workloads
from seatrial.apis.defaults.filling import Fields
from seatrial.model.objects import Object

DEFAULTS: dict[tuple[str, str], Callable[[Fields], Fields]] = {
    ("v1", "Pod"): pods.pod,
    ("v1", "PodTemplate"): workloads.pod_template_object,
    ("v1", "ReplicationController"): workloads.replication_controller,
    ("v1", "Service"): core.service,
    ("v1", "Secret"): core.secret,
    ("v1", "Namespace"): core.namespace,
    ("v1", "Node"): core.node,
    ("v1", "Endpoints"): core.endpoints,
    ("v1", "LimitRange"): core.limit_range,
    ("v1", "PersistentVolume"): volumes.persistent_volume,
    ("v1", "PersistentVolumeClaim"): volumes.claim,
    ("apps/v1", "Deployment"): workloads.deployment,
    ("apps/v1", "ReplicaSet"): workloads.replica_set,
    ("apps/v1", "StatefulSet"): workloads.stateful_set,
    ("apps/v1", "DaemonSet"): workloads.daemon_set,
    ("batch/v1", "Job"): workloads.job,
    ("batch/v1", "CronJob"): workloads.cron_job,
    ("autoscaling/v1", "HorizontalPodAutoscaler"): autoscaling.v1,
    ("autoscaling/v2", "HorizontalPodAutoscaler"): autoscaling.v2,
    ("networking.k8s.io/v1", "NetworkPolicy"): networking.network_policy,
    ("networking.k8s.io/v1", "IngressClass"): networking.ingress_class,
    ("discovery.k8s.io/v1", "EndpointSlice"): networking.endpoint_slice,
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): policy.role_binding,
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): policy.role_binding,
    ("scheduling.k8s.io/v1", "PriorityClass"): policy.priority_class,
    ("storage.k8s.io/v1", "StorageClass"): policy.storage_class,
    ("storage.k8s.io/v1", "CSIDriver"): policy.csi_driver,
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): policy.mutating_webhooks,
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): policy.validating_webhooks,
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): policy.admission_policy,
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"): policy.admission_policy,
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): policy.admission_policy_binding,
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding"): policy.admission_policy_binding,
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): policy.custom_resource_definition,
    ("apiregistration.k8s.io/v1", "APIService"): policy.api_service,
}
"""(apiVersion, kind) to what fills it in. Kinds that are not here have no defaults."""


def apply(obj: Object) -> Object:
    """The object with all defaults of its kind filled in; the same object where nothing is missing.

    Null fields count as missing. The object must be well typed (see `apis.validation`): nothing is checked here.
    """
    fill = DEFAULTS.get((obj.get("apiVersion") or "", obj.get("kind") or ""))
    if fill is None:
        return obj
    new = fill(obj)
    return obj if new is obj else Object(new)
