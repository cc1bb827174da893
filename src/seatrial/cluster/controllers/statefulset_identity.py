"""What makes a StatefulSet's pod itself: ordinal, name, host name, claims, revision.

As pkg/controller/statefulset/stateful_set_utils.go (Kubernetes 1.36).
"""

from __future__ import annotations

import re
from typing import Any

from seatrial.cluster.controllers import pod_control
from seatrial.cluster.controllers.controller_history import HASH_LABEL
from seatrial.model import objects
from seatrial.model.objects import Object
from seatrial.model.pods import is_ready

NAME_LABEL = "statefulset.kubernetes.io/pod-name"
INDEX_LABEL = "apps.kubernetes.io/pod-index"
_NAME = re.compile(r"(.*)-([0-9]+)")


def replicas(set_: Object) -> int:
    """How many pods the set asks for."""
    return int(set_.spec.get("replicas", 1))


def start(set_: Object) -> int:
    """The first ordinal (spec.ordinals.start)."""
    return int(objects.dig(set_, "spec", "ordinals", "start", default=0))


def min_ready(set_: Object) -> int:
    """Seconds that a pod has to be ready before it counts as available."""
    return int(set_.spec.get("minReadySeconds") or 0)


def ordinal(pod: Object) -> int:
    """The number at the end of the pod's name; -1 where there is none."""
    match = _NAME.fullmatch(pod.name)
    return int(match.group(2)) if match else -1


def is_member(set_: Object, pod: Object) -> bool:
    """Whether the pod's name is one that the set gives."""
    match = _NAME.fullmatch(pod.name)
    return match is not None and match.group(1) == set_.name


def in_range(set_: Object, pod: Object) -> bool:
    """Whether the pod's ordinal is one that the set asks for."""
    return start(set_) <= ordinal(pod) < start(set_) + replicas(set_)


def claim_name(template: dict[str, Any], pod: Object, set_: Object) -> str:
    """The name of the claim that a pod has for a volumeClaimTemplate."""
    return f"{template['metadata']['name']}-{set_.name}-{ordinal(pod)}"


def pod_of(set_: Object, template: dict[str, Any], revision: str, number: int) -> Object:
    """The pod of an ordinal at a revision, not yet created (newStatefulSetPod, initIdentity, updateStorage)."""
    name = f"{set_.name}-{number}"
    pod = pod_control.pod_of(template, set_, name=name)
    labels = {**pod.labels, NAME_LABEL: name, INDEX_LABEL: str(number), HASH_LABEL: revision}
    spec = {**pod.spec, "hostname": name}
    if service := set_.spec.get("serviceName"):
        spec["subdomain"] = service
    claimed = {
        t["metadata"]["name"]: {
            "name": t["metadata"]["name"],
            "persistentVolumeClaim": {"claimName": claim_name(t, pod, set_), "readOnly": False},
        }
        for t in set_.spec.get("volumeClaimTemplates") or ()
    }
    if claimed:
        others = [v for v in spec.get("volumes") or () if v.get("name") not in claimed]
        spec["volumes"] = [*claimed.values(), *others]
    return objects.evolve(pod, metadata={"labels": labels}, spec=spec)


def revision(pod: Object) -> str:
    """The name of the revision that the pod was made from."""
    return pod.labels.get(HASH_LABEL, "")


def is_created(pod: Object) -> bool:
    """Whether the pod exists: one that was only made from the template has no phase."""
    return bool(pod.status.get("phase"))


def is_running_and_ready(pod: Object) -> bool:
    """Whether the pod is Running and Ready, terminating or not."""
    return pod.status.get("phase") == "Running" and is_ready(pod)


def is_running_and_available(pod: Object, min_ready_seconds: int, now: float) -> bool:
    """Whether the pod has been ready for long enough."""
    return is_running_and_ready(pod) and pod_control.is_available(pod, min_ready_seconds, now)


def is_unavailable(pod: Object, min_ready_seconds: int, now: float) -> bool:
    """Whether the pod counts against maxUnavailable."""
    return pod.deleting or not is_running_and_available(pod, min_ready_seconds, now)
