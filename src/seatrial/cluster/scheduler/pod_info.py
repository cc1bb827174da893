"""What the scheduler knows of a pod: its spec, parsed once (PodInfo in pkg/scheduler/framework/types.go, 1.36).

Pods that differ in nothing the scheduler looks at share one `PodInfo`: all replicas of a ReplicaSet do. It is the key
under which `evaluation.py` keeps results, so it never changes and knows neither the pod's name nor its node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from seatrial.cluster.scheduler import affinity_term, requests
from seatrial.cluster.scheduler.affinity_term import PodAffinity
from seatrial.model.objects import Object, controller_of
from seatrial.model.pods import containers, is_sidecar

DEFAULT_SCHEDULER = "default-scheduler"
HostPort = tuple[str, str, int]
"""(address, protocol, port); an address that is not given is 0.0.0.0."""


class PodInfo:
    """A pod as the plugins see it. Compared by identity."""

    __slots__ = (
        "affinity", "claim_names", "containers", "host_ports", "images", "labels", "namespace", "needs_claims",
        "nonzero_requests", "owner", "pod_affinity", "preemption_policy", "priority", "requests", "scheduler_name",
        "scheduling_gates", "scoring_requests", "spec", "spread_constraints", "tolerations", "volumes",
    )  # fmt: skip

    def __init__(self, pod: Object) -> None:
        spec = pod.spec
        self.spec = spec
        self.namespace = pod.namespace
        self.labels = pod.labels
        self.owner = controller_of(pod)
        self.scheduler_name: str = spec.get("schedulerName") or DEFAULT_SCHEDULER
        self.priority = int(spec.get("priority") or 0)
        self.preemption_policy: str = spec.get("preemptionPolicy") or "PreemptLowerPriority"
        self.scheduling_gates = tuple(gate.get("name", "") for gate in spec.get("schedulingGates") or ())
        self.tolerations: tuple[Mapping[str, Any], ...] = tuple(spec.get("tolerations") or ())
        self.affinity: Mapping[str, Any] = spec.get("affinity") or {}
        self.pod_affinity: PodAffinity = affinity_term.parse(self.affinity, self.namespace, self.labels)
        self.spread_constraints: tuple[Mapping[str, Any], ...] = tuple(spec.get("topologySpreadConstraints") or ())
        self.containers = tuple(containers(spec))
        self.images = tuple(_image_name(c.get("image", "")) for c in self.containers)
        self.host_ports = tuple(_host_ports(spec))
        self.volumes: tuple[Mapping[str, Any], ...] = tuple(spec.get("volumes") or ())
        self.needs_claims = any(v.get("persistentVolumeClaim") or v.get("ephemeral") for v in self.volumes)
        self.claim_names = tuple(claim_names(pod))
        """(name, whether made from an ephemeral volume) of each claim."""
        self.requests = requests.effective(spec)
        self.scoring_requests = requests.for_scoring(spec)
        self.nonzero_requests = requests.nonzero(spec, self.requests)

    def uses_claim(self, claim: Object) -> bool:
        """Whether one of the pod's volumes is from this claim."""
        return claim.namespace == self.namespace and any(name == claim.name for name, _ in self.claim_names)

    def __deepcopy__(self, memo: dict[int, Any]) -> PodInfo:
        return self


def signature(pod: Object) -> bytes:
    """What makes two pods the same to the scheduler; it asks for this of every pod, so it has to be quick."""
    metadata, spec = pod["metadata"], pod.get("spec") or {}
    owner = None
    for reference in metadata.get("ownerReferences") or ():
        if reference.get("controller"):
            owner = (reference.get("kind"), reference.get("name"))
    if "nodeName" in spec:
        spec = {name: value for name, value in spec.items() if name != "nodeName"}
    name = ""
    if "volumes" in spec:  # claims made for ephemeral volumes carry the pod's name: such pods are like no other
        name = pod.name if any(ephemeral for _, ephemeral in claim_names(pod)) else ""
    return orjson.dumps((metadata.get("namespace"), metadata.get("labels"), owner, spec, name))


def claim_names(pod: Object) -> Iterator[tuple[str, bool]]:
    """The claims of a pod's volumes, and whether each is made for an ephemeral volume (storage/ephemeral)."""
    for volume in pod.spec.get("volumes") or ():
        if claim := volume.get("persistentVolumeClaim"):
            yield claim.get("claimName", ""), False
        elif volume.get("ephemeral"):
            yield f"{pod.name}-{volume.get('name', '')}", True


def _image_name(name: str) -> str:
    """imagelocality.normalizedImageName: a tag is added, a registry is not."""
    return name if name.rfind(":") > name.rfind("/") else name + ":latest"


def _host_ports(spec: Mapping[str, Any]) -> Iterator[HostPort]:
    """util.GetHostPorts: ports of containers and sidecars; on the host network every container port is one."""
    own_network = not spec.get("hostNetwork")
    for container in containers(spec):
        if container not in (spec.get("containers") or ()) and not is_sidecar(container):
            continue
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (0 if own_network else port.get("containerPort", 0))
            if number:
                yield port.get("hostIP") or "0.0.0.0", port.get("protocol") or "TCP", int(number)
