"""Who still runs with the old configuration after a ConfigMap or Secret changed.

Environment variables and subPath mounts are read once, at the container's start. Files of whole volumes are replaced
by the kubelet within about 90 s; whether the process reads them again only its profile can say (`reloads`).
"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.findings.wording import lasting
from seatrial.manifests.references import Reference, references
from seatrial.manifests.resources import Resource
from seatrial.model import pods
from seatrial.model.objects import Object, dig, seconds_of
from seatrial.trial.actions import ROLLED_OUT, ConfigChange
from seatrial.trial.owners import key_of, workload_of
from seatrial.trial.symptoms import Symptom
from seatrial.trial.voyage import Voyage


def stale_consumers(voyage: Voyage, scenario: str, change: ConfigChange) -> Iterator[Symptom]:
    """A symptom for each workload with a running container that is older than the configuration that it read."""
    index = references(voyage.inventory)
    running: dict[str, list[Object]] = {}
    for pod in voyage.cluster.store.list("Pod"):
        if not pod.deleting and not pods.is_terminal(pod) and pod.spec.get("nodeName"):
            running.setdefault(workload_of(voyage.cluster.store, pod), []).append(pod)
    for resource in voyage.inventory.of_kind(*ROLLED_OUT):
        found = [r for r in index.of(resource) if r.kind in ("ConfigMap", "Secret")]
        key = key_of(resource)
        yield from _judge(voyage, scenario, change, resource, found, running.get(key, []))


def _judge(
    voyage: Voyage,
    scenario: str,
    change: ConfigChange,
    resource: Resource,
    found: list[Reference],
    running: list[Object],
) -> Iterator[Symptom]:
    reloads = voyage.profiles.of(resource.kind, resource.namespace, resource.name).reloads
    for reference in found:
        at = change.changed.get((reference.kind, reference.namespace, reference.name))
        if at is None or not _read_once(resource, reference, reloads):
            continue
        old = [pod for pod in running if _started(pod) < at]
        if not old:
            continue
        age = voyage.cluster.clock.now - at
        message = (
            f"{lasting(age)} after {reference.kind} `{reference.name}` changed, {len(old)} of {len(running)} pods of "
            f"`{resource.name}` still run with the old content, and nothing will restart them"
        )
        evidence = {
            "config": f"{reference.kind}/{reference.name}", "path": reference.path,
            "stalePods": len(old), "pods": len(running), "seconds": round(age),
        }  # fmt: skip
        key = key_of(resource)
        yield Symptom("stale-config", key, scenario, "warning", message, evidence)
        return


def _read_once(resource: Resource, reference: Reference, reloads: object) -> bool:
    """Whether the process has what it read at its start and nothing else."""
    if ".env" in reference.path:
        return True
    if ".volumes[" not in reference.path:
        return False  # imagePullSecrets and the like are not the process's configuration
    volume = _volume_of(resource, reference)
    if isinstance(reloads, dict) and volume in reloads:
        return not reloads[volume]
    return _mounted_by_sub_path(resource, volume)


def _volume_of(resource: Resource, reference: Reference) -> str:
    index = int(reference.path.split(".volumes[", 1)[1].split("]", 1)[0])
    return str(dig(resource.spec, "template", "spec", "volumes", index, "name", default=""))


def _mounted_by_sub_path(resource: Resource, volume: str) -> bool:
    containers = dig(resource.spec, "template", "spec", "containers", default=[])
    mounts = [m for c in containers for m in c.get("volumeMounts") or () if m.get("name") == volume]
    return any(m.get("subPath") or m.get("subPathExpr") for m in mounts)


def _started(pod: Object) -> float:
    starts = [dig(s, "state", "running", "startedAt") for s in pod.status.get("containerStatuses") or ()]
    return min((seconds_of(start) for start in starts if start), default=float("inf"))
