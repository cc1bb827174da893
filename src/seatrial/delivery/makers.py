"""Who made an object of a live cluster, where it was nobody who writes manifests.

Such objects come back by themselves wherever the manifests are applied, so a live read leaves them out: what
controllers of Kubernetes own, what the API server and kube-controller-manager set up in every cluster and namespace
(1.36), and the records of Helm. What other controllers made, say an operator's StatefulSet, is kept: nothing else
would run it on a trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model.objects import Object, controller_of, group_of

CONTROLLERS = {
    "Deployment": "apps", "ReplicaSet": "apps", "StatefulSet": "apps", "DaemonSet": "apps", "Job": "batch",
    "CronJob": "batch", "ReplicationController": "", "Node": "", "Service": "", "Pod": "",
}  # fmt: skip
"""Kinds of Kubernetes whose controllers make other objects, with their groups."""
NEVER_WRITTEN = frozenset(
    {
        ("", "Endpoints"), ("", "Event"), ("events.k8s.io", "Event"), ("discovery.k8s.io", "EndpointSlice"),
        ("coordination.k8s.io", "Lease"), ("coordination.k8s.io", "LeaseCandidate"), ("apps", "ControllerRevision"),
        ("", "Node"), ("storage.k8s.io", "CSINode"), ("storage.k8s.io", "CSIStorageCapacity"),
        ("storage.k8s.io", "VolumeAttachment"), ("resource.k8s.io", "ResourceSlice"),
        ("certificates.k8s.io", "CertificateSigningRequest"), ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "ServiceCIDR"), ("internal.apiserver.k8s.io", "StorageVersion"),
    }
)  # fmt: skip
"""(group, kind) of what is not even listed: states and records. Nodes are read as a fleet, where one is needed."""
NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
OF_THE_SERVER = frozenset(
    {
        ("Service", "default", "kubernetes"),
        ("ConfigMap", "kube-system", "extension-apiserver-authentication"),
        ("ConfigMap", "kube-system", "kube-apiserver-legacy-service-account-token-tracking"),
        ("PriorityClass", "", "system-cluster-critical"), ("PriorityClass", "", "system-node-critical"),
        *(("Namespace", "", name) for name in NAMESPACES),
    }
)  # fmt: skip
MARKS = {
    "kubernetes.io/bootstrapping": "rbac-defaults",
    "kube-aggregator.kubernetes.io/automanaged": "",
    "apf.kubernetes.io/autoupdate-spec": "true",
}
"""Labels and annotations that the server puts on what it keeps up by itself; "" stands for any value."""
MANAGERS = frozenset({"kube-apiserver", "kube-controller-manager", "kube-scheduler"})
"""By these names Kubernetes' own programs write; see `metadata.managedFields`."""
TOKENS = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token")
HELM_RELEASE = "helm.sh/release.v1"


def maker_of(obj: Object) -> str:
    """`controllers`, `Kubernetes`, `Helm`, or "" where somebody wrote the object."""
    owner = controller_of(obj)
    if owner is not None and CONTROLLERS.get(str(owner.get("kind"))) == group_of(str(owner.get("apiVersion"))):
        return "controllers"
    kind, _, _ = obj.key
    if kind == "PersistentVolume" and "pv.kubernetes.io/provisioned-by" in obj.annotations:
        return "controllers"
    if kind == "Secret" and obj.get("type") == HELM_RELEASE:
        return "Helm"
    return "Kubernetes" if _is_of_the_server(obj) else ""


def _is_of_the_server(obj: Object) -> bool:
    kind, namespace, name = obj.key
    if (kind, namespace, name) in OF_THE_SERVER:
        return True
    if (kind, name) in (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")):
        return True
    if kind == "Secret" and obj.get("type") in TOKENS:
        return True
    managers = {
        entry.get("manager") for entry in obj.metadata.get("managedFields") or () if not entry.get("subresource")
    }
    if managers and managers <= MANAGERS:
        return True
    return _marked(obj.labels) or _marked(obj.annotations)


def _marked(marks: Mapping[str, Any]) -> bool:
    return any(name in marks and value in ("", marks[name]) for name, value in MARKS.items())
