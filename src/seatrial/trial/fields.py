"""What a field does in a trial, for `seatrial explain`: the nearest field that something is known of speaks."""

from __future__ import annotations

from typing import NamedTuple


class Practice(NamedTuple):
    """What happens in a trial by this field, and how it is written where no rule of `check` has an example."""

    in_a_trial: str
    example: str = ""


_PRACTICES: dict[tuple[str, str], Practice] = {
    ("Deployment", "spec.replicas"): Practice(
        "As many pods start while the cluster settles. With one, every drain, crash and restart is an outage until its "
        "successor is ready; the trial counts the requests that fail meanwhile."
    ),
    ("Deployment", "spec.strategy"): Practice(
        "A rollout releases a new version and follows it pod by pod. Recreate takes all old pods away first: "
        "nothing serves until the new ones are ready."
    ),
    ("Deployment", "spec.strategy.rollingUpdate.maxSurge"): Practice(
        "So many pods more than replicas may be there during a rollout (percentages round up). They need room: where no"
        " "
        "node has it they stay pending, and with maxUnavailable 0 the rollout is stuck."
    ),
    ("Deployment", "spec.strategy.rollingUpdate.maxUnavailable"): Practice(
        "So many pods may be missing during a rollout (percentages round down). 0 keeps all capacity until each new"
        " pod "
        "is ready; 100% takes everything down at once."
    ),
    ("Deployment", "spec.minReadySeconds"): Practice(
        "A new pod counts as available only after it was ready for so long: the rollout waits for it.",
        "spec:\n  minReadySeconds: 10\n",
    ),
    ("Deployment", "spec.progressDeadlineSeconds"): Practice(
        "A rollout that makes no progress for so long is reported as ProgressDeadlineExceeded. Nothing is rolled back"
        " by "
        "that: old and new pods stay as they are."
    ),
    ("Deployment", "spec.paused"): Practice(
        "A paused Deployment rolls nothing out; the scenario rollout then changes its template and no pod.",
        "spec:\n  paused: false\n",
    ),
    ("StatefulSet", "spec.podManagementPolicy"): Practice(
        "OrderedReady starts pods one after another, each when the one before is ready, and stops them in reverse; one "
        "that does not become ready holds back all behind it. Parallel does not wait.",
        "spec:\n  podManagementPolicy: Parallel\n",
    ),
    ("StatefulSet", "spec.updateStrategy"): Practice(
        "A rollout goes from the last pod to the first and waits for each to be ready; pods below the partition stay.",
        "spec:\n  updateStrategy:\n    type: RollingUpdate\n    rollingUpdate:\n      partition: 0\n",
    ),
    ("StatefulSet", "spec.volumeClaimTemplates"): Practice(
        "Each pod gets a volume of its own, which follows it. A zonal volume keeps its pod in that zone: when the zone "
        "has no room, the pod stays pending.",
        "spec:\n  volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      accessModes: [ReadWriteOnce]"
        "\n      resources:\n        requests:\n          storage: 10Gi\n",
    ),
    ("PodDisruptionBudget", "spec"): Practice(
        "A drain asks the eviction API for every pod, and the budget answers. Too strict, and the drain never ends, "
        "which is reported as stuck; too loose, and it takes more pods at once than users can do without."
    ),
    ("HorizontalPodAutoscaler", "spec"): Practice(
        "The autoscaler looks every 15 seconds, as the real one does. Load does not drive it in a trial: pods use what "
        "is scripted, so its floor, minReplicas, is what serves."
    ),
    ("Service", "spec.selector"): Practice(
        "Users' requests go to the ready pods that it selects. Where it selects none, every request fails from the "
        "beginning, and the trial says which label is wrong."
    ),
    ("Service", "spec.ports"): Practice(
        "Requests go to the container that listens on targetPort; a name that no container has leads nowhere."
    ),
    ("Service", "spec.externalTrafficPolicy"): Practice(
        "With Local, only nodes that run a ready pod take requests from outside, and the load balancer learns late"
        " that "
        "one has none any more.",
        "spec:\n  externalTrafficPolicy: Cluster\n",
    ),
    ("Service", "spec.internalTrafficPolicy"): Practice(
        "With Local, requests of pods stay on their node and fail where it runs no pod of the Service.",
        "spec:\n  internalTrafficPolicy: Cluster\n",
    ),
    ("Ingress", "spec"): Practice(
        "A second way for users to the pods of a Service; a backend or port that does not exist fails every request."
    ),
    ("Job", "spec"): Practice(
        "Pods run for the seconds that the profile says and are counted; they share nodes with everything else, and a "
        "drain takes them like others."
    ),
    ("Job", "spec.backoffLimit"): Practice(
        "Failed pods are replaced after 10, 20, 40 seconds and so on; after so many the Job has failed.",
        "spec:\n  backoffLimit: 3\n",
    ),
    ("CronJob", "spec.schedule"): Practice(
        "Jobs are made when they are due by the cluster's clock, in spec.timeZone; what is due during a scenario runs "
        "in it.",
        'spec:\n  schedule: "0 3 * * *"\n',
    ),
    ("Pod", "spec.containers.resources"): Practice(
        "Requests decide where pods fit, limits what the container may use at most. Pods that fit on no node stay "
        "pending, with the reason of each node; memory above its limit ends the container (OOMKilled)."
    ),
    ("Pod", "spec.containers.readinessProbe"): Practice(
        "The virtual kubelet asks it at its period and takes the pod out of its Services while it fails. Without one a "
        "pod gets requests from its first second, before it serves: they fail in every rollout and restart."
    ),
    ("Pod", "spec.containers.livenessProbe"): Practice(
        "When it fails failureThreshold times in a row the container is killed and restarted. Where the start takes "
        "longer than it waits, the container never comes up: the trial reports a restart loop."
    ),
    ("Pod", "spec.containers.startupProbe"): Practice(
        "Holds back the other probes until it has succeeded once, for failureThreshold x periodSeconds at the longest. "
        "A start that takes longer is killed and begins anew."
    ),
    ("Pod", "spec.containers.lifecycle.preStop"): Practice(
        "Runs before SIGTERM, within the grace period. A pause of some seconds lets every node take the pod out of its "
        "rules first; without it, requests that are on their way fail when a pod stops."
    ),
    ("Pod", "spec.containers.image"): Practice(
        "Each node pulls an image that it does not have, which takes some seconds, before the container starts."
    ),
    ("Pod", "spec.containers.env"): Practice(
        "Values from ConfigMaps and Secrets are read once, at the start. The scenario config-change changes them and "
        "reports pods that go on with the old ones."
    ),
    ("Pod", "spec.terminationGracePeriodSeconds"): Practice(
        "From the deletion to SIGKILL, the preStop hook included. What has not ended by then is killed, and the "
        "requests that it was serving fail."
    ),
    ("Pod", "spec.topologySpreadConstraints"): Practice(
        "Decides on how many nodes and zones pods stand, and with that how many a crash or a drain takes at once. "
        "DoNotSchedule keeps a pod pending rather than break it."
    ),
    ("Pod", "spec.affinity"): Practice(
        "Required terms keep pods pending where no node satisfies them; preferred ones only weigh. Required "
        "anti-affinity by host needs a node for every replica, and one more for each surge pod of a rollout.",
        "spec:\n  affinity:\n    podAntiAffinity:\n      preferredDuringSchedulingIgnoredDuringExecution:\n      "
        "- weight: 100\n        podAffinityTerm:\n          topologyKey: kubernetes.io/hostname\n          "
        "labelSelector:\n            matchLabels:\n              app: web\n",
    ),
    ("Pod", "spec.nodeSelector"): Practice("Pods stay pending where no node of the fleet has the labels."),
    ("Pod", "spec.tolerations"): Practice(
        "Says which tainted nodes pods may use, and for how long they stay on one that is lost (300 s where nothing is "
        "said): so long the pods of a dead node are missing.",
        "spec:\n  tolerations:\n  - key: node.kubernetes.io/unreachable\n    operator: Exists\n    effect: NoExecute\n"
        "    tolerationSeconds: 60\n",
    ),
    ("Pod", "spec.priorityClassName"): Practice(
        "When there is no room, pods of higher priority take that of lower ones: those are ended and wait for a place."
    ),
    ("Pod", "spec.initContainers"): Practice(
        "Run one after another before the containers, and delay each start. With restartPolicy Always they are "
        "sidecars, which go on beside the containers and end after them.",
        "spec:\n  initContainers:\n  - name: migrate\n    image: registry.example.com/migrate:1.4.0\n",
    ),
    ("Pod", "spec.volumes"): Practice(
        "A ConfigMap, Secret or claim that is not there holds the pod in ContainerCreating. What changes in a mounted "
        "ConfigMap reaches the files a minute or so later; files mounted by subPath never change."
    ),
}


def practice(kind: str, path: str) -> Practice | None:
    """What is known of a field or of the nearest one above it (`checks.fields.placed` says of which kind it is)."""
    while path:
        found = _PRACTICES.get((kind, path))
        if found is not None:
            return found
        path = path.rpartition(".")[0]
    return None


def known() -> tuple[tuple[str, str], ...]:
    """The fields of which something is known."""
    return tuple(_PRACTICES)
