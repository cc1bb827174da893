"""Which API versions a Kubernetes version serves, and what became of those that are gone.

The table is Kubernetes' deprecated API migration guide up to 1.37; what is served is read from the schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from seatrial.apis import schemas
from seatrial.apis.violations import Version
from seatrial.model.objects import group_of


@dataclass(frozen=True, slots=True)
class Retirement:
    """The end of an apiVersion of a kind; `replacement` is the apiVersion to use, "" where there is none."""

    deprecated: Version
    removed: Version | None
    replacement: str
    advice: str = ""

    def sentence(self, api_version: str, kind: str, version: Version) -> str:
        """Told of a manifest: `policy/v1beta1 PodDisruptionBudget: removed in 1.25, use policy/v1`."""
        gone = self.removed is not None and version >= self.removed
        when = (
            f"removed in {shown(self.removed)}"
            if gone and self.removed
            else f"deprecated since {shown(self.deprecated)}"
        )
        until = f", removed in {shown(self.removed)}" if self.removed and not gone else ""
        use = self.advice or (f"use {self.replacement}" if self.replacement else "there is no replacement")
        return f"{api_version} {kind}: {when}{until}, {use}"


def shown(version: Version) -> str:
    """(1, 25) as `1.25`."""
    return f"{version[0]}.{version[1]}"


def _all(kinds: str, api_version: str, retirement: Retirement) -> dict[tuple[str, str], Retirement]:
    return {(api_version, kind): retirement for kind in kinds.split()}


PSP_ADVICE = "use Pod Security Admission (a namespace's pod-security.kubernetes.io labels) instead"
RETIRED: dict[tuple[str, str], Retirement] = {
    **_all("Deployment DaemonSet ReplicaSet", "extensions/v1beta1", Retirement((1, 9), (1, 16), "apps/v1")),
    **_all("NetworkPolicy", "extensions/v1beta1", Retirement((1, 9), (1, 16), "networking.k8s.io/v1")),
    **_all("Ingress", "extensions/v1beta1", Retirement((1, 14), (1, 22), "networking.k8s.io/v1")),
    **_all("PodSecurityPolicy", "extensions/v1beta1", Retirement((1, 10), (1, 16), "", PSP_ADVICE)),
    **_all("Deployment StatefulSet ControllerRevision", "apps/v1beta1", Retirement((1, 9), (1, 16), "apps/v1")),
    **_all(
        "Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision", "apps/v1beta2",
        Retirement((1, 9), (1, 16), "apps/v1"),
    ),
    **_all(
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1",
        Retirement((1, 16), (1, 22), "admissionregistration.k8s.io/v1"),
    ),
    **_all(
        "CustomResourceDefinition", "apiextensions.k8s.io/v1beta1",
        Retirement((1, 16), (1, 22), "apiextensions.k8s.io/v1"),
    ),
    **_all("APIService", "apiregistration.k8s.io/v1beta1", Retirement((1, 19), (1, 22), "apiregistration.k8s.io/v1")),
    **_all(
        "CertificateSigningRequest", "certificates.k8s.io/v1beta1",
        Retirement((1, 19), (1, 22), "certificates.k8s.io/v1"),
    ),
    **_all("Lease", "coordination.k8s.io/v1beta1", Retirement((1, 14), (1, 22), "coordination.k8s.io/v1")),
    **_all("Ingress IngressClass", "networking.k8s.io/v1beta1", Retirement((1, 19), (1, 22), "networking.k8s.io/v1")),
    **_all(
        "Role ClusterRole RoleBinding ClusterRoleBinding", "rbac.authorization.k8s.io/v1beta1",
        Retirement((1, 17), (1, 22), "rbac.authorization.k8s.io/v1"),
    ),
    **_all(
        "Role ClusterRole RoleBinding ClusterRoleBinding", "rbac.authorization.k8s.io/v1alpha1",
        Retirement((1, 17), (1, 22), "rbac.authorization.k8s.io/v1"),
    ),
    **_all("PriorityClass", "scheduling.k8s.io/v1beta1", Retirement((1, 14), (1, 22), "scheduling.k8s.io/v1")),
    **_all(
        "CSIDriver CSINode StorageClass VolumeAttachment", "storage.k8s.io/v1beta1",
        Retirement((1, 19), (1, 22), "storage.k8s.io/v1"),
    ),
    **_all("CronJob", "batch/v2alpha1", Retirement((1, 8), (1, 21), "batch/v1")),
    **_all("CronJob", "batch/v1beta1", Retirement((1, 21), (1, 25), "batch/v1")),
    **_all("EndpointSlice", "discovery.k8s.io/v1beta1", Retirement((1, 21), (1, 25), "discovery.k8s.io/v1")),
    **_all("Event", "events.k8s.io/v1beta1", Retirement((1, 19), (1, 25), "events.k8s.io/v1")),
    **_all("HorizontalPodAutoscaler", "autoscaling/v2beta1", Retirement((1, 23), (1, 25), "autoscaling/v2")),
    **_all("HorizontalPodAutoscaler", "autoscaling/v2beta2", Retirement((1, 23), (1, 26), "autoscaling/v2")),
    **_all("PodDisruptionBudget", "policy/v1beta1", Retirement((1, 21), (1, 25), "policy/v1")),
    **_all("PodSecurityPolicy", "policy/v1beta1", Retirement((1, 21), (1, 25), "", PSP_ADVICE)),
    **_all("RuntimeClass", "node.k8s.io/v1beta1", Retirement((1, 22), (1, 25), "node.k8s.io/v1")),
    **_all("CSIStorageCapacity", "storage.k8s.io/v1beta1", Retirement((1, 24), (1, 27), "storage.k8s.io/v1")),
    **_all(
        "FlowSchema PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta1",
        Retirement((1, 23), (1, 26), "flowcontrol.apiserver.k8s.io/v1"),
    ),
    **_all(
        "FlowSchema PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta2",
        Retirement((1, 26), (1, 29), "flowcontrol.apiserver.k8s.io/v1"),
    ),
    **_all(
        "FlowSchema PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta3",
        Retirement((1, 29), (1, 32), "flowcontrol.apiserver.k8s.io/v1"),
    ),
    **_all("Endpoints", "v1", Retirement((1, 33), None, "", "use discovery.k8s.io/v1 EndpointSlice")),
    **_all("ComponentStatus", "v1", Retirement((1, 19), None, "")),
}  # fmt: skip
"""(apiVersion, kind) to its end."""


def retirement(api_version: str, kind: str, version: Version) -> Retirement | None:
    """The end of an apiVersion, where it is removed or deprecated at that version."""
    found = RETIRED.get((api_version, kind))
    return found if found is not None and version >= found.deprecated else None


def is_removed(found: Retirement, version: Version) -> bool:
    """Whether it is gone at that version, and not only deprecated."""
    return found.removed is not None and version >= found.removed


@cache
def built_in_groups(version: Version) -> frozenset[str]:
    """Groups that Kubernetes itself serves or served; all others belong to custom resources."""
    names = [api_version for api_version, _ in (*schemas.served(version), *RETIRED)]
    return frozenset(map(group_of, names))


@cache
def versions_of(version: Version, kind: str) -> tuple[str, ...]:
    """The apiVersions that serve a kind, stable ones first."""
    found = [api_version for api_version, served in schemas.served(version) if served == kind]
    return tuple(sorted(found, key=lambda name: ("alpha" in name, "beta" in name, name)))


@cache
def kinds(version: Version) -> tuple[str, ...]:
    """All kinds that a version serves."""
    return tuple(sorted({kind for _, kind in schemas.served(version)}))
