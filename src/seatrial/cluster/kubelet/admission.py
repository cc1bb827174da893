"""Whether a node takes a pod that was bound to it (pkg/kubelet/lifecycle/predicate.go, Kubernetes 1.36).

The scheduler has looked before; pods bound by hand, and those that came while others did, are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.cluster.kubelet.verdict import Verdict
from seatrial.model import pods, quantities, selectors
from seatrial.model.objects import Object, dig

COUNTED = ("cpu", "memory", "ephemeral-storage")
OS_LABEL = "kubernetes.io/os"


HostPort = tuple[str, str, int]
"""(protocol, address, port)."""


class Admitted:
    """What the pods that a node took ask for together, so that the cost of one more does not grow with them."""

    def __init__(self) -> None:
        self._pods: dict[str, tuple[pods.Resources, list[HostPort]]] = {}
        self.requests: pods.Resources = {}

    def __len__(self) -> int:
        return len(self._pods)

    def add(self, pod: Object) -> None:
        """Count a pod."""
        requests = pods.requests(pod.spec)
        self._pods[pod.uid] = (requests, list(_host_ports(pod)))
        for name, amount in requests.items():
            self.requests[name] = self.requests.get(name, 0) + amount

    def remove(self, uid: str) -> None:
        """Count a pod no longer; harmless where it was not counted."""
        requests, _ = self._pods.pop(uid, ({}, []))
        for name, amount in requests.items():
            self.requests[name] -= amount

    def host_ports(self) -> Iterator[HostPort]:
        """The ports of the node that are taken."""
        for _, ports in self._pods.values():
            yield from ports


def refusal(pod: Object, node: Object, others: Admitted) -> Verdict | None:
    """Why the node refuses the pod beside the `others` that it runs; None: it takes it."""
    return (
        _operating_system(pod, node)
        or _resources(pod, node, others)
        or _affinity(pod, node)
        or _ports(pod, others)
        or _taints(pod, node)
    )  # fmt: skip


def _operating_system(pod: Object, node: Object) -> Verdict | None:
    own = node.labels.get(OS_LABEL, "linux")
    if pod.labels.get(OS_LABEL, own) != own:
        text = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"
        return Verdict("PodOSSelectorNodeLabelDoesNotMatch", text)
    if (dig(pod.spec, "os", "name") or own) != own:
        return Verdict("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")
    return None


def _resources(pod: Object, node: Object, others: Admitted) -> Verdict | None:
    allocatable: Mapping[str, Any] = node.status.get("allocatable") or {}
    room = quantities.whole(allocatable.get("pods", 110))
    if len(others) + 1 > room:
        return _short("pods", 1, len(others), room)
    wanted = pods.requests(pod.spec)
    for name in (*COUNTED, *(name for name in wanted if name not in COUNTED)):
        amount = wanted.get(name, 0)
        if not amount or name not in allocatable:
            continue  # resources that the node has never heard of do not keep a pod off it
        taken, capacity = others.requests.get(name, 0), quantities.amount(name, allocatable[name])
        if taken + amount > capacity:
            return _short(name, amount, taken, capacity)
    return None


def _short(resource: str, requested: int, used: int, capacity: int) -> Verdict:
    return Verdict(
        f"OutOf{resource}",
        f"Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}",
    )


def _affinity(pod: Object, node: Object) -> Verdict | None:
    wanted = pod.spec.get("nodeSelector")
    matches = not wanted or all(node.labels.get(key) == value for key, value in wanted.items())
    required = dig(pod.spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    if matches and required:
        matches = any(_term_matches(term, node) for term in required.get("nodeSelectorTerms") or ())
    if matches:
        return None
    return Verdict("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")


def _term_matches(term: Mapping[str, Any], node: Object) -> bool:
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    if not all(_holds(e, node.labels) for e in expressions):
        return False
    return all(_holds(e, {"metadata.name": node.name}) for e in fields)


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    operator, key, values = expression.get("operator"), expression.get("key", ""), list(expression.get("values") or ())
    if operator in ("Gt", "Lt"):
        try:
            beyond = int(labels[key]) - int(values[0])
        except (KeyError, IndexError, ValueError):
            return False
        return beyond > 0 if operator == "Gt" else beyond < 0
    return selectors.matches({"matchExpressions": [expression]}, labels)


def _ports(pod: Object, others: Admitted) -> Verdict | None:
    for protocol, address, port in _host_ports(pod):
        for known_protocol, known_address, known in others.host_ports():
            same_address = "0.0.0.0" in (address, known_address) or address == known_address
            if port == known and protocol == known_protocol and same_address:
                text = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
                return Verdict("NodePorts", text)
    return None


def _host_ports(pod: Object) -> Iterator[HostPort]:
    sidecars = [c for c in pod.spec.get("initContainers") or () if pods.is_sidecar(c)]
    for container in (*(pod.spec.get("containers") or ()), *sidecars):
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (port.get("containerPort") if pod.spec.get("hostNetwork") else None)
            if number:
                yield str(port.get("protocol") or "TCP"), str(port.get("hostIP") or "0.0.0.0"), int(number)


def _taints(pod: Object, node: Object) -> Verdict | None:
    for taint in node.spec.get("taints") or ():
        if taint.get("effect") == "NoExecute" and not any(
            _tolerates(t, taint) for t in pod.spec.get("tolerations") or ()
        ):
            text = "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"
            return Verdict("TaintToleration", text)
    return None


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    if toleration["key"] != taint.get("key"):
        return False
    return bool(toleration.get("operator") == "Exists" or (toleration.get("value") or "") == (taint.get("value") or ""))
