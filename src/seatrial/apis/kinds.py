"""Which built-in kinds live in a namespace (API discovery of Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLUSTER_SCOPED = frozenset(
    {
        "Namespace", "Node", "PersistentVolume", "StorageClass", "CSINode", "CSIDriver", "VolumeAttachment",
        "PriorityClass", "RuntimeClass", "IngressClass", "ClusterRole", "ClusterRoleBinding",
        "CustomResourceDefinition", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding", "CertificateSigningRequest", "FlowSchema", "PriorityLevelConfiguration",
        "PodSecurityPolicy", "DeviceClass", "ResourceSlice", "ServiceCIDR", "IPAddress", "ComponentStatus",
        "VolumeAttributesClass", "ClusterTrustBundle", "DeviceTaintRule", "StorageVersion", "StorageVersionMigration",
        "TokenReview", "SelfSubjectReview", "SubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview",
    }
)  # fmt: skip


def is_namespaced(obj: Mapping[str, Any]) -> bool:
    """Whether objects of this kind live in a namespace; kinds that nobody knows are taken to."""
    return str(obj.get("kind")) not in CLUSTER_SCOPED
