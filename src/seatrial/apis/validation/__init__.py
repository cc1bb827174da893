"""What an API server refuses (pkg/apis/*/validation, Kubernetes 1.36), one module a subject.

`validate` goes the server's way: decode, fill in defaults, apply the kind's rules. An object that cannot be decoded is
told only that, as by a real server; unknown fields are told beside the rest.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from seatrial.apis import decoding, defaults, schemas
from seatrial.apis.schemas import KindSchema
from seatrial.apis.validation import config
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.violations import Errors, Version, Violation
from seatrial.model.objects import Object

__all__ = ["against", "object_meta", "validate"]

Rules = Callable[[Mapping[str, Any], Errors], None]


def of_versions(group: str, versions: str, kind: str, rules: str) -> dict[tuple[str, str], str]:
    """The same rules for several versions of a kind."""
    return {(f"{group}/{version}", kind): rules for version in versions.split()}


RULES: dict[tuple[str, str], str] = {
    ("v1", "ConfigMap"): "config.config_map",
    ("v1", "Endpoints"): "services.endpoints",
    ("v1", "LimitRange"): "quotas.limit_range",
    ("v1", "Namespace"): "config.namespace",
    ("v1", "Node"): "nodes.node",
    ("v1", "PersistentVolume"): "storage.persistent_volume",
    ("v1", "PersistentVolumeClaim"): "claims.persistent_volume_claim",
    ("v1", "Pod"): "pods.pod",
    ("v1", "PodTemplate"): "workloads.pod_template_object",
    ("v1", "ReplicationController"): "workloads.replication_controller",
    ("v1", "ResourceQuota"): "quotas.resource_quota",
    ("v1", "Secret"): "config.secret",
    ("v1", "Service"): "services.service",
    ("v1", "ServiceAccount"): "config.service_account",
    ("apps/v1", "ControllerRevision"): "workloads.controller_revision",
    ("apps/v1", "DaemonSet"): "workloads.daemon_set",
    ("apps/v1", "Deployment"): "workloads.deployment",
    ("apps/v1", "ReplicaSet"): "workloads.replica_set",
    ("apps/v1", "StatefulSet"): "workloads.stateful_set",
    ("batch/v1", "CronJob"): "batch.cron_job",
    ("batch/v1", "Job"): "batch.job",
    ("autoscaling/v1", "HorizontalPodAutoscaler"): "autoscaling.v1",
    ("autoscaling/v2", "HorizontalPodAutoscaler"): "autoscaling.v2",
    ("coordination.k8s.io/v1", "Lease"): "leases.lease",
    ("discovery.k8s.io/v1", "EndpointSlice"): "endpoint_slices.endpoint_slice",
    ("networking.k8s.io/v1", "Ingress"): "networking.ingress",
    ("networking.k8s.io/v1", "IngressClass"): "networking.ingress_class",
    ("networking.k8s.io/v1", "NetworkPolicy"): "networking.network_policy",
    ("node.k8s.io/v1", "RuntimeClass"): "nodes.runtime_class",
    ("policy/v1", "PodDisruptionBudget"): "policy.pod_disruption_budget",
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): "rbac.cluster_role",
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): "rbac.cluster_role_binding",
    ("rbac.authorization.k8s.io/v1", "Role"): "rbac.role",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "rbac.role_binding",
    ("scheduling.k8s.io/v1", "PriorityClass"): "nodes.priority_class",
    ("storage.k8s.io/v1", "CSIDriver"): "csi.csi_driver",
    ("storage.k8s.io/v1", "CSIStorageCapacity"): "csi.csi_storage_capacity",
    ("storage.k8s.io/v1", "StorageClass"): "storage.storage_class",
    **of_versions("storage.k8s.io", "v1alpha1 v1beta1 v1", "VolumeAttributesClass", "storage.volume_attributes_class"),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): "admission.mutating_webhooks",
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): "admission.validating_webhooks",
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): "admission.validating_policy",
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"): "admission.mutating_policy",
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): "admission.policy_binding",
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding"): "admission.policy_binding",
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): "extensions.custom_resource_definition",
    ("apiregistration.k8s.io/v1", "APIService"): "extensions.api_service",
    ("authentication.k8s.io/v1", "SelfSubjectReview"): "reviews.unnamed",
    ("authentication.k8s.io/v1", "TokenRequest"): "reviews.unnamed",
    ("authentication.k8s.io/v1", "TokenReview"): "reviews.unnamed",
    ("authorization.k8s.io/v1", "LocalSubjectAccessReview"): "reviews.access_review",
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"): "reviews.self_access_review",
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview"): "reviews.unnamed",
    ("authorization.k8s.io/v1", "SubjectAccessReview"): "reviews.access_review",
    ("certificates.k8s.io/v1", "CertificateSigningRequest"): "reviews.signing_request",
    **of_versions("certificates.k8s.io", "v1alpha1 v1beta1 v1", "ClusterTrustBundle", "reviews.trust_bundle"),
    **of_versions("flowcontrol.apiserver.k8s.io", "v1beta2 v1beta3 v1", "FlowSchema", "flow_control.flow_schema"),
    **of_versions(
        "flowcontrol.apiserver.k8s.io", "v1beta3 v1", "PriorityLevelConfiguration", "flow_control.priority_level"
    ),
    ("v1", "Event"): "events.core_event",
    ("events.k8s.io/v1", "Event"): "events.event",
    ("storage.k8s.io/v1", "CSINode"): "csi.csi_node",
    ("storage.k8s.io/v1", "VolumeAttachment"): "storage.volume_attachment",
    **of_versions("coordination.k8s.io", "v1alpha1 v1alpha2 v1beta1", "LeaseCandidate", "leases.lease_candidate"),
    **of_versions("networking.k8s.io", "v1alpha1 v1beta1 v1", "IPAddress", "networking.ip_address"),
    **of_versions("networking.k8s.io", "v1alpha1 v1beta1 v1", "ServiceCIDR", "networking.service_cidr"),
    **of_versions("resource.k8s.io", "v1beta1 v1beta2 v1", "DeviceClass", "devices.device_class"),
    **of_versions("resource.k8s.io", "v1beta1 v1beta2 v1", "ResourceClaim", "devices.resource_claim"),
    **of_versions("resource.k8s.io", "v1beta1 v1beta2 v1", "ResourceClaimTemplate", "devices.resource_claim_template"),
}
"""(apiVersion, kind) to its rules, `module.function` in this room; the module is imported when a kind asks for it.

