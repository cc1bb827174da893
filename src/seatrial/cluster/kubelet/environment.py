"""What a container's configuration needs of others: ConfigMaps and Secrets of its environment, and who it runs as.

Upstream: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, kuberuntime/security_context.go verifyRunAsNonRoot,
Kubernetes 1.36. A flaw is the message of a container that waits with CreateContainerConfigError.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.kubelet import reports
from seatrial.cluster.kubelet.runtime import Runtime
from seatrial.cluster.store import Store
from seatrial.model.objects import Object, dig

ROOT = 0
"""The user id of root."""


def flaw_of(pod: Object, container: Mapping[str, Any], store: Store, runtime: Runtime) -> str:
    """Why the container cannot be created, "" where it can."""
    return _run_as_flaw(pod, container, runtime) or _environment_flaw(pod, container, store)


def _environment_flaw(pod: Object, container: Mapping[str, Any], store: Store) -> str:
    for source in container.get("envFrom") or ():
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            reference = source.get(field)
            if reference and not reference.get("optional"):
                name = str(reference.get("name", ""))
                if store.get(kind, pod.namespace, name) is None:
                    return _not_found(kind, name)
    for variable in container.get("env") or ():
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            reference = dig(variable, "valueFrom", field)
            if reference and (flaw := _key_flaw(pod, kind, reference, store)):
                return flaw
    return ""


def _key_flaw(pod: Object, kind: str, reference: Mapping[str, Any], store: Store) -> str:
    if reference.get("optional"):
        return ""
    name, key = str(reference.get("name", "")), str(reference.get("key", ""))
    source = store.get(kind, pod.namespace, name)
    if source is None:
        return _not_found(kind, name)
    if key not in keys_of(source):
        return f"couldn't find key {key} in {kind} {pod.namespace}/{name}"
    return ""


def keys_of(source: Object) -> Mapping[str, Any]:
    """The entries of a ConfigMap or Secret, of whatever kind."""
    return {**(source.get("data") or {}), **(source.get("stringData") or {})}


def _not_found(kind: str, name: str) -> str:
    return f'{kind.lower()} "{name}" not found'


def _run_as_flaw(pod: Object, container: Mapping[str, Any], runtime: Runtime) -> str:
    own, shared = container.get("securityContext") or {}, pod.spec.get("securityContext") or {}
    non_root = own.get("runAsNonRoot", shared.get("runAsNonRoot"))
    if not non_root:
        return ""
    user = own.get("runAsUser", shared.get("runAsUser"))
    where = f'(pod: "{reports.full_name(pod)}", container: {container["name"]})'
    if user is None:
        if not runtime.runs_as_root(str(container.get("image", ""))):
            return ""
        return f"container has runAsNonRoot and image will run as root {where}"
    if user == ROOT:
        return f"container's runAsUser breaks non-root policy {where}"
    return ""
