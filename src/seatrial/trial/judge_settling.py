"""Judges the state in which a cluster has settled: what never came up, goes on crashing, or can't be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.manifests.resources import Resource
from seatrial.model import pods
from seatrial.model.objects import Object, condition_of, dig
from seatrial.trial.owners import key_of, workload_of
from seatrial.trial.recorder import restarts_of
from seatrial.trial.symptoms import Symptom
from seatrial.trial.voyage import SETTLE, Record, Voyage, wanted

RESTARTS = 3
"""So many restarts while settling are a loop, not an accident."""


def judge_settling(record: Record) -> list[Symptom]:
    """Symptoms of the settled state, workload by workload, at most one of a kind each."""
    voyage = record.voyage
    by_workload: dict[str, list[Object]] = {}
    for pod in voyage.cluster.store.list("Pod"):
        by_workload.setdefault(workload_of(voyage.cluster.store, pod), []).append(pod)
    found: list[Symptom] = []
    for resource in voyage.inventory.workloads():
        key = key_of(resource)
        found.extend(_judge(voyage, resource, key, by_workload.get(key, [])))
    return found


def _judge(voyage: Voyage, resource: Resource, key: str, owned: list[Object]) -> Iterator[Symptom]:
    obj = voyage.cluster.store.get(*resource.key)
    if obj is None:
        return
    name, asked = resource.name, wanted(obj)
    troubles = [
        _pending(key, name, owned), _looping(voyage, key, name, owned), _waiting(key, name, owned),
        _failed_job(key, name, obj), _not_created(voyage, key, name, asked, owned, obj),
    ]  # fmt: skip
    found = [trouble for trouble in troubles if trouble is not None]
    if not found and resource.kind not in ("Job", "CronJob"):
        unready = _unready(voyage, key, name, asked, owned)
        if unready is not None:
            found.append(unready)
    yield from found
    yield from _unreachable(voyage, key, name, healthy=not found)


def _pending(key: str, name: str, owned: list[Object]) -> Symptom | None:
    pending = [pod for pod in owned if not pod.spec.get("nodeName") and not pods.is_terminal(pod)]
    if not pending:
        return None
    condition = condition_of(pending[0], "PodScheduled") or {}
    why = str(condition.get("message") or "not scheduled yet")
    counted = f"{len(pending)} of {len(owned)} pods find no node" if len(owned) > 1 else "its pod finds no node"
    evidence = {"pending": len(pending), "pods": len(owned), "scheduler": why}
    return Symptom("pending", key, SETTLE, "error", f"`{name}` does not run as asked: {counted}: {why}", evidence)


def _looping(voyage: Voyage, key: str, name: str, owned: list[Object]) -> Symptom | None:
    worst = max(owned, key=restarts_of, default=None)
    if worst is None or restarts_of(worst) < RESTARTS:
        return None
    container = max(pods.container_statuses(worst), key=lambda status: int(status.get("restartCount") or 0))
    last: dict[str, Any] = dig(container, "lastState", "terminated", default={})
    why = _killed_by(voyage, worst, str(container.get("name"))) or f"it ends with {last.get('reason', 'Error')}"
    evidence = {
        "restarts": restarts_of(worst), "pod": worst.name, "container": container.get("name"),
        "why": why, "exitCode": last.get("exitCode"),
    }  # fmt: skip
    message = f"`{name}` restarts again and again, {worst.name} {restarts_of(worst)} times so far: {why}"
    return Symptom("restart-loop", key, SETTLE, "error", message, evidence)


def _killed_by(voyage: Voyage, pod: Object, container: str) -> str:
    """What the kubelet said when it killed the container; "" where it ended by itself."""
    for event in voyage.cluster.store.list("Event", pod.namespace):
        message = str(event.get("message") or event.get("note") or "")
        about = dig(event, "involvedObject", "name", default="")
        if about == pod.name and event.get("reason") == "Killing" and f"Container {container} failed" in message:
            return message[0].lower() + message[1:]
    return ""


def _last_warning(voyage: Voyage, pod: Object) -> str:
    """The last warning about a pod, as `kubectl describe` would end with it."""
    found = ""
    for event in voyage.cluster.store.list("Event", pod.namespace):
        if event.get("type") == "Warning" and dig(event, "involvedObject", "name", default="") == pod.name:
            found = f"{event.get('reason', '')}: {event.get('message') or event.get('note') or ''}"
    return found


def _waiting(key: str, name: str, owned: list[Object]) -> Symptom | None:
    for pod in owned:
        for status in pods.container_statuses(pod):
            waiting: dict[str, Any] = dig(status, "state", "waiting", default={})
            reason = waiting.get("reason", "")
            if reason in ("", "PodInitializing", "ContainerCreating", "CrashLoopBackOff"):
                continue
            text = waiting.get("message") or reason
            evidence = {"pod": pod.name, "container": status.get("name"), "reason": reason, "message": text}
            return Symptom("stuck", key, SETTLE, "error", f"`{name}` does not start: {reason}: {text}", evidence)
    return None


def _failed_job(key: str, name: str, obj: Object) -> Symptom | None:
    failed = condition_of(obj, "Failed") if obj.kind == "Job" else None
    if failed is None or failed.get("status") != "True":
        return None
    text = f"{failed.get('reason', '')}: {failed.get('message', '')}"
    return Symptom("stuck", key, SETTLE, "error", f"Job `{name}` fails: {text}", {"reason": failed.get("reason")})


def _not_created(voyage: Voyage, key: str, name: str, asked: int, owned: list[Object], obj: Object) -> Symptom | None:
    if obj.kind in ("CronJob", "Job", "Pod") or len(owned) >= asked or owned:
        return None
    events = [
        e for e in voyage.cluster.store.list("Event", obj.namespace)
        if e.get("reason") == "FailedCreate" and name in str(dig(e, "involvedObject", "name", default=""))
    ]  # fmt: skip
    why = events[-1].get("message", "") if events else "its controller has made no pods"
    return Symptom("stuck", key, SETTLE, "error", f"`{name}` has 0 of {asked} pods: {why}", {"pods": 0, "asked": asked})


def _unready(voyage: Voyage, key: str, name: str, asked: int, owned: list[Object]) -> Symptom | None:
    ready = sum(pods.is_ready(pod) for pod in owned)
    if ready >= asked:
        return None
    restarts = max((restarts_of(pod) for pod in owned), default=0)
    why = _last_warning(voyage, next(pod for pod in owned if not pods.is_ready(pod))) if owned else ""
    message = f"`{name}` does not become ready: {ready} of {asked} pods are" + (f": {why}" if why else "")
    return Symptom("stuck", key, SETTLE, "error", message, {"ready": ready, "asked": asked, "restarts": restarts})


def _unreachable(voyage: Voyage, key: str, name: str, *, healthy: bool) -> Iterator[Symptom]:
    """An entrance that leads nowhere; of workloads that run well also one at which nothing is served."""
    for flow, route in zip(voyage.flows.get(key, ()), voyage.flow_routes.get(key, ()), strict=True):
        dead = healthy and bool(flow.steps) and flow.steps[-1][1] == 0
        if flow.rps <= 0 or not (flow.container is None or dead):
            continue
        entrance = f"{route.entrance.kind} `{route.entrance.name}`"
        why = "the port leads nowhere" if flow.container is None else "it has no endpoints"
        message = f"requests to `{name}` through {entrance} all fail, whatever its pods do: {why}"
        evidence = {"entrance": entrance, "failedRequestsPerSecond": round(flow.rps, 1), "path": route.path}
        yield Symptom("outage", key, SETTLE, "error", message, evidence)
        return