Of kinds that are not here, only metadata is checked.
"""


@cache
def rules_of(api_version: str, kind: str) -> Rules | None:
    """The rules of a kind, None where only metadata is checked."""
    name = RULES.get((api_version, kind))
    if name is None:
        return None
    module, _, function = name.partition(".")
    rules: Rules = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return rules


def validate(obj: Mapping[str, Any], version: Version, strict: bool = True) -> list[Violation]:
    """Everything that the API server of `version` holds against an object; [] for kinds that it does not serve.

    Args:
        obj: the object as read from a manifest.
        version: the Kubernetes version, e.g. (1, 34).
        strict: whether unknown fields are refused (`--validate=strict`, kubectl's default).
    """
    schema = schemas.of_kind(version, obj["apiVersion"], obj["kind"])
    return [] if schema is None else against(obj, schema, version, strict)


def against(obj: Mapping[str, Any], schema: KindSchema, version: Version, strict: bool) -> list[Violation]:
    """As `validate`, with a schema that is at hand (also one of a custom resource)."""
    found: list[Violation] = []
    if not decoding.is_exact(obj, schema):
        found = decoding.decode(obj, schema, strict)
        if any(violation.type == "decode" for violation in found):
            return found
        obj = decoding.pruned(dict(obj), schema)
    errors = Errors(version)
    rules = rules_of(obj["apiVersion"], obj["kind"])
    if rules is not None:
        rules(defaults.apply(Object(obj)), errors)
    else:
        config.named(obj, errors)
    return [*found, *errors.found]
