"""A pod's status for the API from what the runtime shows (pkg/kubelet/kubelet_pods.go, Kubernetes 1.36).

Upstream: convertToAPIContainerStatuses, generateAPIPodStatus, prober_manager.go UpdatePodStatus. The functions look and
do nothing; times of transition are the status manager's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet import conditions
from seatrial.cluster.kubelet.containers import ContainerStatus, PodStatus
from seatrial.cluster.kubelet.phase import RESTARTING_ALL, phase_of
from seatrial.cluster.kubelet.restart_rules import may_restart_all, restarts_all, should_be_started
from seatrial.model import pods
from seatrial.model.objects import Object, timestamp

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

Status = dict[str, Any]
TERMINAL = ("Succeeded", "Failed")
REMOVED = "The container is removed because RestartAllContainers in place"
UNKNOWN = "The container could not be located when the pod was deleted.  The container used to be Running"


def generate(worker: PodWorker, *, terminal: bool) -> Status:
    """The status as the last list and the probes' results make it.

    Args:
        worker: of the pod.
        terminal: whether nothing of the pod will be started any more.
    """
    pod, shown = worker.pod, worker.status
    old: Mapping[str, Any] = worker.shown if worker.shown is not None else pod.status
    init = _container_statuses(worker, pod.spec.get("initContainers") or (), old.get("initContainerStatuses") or ())
    regular = _container_statuses(worker, pod.spec.get("containers") or (), old.get("containerStatuses") or ())
    initialized = shown.has_run({str(c["name"]) for c in pod.spec.get("containers") or ()})
    restarting = may_restart_all(pod) and restarts_all(pod, shown)
    statuses = {**init, **regular}
    # As upstream does it, the phase does not know yet what the probes found.
    phase = phase_of(pod.spec, statuses, terminal=terminal, initialized=initialized)
    _mark_probed(worker, init, regular)
    if phase not in TERMINAL:
        for known in (old.get("phase"), pod.status.get("phase")):
            if known in TERMINAL:
                phase = known
                break
    status: Status = {"phase": phase}
    if phase == old.get("phase"):
        for field in ("reason", "message"):
            if text := old.get(field) or pod.status.get(field):
                status[field] = text
    if worker.verdict is not None:
        status |= {"phase": "Failed", "reason": worker.verdict.reason, "message": worker.verdict.message}
    if pod.status.get("phase") in TERMINAL:
        status["phase"] = pod.status["phase"]
    status["conditions"] = _conditions(pod, shown, statuses, str(status["phase"]), restarting)
    if worker.verdict is not None and worker.verdict.disruption:
        others = [c for c in status["conditions"] if c["type"] != "DisruptionTarget"]
        text = worker.verdict.message
        status["conditions"] = [*others, conditions.condition("DisruptionTarget", True, "TerminationByKubelet", text)]
    status |= {"hostIP": worker.kubelet.host_ip, "hostIPs": [{"ip": worker.kubelet.host_ip}]}
    ip = worker.kubelet.host_ip if pod.spec.get("hostNetwork") else shown.ip or old.get("podIP")
    if ip:
        status |= {"podIP": ip, "podIPs": [{"ip": ip}]}
    status["qosClass"] = pod.status.get("qosClass") or pods.qos_class(pod.spec)
    if init:
        status["initContainerStatuses"] = list(init.values())
    status["containerStatuses"] = list(regular.values())
    return status


def foreign(pod: Object) -> list[Status]:
    """The pod's conditions that are not the kubelet's."""
    return [c for c in pod.status.get("conditions") or () if c["type"] not in conditions.KUBELET_OWNED]


def _conditions(
    pod: Object, shown: PodStatus, statuses: Mapping[str, Status], phase: str, restarting: bool
) -> list[Status]:
    others = foreign(pod)
    made = [conditions.condition("PodReadyToStartContainers", shown.sandbox_ready)]
    made.append(conditions.initialized(pod.spec, statuses, phase))
    containers = conditions.containers_ready(pod.spec, statuses, phase)
    made += [conditions.ready(pod.spec, others, containers), containers]
    if may_restart_all(pod):
        made.append(
            conditions.condition(
                "AllContainersRestarting", True, "RestartAllContainersStarted",
                "container exited with restart policy rule",
            )
            if restarting
            else conditions.condition("AllContainersRestarting", False)
        )  # fmt: skip
    made.append(conditions.condition("PodScheduled", True))
    return [*others, *made]


def _container_statuses(
    worker: PodWorker, containers: Iterable[Mapping[str, Any]], old: Iterable[Mapping[str, Any]]
) -> dict[str, Status]:
    """The statuses of the init or of the ordinary containers (convertToAPIContainerStatuses)."""
    before = {str(status["name"]): status for status in old}
    return {str(c["name"]): _container_status(worker, c, before.get(str(c["name"]), {})) for c in containers}


def _container_status(worker: PodWorker, container: Mapping[str, Any], old: Mapping[str, Any]) -> Status:
    name = str(container["name"])
    runs = [run for run in worker.status.containers if run.name == name]
    if runs:
        made = _seen(runs[0], container, old)
        previous = _state(runs[1]) if len(runs) > 1 else _carried(runs[0], old)
        if previous:
            made["lastState"] = previous
    else:
        made = _unseen(worker, container, old)
    done = bool(runs) and not runs[0].running and runs[0].exit_code == 0 and _is_init(worker.pod, container)
    failure = worker.reasons.get(name)
    if failure is not None and not done and should_be_started(container, worker.pod, worker.status):
        if "terminated" in made["state"]:
            made["lastState"] = made["state"]
        made["state"] = {"waiting": {"reason": failure.reason, "message": failure.message}}
    return made


def _carried(run: ContainerStatus, old: Mapping[str, Any]) -> Any:
    """The last state where the runtime remembers one run only: the end of another that was shown, or as before."""
    if "terminated" in (old.get("state") or {}) and old.get("containerID") != run.id:
        return old["state"]
    return old.get("lastState")


def _seen(run: ContainerStatus, container: Mapping[str, Any], old: Mapping[str, Any]) -> Status:
    """What the runtime shows. A run counts as started when the one before did, until its startup probe is asked."""
    image = str(container.get("image", ""))
    return {
        "name": run.name, "image": image, "imageID": image, "containerID": run.id, "restartCount": run.attempt,
        "state": _state(run), "ready": False, "started": run.running and bool(old.get("started")),
    }  # fmt: skip


def _unseen(worker: PodWorker, container: Mapping[str, Any], old: Mapping[str, Any]) -> Status:
    """The runtime has no run of it: it waits, has ended before, or must have been lost."""
    default = "PodInitializing" if worker.pod.spec.get("initContainers") else "ContainerCreating"
    state = old.get("state") or {}
    if "terminated" in state:
        made = {**old, "started": False}
    else:
        made = {
            "name": str(container["name"]), "image": str(container.get("image", "")), "imageID": "",
            "restartCount": int(old.get("restartCount", 0)), "state": {"waiting": {"reason": default}},
            "ready": False, "started": False,
        }  # fmt: skip
        if old.get("lastState"):
            made["lastState"] = old["lastState"]
    if worker.removing_all and old and "waiting" not in state:
        made["restartCount"] += 1
        made["state"] = {"waiting": {"reason": RESTARTING_ALL, "message": REMOVED}}
        made["lastState"] = {"terminated": {"exitCode": 137, "reason": RESTARTING_ALL, "message": REMOVED}}
    elif "running" in state and "lastState" not in made:
        made["lastState"] = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "message": UNKNOWN}}
        made["restartCount"] += not worker.pod.deleting
    return made


def _state(run: ContainerStatus) -> Status:
    if run.running:
        return {"running": {"startedAt": timestamp(run.started_at)}}
    ended: Status = {
        "exitCode": run.exit_code, "reason": run.reason, "startedAt": timestamp(run.started_at),
        "finishedAt": timestamp(run.finished_at), "containerID": run.id,
    }  # fmt: skip
    if run.message:
        ended["message"] = run.message
    return {"terminated": ended}


def _is_init(pod: Object, container: Mapping[str, Any]) -> bool:
    return any(container is known for known in pod.spec.get("initContainers") or ())


def _mark_probed(worker: PodWorker, init: Mapping[str, Status], regular: Mapping[str, Status]) -> None:
    """Ready and started, from the probes' results; who runs unready is probed at once (UpdatePodStatus)."""
    for container in worker.pod.spec.get("initContainers") or ():
        status = init[str(container["name"])]
        if pods.is_sidecar(container):
            _mark(worker, container, status)
            continue
        ended = status["state"].get("terminated")
        status["ready"] = ended is not None and ended["exitCode"] == 0
        status["started"] = "running" in status["state"]
    for container in worker.pod.spec.get("containers") or ():
        _mark(worker, container, regular[str(container["name"])])


def probe_unready(worker: PodWorker) -> None:
    """Probe at once who runs unready, as every look at a pod does."""
    for field in ("initContainerStatuses", "containerStatuses"):
        for status in (worker.shown or {}).get(field) or ():
            if status["started"] and not status["ready"] and "running" in status["state"]:
                worker.probes.trigger_readiness(str(status["name"]))


def _mark(worker: PodWorker, container: Mapping[str, Any], status: Status) -> None:
    if "running" not in status["state"]:
        return
    container_id = str(status["containerID"])
    if ("startup", container_id) in worker.probes.results:
        status["started"] = bool(worker.probes.results["startup", container_id])
    elif not container.get("startupProbe"):
        status["started"] = True
    if not status["started"]:
        return
    if not container.get("readinessProbe") or worker.probes.results.get(("readiness", container_id)):
        status["ready"] = True
    else:
        worker.probes.trigger_readiness(str(container["name"]))
