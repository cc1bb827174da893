"""What a kubelet says about pods: events with upstream's reasons and words (pkg/kubelet/events/event.go, 1.36)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from seatrial.cluster import events
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet

SOURCE = "kubelet"


def normal(kubelet: Kubelet, about: Object, reason: str, message: str, container: str = "") -> None:
    """Record a Normal event about a pod or one of its containers; without the API server nobody hears it."""
    if not kubelet.cut_off:
        part = _part(about, container)
        events.record(kubelet.cluster, about, reason, message, source=SOURCE, part=part, host=kubelet.name)


def warning(kubelet: Kubelet, about: Object, reason: str, message: str, container: str = "") -> None:
    """Record a Warning event about a pod or one of its containers; without the API server nobody hears it."""
    if not kubelet.cut_off:
        part = _part(about, container)
        events.record(
            kubelet.cluster, about, reason, message, type="Warning", source=SOURCE, part=part, host=kubelet.name
        )


def _part(pod: Object, container: str) -> str:
    """The field of a container, as events name it (kubecontainer.GenerateContainerRef)."""
    if not container:
        return ""
    init = pod.spec.get("initContainers") or ()
    return _field(container, init=bool(init) and any(known["name"] == container for known in init))


@lru_cache(maxsize=4096)
def _field(container: str, *, init: bool) -> str:
    return f"spec.{'initContainers' if init else 'containers'}{{{container}}}"


def full_name(pod: Object) -> str:
    """A pod as the kubelet's messages name it (format.Pod)."""
    return f"{pod.name}_{pod.namespace}({pod.uid})"


def node_reference(name: str) -> Object:
    """The node as the kubelet's events name it: its name stands for the uid."""
    reference: dict[str, Any] = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "uid": name}}
    return Object(reference)
