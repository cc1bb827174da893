"""Which writes of a Pod the kubelet acts on (pkg/kubelet/config/config.go podsDifferSemantically, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.model.objects import Object


def matters(old: Object, new: Object) -> bool:
    """Whether a write is more than a new status of a pod without readiness gates."""
    return asks_for_more(old, new) or bool(new.spec.get("readinessGates"))


def asks_for_more(old: Object, new: Object) -> bool:
    """Whether a write is more than a new status: another spec, a deletion, labels or annotations."""
    if old.spec is not new.spec and old.spec != new.spec:
        return True
    before, after = old["metadata"], new["metadata"]
    return bool(
        before.get("deletionTimestamp") != after.get("deletionTimestamp")
        or before.get("deletionGracePeriodSeconds") != after.get("deletionGracePeriodSeconds")
        or before.get("labels") != after.get("labels")
        or before.get("annotations") != after.get("annotations")
    )


def gates_moved(pod: Object) -> bool:
    """Whether Ready has to be worked out anew since a readiness gate's condition changed (NeedToReconcile...)."""
    gates = {gate.get("conditionType") for gate in pod.spec.get("readinessGates") or ()}
    if not gates:
        return False
    conditions = {c["type"]: c["status"] for c in pod.status.get("conditions") or ()}
    open_gates = all(conditions.get(str(gate)) == "True" for gate in gates)
    should = open_gates and conditions.get("ContainersReady") == "True"
    return should != (conditions.get("Ready") == "True")
