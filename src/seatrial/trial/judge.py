"""Judges what a scenario did to each workload: what its users noticed, and how bad that is.

Severity: routine work (a planned scenario) must not be noticed at all: an outage is an error; failed requests are
one too where a profile states how the process ends, and a warning where that is assumed. In an accident an outage is
an error and a share of failed requests, which no manifest prevents until the dead node is noticed, is a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.findings.finding import Severity
from seatrial.findings.wording import clock, counted, lasting
from seatrial.model import pods
from seatrial.model.objects import Object, condition_of, dig
from seatrial.trial.actions import ConfigChange, Drains, Rollout
from seatrial.trial.owners import key_of, workload_key, workload_of
from seatrial.trial.stale import stale_consumers
from seatrial.trial.symptoms import Symptom
from seatrial.trial.timeline import Step, spans
from seatrial.trial.voyage import Record, wanted

OUTAGE_SECONDS = 1.5
"""Shorter spans in which nothing is served count as failed requests, not as an outage."""
PHRASES = {"rollout": "a rollout", "node-drain": "a node drain", "node-crash": "the loss of a node",
           "config-change": "a configuration change"}  # fmt: skip


def figures(record: Record, workload: dict[str, Any]) -> dict[str, Any]:
    """What `-o json` says of one workload in one scenario; times in seconds."""
    steps: list[Step] = [tuple(step) for step in workload["steps"]]
    end = record.data["seconds"]
    failing = spans(steps, end, wanted="failing")
    unready = spans(steps, end, wanted="unready")
    broken = failing if workload["service"] else unready
    longest = max(workload["outages"], key=lambda span: span[1] - span[0], default=None)
    return {
        "failedRequests": round(workload["failed"]),
        "servedRequests": round(workload["served"]),
        "minReady": min((step[1] for step in steps), default=0),
        "outageSeconds": round(sum(b - a for a, b in workload["outages"]), 1),
        "longestOutage": [round(x, 1) for x in longest] if longest else None,
        "failingSeconds": round(sum(b - a for a, b in failing), 1),
        "unreadySeconds": round(sum(b - a for a, b in unready), 1) if workload["replicas"] else 0.0,
        "recoverySeconds": round(broken[-1][1] - broken[0][0], 1) if broken else 0.0,
        **({"node": record.node} if record.node else {}),
    }


def judge(record: Record, broken: frozenset[str]) -> list[Symptom]:
    """Symptoms of one scenario; workloads that were `broken` before it began are left out."""
    found: list[Symptom] = []
    for workload in record.data["workloads"]:
        if workload["key"] not in broken:
            found.extend(_requests(record, workload))
    for action in record.actions:
        if isinstance(action, Drains):
            found.extend(_refused(record, action))
        elif isinstance(action, Rollout):
            found.extend(_unfinished(record))
        elif isinstance(action, ConfigChange):
            found.extend(stale_consumers(record.voyage, record.name, action))
            found.extend(_unfinished(record))
    found.extend(_left_pending(record))
    known = {workload["key"] for workload in record.data["workloads"]}
    unique: dict[tuple[str, str, str], Symptom] = {}
    for symptom in found:
        if symptom.workload in known and symptom.workload not in broken:
            unique.setdefault(symptom.key, symptom)
    return list(unique.values())


def _requests(record: Record, workload: dict[str, Any]) -> Iterator[Symptom]:
    seen = figures(record, workload)
    if not workload["service"] or seen["failedRequests"] < 1:
        return
    planned = record.scenario is None or record.scenario.planned
    evidence = dict(seen)
    during = PHRASES.get(record.name, f"scenario {record.name}")
    who = f"`{workload['name']}`"
    where = f" ({record.node})" if record.node else ""
    longest = seen["longestOutage"]
    if longest and longest[1] - longest[0] >= OUTAGE_SECONDS:
        begin, end = longest
        ready = min((s[1] for s in workload["steps"] if begin <= s[0] < end), default=0)
        state = f"had {ready} ready pods" if ready == 0 else "served nothing"
        message = (
            f"during {during}{where} {who} {state} from {clock(begin)} to {clock(end)}; "
            f"{lasting(end - begin)}; {counted(max(1, workload['failed']), 'request')} failed"
        )
        yield Symptom("outage", workload["key"], record.name, "error", message, evidence)
        return
    share = seen["failedRequests"] / max(1, seen["failedRequests"] + seen["servedRequests"])
    evidence["failedShare"] = round(share, 4)
    message = (
        f"during {during}{where} {counted(max(1, workload['failed']), 'request')} to {who} failed, "
        f"in {lasting(max(1.0, seen['failingSeconds']))} all told"
    )
    if record.node:
        message += ": they went to the dead node until the cluster noticed"
    yield Symptom("errors", workload["key"], record.name, _severity(record, workload, planned), message, evidence)


def _severity(record: Record, workload: dict[str, Any], planned: bool) -> Severity:
    if not planned:
        return "note"
    profile = record.voyage.profiles.of(workload["kind"], workload["namespace"], workload["name"])
    return "error" if profile.stated & {"handlesSigterm", "startupSeconds"} else "warning"


def _refused(record: Record, drains: Drains) -> Iterator[Symptom]:
    for key, (node, answer) in drains.refused.items():
        pod = record.voyage.cluster.store.get(*key)
        owner = workload_of(record.voyage.cluster.store, pod) if pod is not None else workload_key(*key)
        name = owner.rsplit("/", 1)[-1]
        message = f"a drain of {node} never ends: `{name}` may not be evicted: {answer}"
        evidence = {"node": node, "pod": key[2], "answer": answer}
        yield Symptom("stuck", owner, record.name, "error", message, evidence)


def _unfinished(record: Record) -> Iterator[Symptom]:
    """Rollouts that have not ended when nothing moves any more."""
    store = record.voyage.cluster.store
    for resource in record.voyage.inventory.workloads():
        obj = store.get(*resource.key)
        if obj is None or is_rolled_out(obj):
            continue
        key = key_of(resource)
        why = _why_unfinished(record, key, obj)
        updated = int(obj.status.get("updatedReplicas") or obj.status.get("updatedNumberScheduled") or 0)
        message = f"the rollout of `{resource.name}` never ends: {updated} of {wanted(obj)} pods are updated: {why}"
        evidence = {"updated": updated, "asked": wanted(obj), "why": why}
        yield Symptom("stuck", key, record.name, "error", message, evidence)


def is_rolled_out(obj: Object) -> bool:
    """Whether `kubectl rollout status` would say so (kubectl pkg/polymorphichelpers, Kubernetes 1.36)."""
    status, asked = obj.status, wanted(obj)
    if obj.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
        return True
    if int(status.get("observedGeneration") or 0) < int(obj.metadata.get("generation") or 0):
        return False
    strategy = obj.spec.get("strategy") or obj.spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete" or obj.spec.get("paused"):
        return True
    match obj.kind:
        case "Deployment":
            counts = [int(status.get(k) or 0) for k in ("updatedReplicas", "replicas", "availableReplicas")]
            return counts == [asked, asked, asked]
        case "StatefulSet":
            partition = int(dig(strategy, "rollingUpdate", "partition", default=0))
            ready, updated = int(status.get("readyReplicas") or 0), int(status.get("updatedReplicas") or 0)
            return ready >= asked and updated >= max(0, asked - partition)
    counts = [int(status.get(k) or 0) for k in ("updatedNumberScheduled", "numberAvailable")]
    return all(count >= asked for count in counts)


def _why_unfinished(record: Record, key: str, obj: Object) -> str:
    store = record.voyage.cluster.store
    for pod in store.list("Pod", obj.namespace):
        if workload_of(store, pod) != key:
            continue
        if not pod.spec.get("nodeName"):
            return str((condition_of(pod, "PodScheduled") or {}).get("message") or "a pod finds no node")
        if not pods.is_ready(pod):
            return f"{pod.name} does not become ready"
    progressing = condition_of(obj, "Progressing") or {}
    return str(progressing.get("message") or "its controller makes no progress")


def _left_pending(record: Record) -> Iterator[Symptom]:
    """Pods without a node at the end although a planned scenario has given back all nodes."""
    if record.scenario is None or not record.scenario.planned or any(isinstance(a, Rollout) for a in record.actions):
        return
    store = record.voyage.cluster.store
    for pod in store.by_index("Pod", "node", ""):
        if pods.is_terminal(pod):
            continue
        key = workload_of(store, pod)
        why = str((condition_of(pod, "PodScheduled") or {}).get("message") or "not scheduled")
        name = key.rsplit("/", 1)[-1]
        message = f"after {PHRASES.get(record.name, record.name)} a pod of `{name}` finds no node any more: {why}"
        yield Symptom("pending", key, record.name, "error", message, {"pod": pod.name, "scheduler": why})
