"""A DaemonSet's pods: what they tolerate, which node each is for, and which nodes want one.

As pkg/controller/daemon/util/daemonset_util.go and NodeShouldRunDaemonPod (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster.controllers import node_fit, pod_control
from seatrial.cluster.controllers.controller_history import HASH_LABEL
from seatrial.cluster.scheduler.tolerations import first_untolerated
from seatrial.cluster.strategies import TEMPLATE_GENERATION
from seatrial.model import objects
from seatrial.model.objects import Object, dig
from seatrial.model.pods import is_terminal

GENERATION_LABEL = "pod-template-generation"
TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
)  # fmt: skip
"""Taints that every DaemonSet pod tolerates (AddOrUpdateDaemonPodTolerations)."""
NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")


def tolerations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The template's tolerations and those that DaemonSet pods always have."""
    result = [dict(t) for t in spec.get("tolerations") or ()]
    for key, effect in [*TOLERATED, *([NETWORK] if spec.get("hostNetwork") else [])]:
        added = {"key": key, "operator": "Exists", "effect": effect}
        if added not in result:
            result.append(added)
    return result


def pod_for(daemon_set: Object, node: str, revision_hash: str) -> Object:
    """A pod of the present template that may run on that node only; the scheduler puts it there."""
    pod = pod_control.pod_of(daemon_set.spec.get("template") or {}, daemon_set)
    labels = {**pod.labels, HASH_LABEL: revision_hash}
    if generation := daemon_set.annotations.get(TEMPLATE_GENERATION):
        labels[GENERATION_LABEL] = generation
    spec = {**pod.spec, "tolerations": tolerations(pod.spec), "affinity": _pinned(pod.spec.get("affinity") or {}, node)}
    return objects.evolve(pod, metadata={"labels": labels}, spec=spec)


def _pinned(affinity: dict[str, Any], node: str) -> dict[str, Any]:
    """Affinity to one node by name instead of the template's terms (ReplaceDaemonSetPodNodeNameNodeAffinity)."""
    only = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    node_affinity = {**(affinity.get("nodeAffinity") or {}), node_fit.REQUIRED: {"nodeSelectorTerms": [only]}}
    return {**affinity, "nodeAffinity": node_affinity}


def node_of(pod: Object) -> str:
    """The node that a DaemonSet pod is on or for (GetTargetNodeName); "" where none is named."""
    if name := pod.spec.get("nodeName"):
        return str(name)
    for term in dig(pod, "spec", "affinity", "nodeAffinity", node_fit.REQUIRED, "nodeSelectorTerms", default=()):
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("operator") == "In" and len(field["values"]) == 1:
                return str(field["values"][0])
    return ""


def wants(daemon_set: Object, node: Object) -> tuple[bool, bool]:
    """Whether a pod should be on the node, and whether one that is there may stay (NodeShouldRunDaemonPod)."""
    spec = dig(daemon_set, "spec", "template", "spec", default={})
    if spec.get("nodeName") not in (None, "", node.name) or not node_fit.matches_affinity(spec, node):
        return False, False
    taints, tolerated = node.spec.get("taints") or (), tolerations(spec)
    if first_untolerated(taints, tolerated) is not None:
        return False, first_untolerated(taints, tolerated, ("NoExecute",)) is None
    return True, True


def by_node(pods: list[Object]) -> dict[str, list[Object]]:
    """Pods under the node that each is for, without those that have ended and are being deleted."""
    found: dict[str, list[Object]] = {}
    for pod in pods:
        if pod.deleting and is_terminal(pod):
            continue
        if node := node_of(pod):
            found.setdefault(node, []).append(pod)
    return found


def oldest_first(pods: list[Object]) -> list[Object]:
    """Placed pods before unplaced ones, then by age (podByCreationTimestampAndPhase)."""
    return sorted(pods, key=lambda p: (not p.spec.get("nodeName"), p.metadata.get("creationTimestamp", ""), p.name))


def new_and_old(pods: list[Object], revision_hash: str) -> tuple[Object | None, Object | None] | None:
    """The pod of the present revision and one of another; None where several are of a kind (findUpdatedPodsOnNode)."""
    new: Object | None = None
    old: Object | None = None
    for pod in pods:
        if pod.deleting:
            continue
        if pod.labels.get(HASH_LABEL) == revision_hash:
            if new is not None:
                return None
            new = pod
        else:
            if old is not None:
                return None
            old = pod
    return new, old
