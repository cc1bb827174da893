"""Fields that kubectl's tables and descriptions show: they are there after a small cluster has settled."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object, dig
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime
from tests.cluster.controllers.stage import budget, job, workload
from tests.cluster.kubelet.stage import container, node

POD = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container()]}}


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    made = Cluster()
    kubelets = made.kubelets = Kubelets(made, ScriptedRuntime([]))
    made.start()
    kubelets.register(node())
    service = Object(
        apiVersion="v1", kind="Service", metadata={"name": "web", "namespace": "default"},
        spec={"selector": {"app": "web"}, "ports": [{"port": 80}]},
    )  # fmt: skip
    scaler = Object(
        apiVersion="autoscaling/v2", kind="HorizontalPodAutoscaler", metadata={"name": "web", "namespace": "default"},
        spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 3},
    )  # fmt: skip
    kinds = ("Deployment", "StatefulSet", "DaemonSet")
    made.apply([service, budget(minAvailable=1), scaler, job(pod=POD), *(workload(kind, pod=POD) for kind in kinds)])
    made.run(60)
    return made


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        # kubectl get deploy,rs,sts,ds,job: READY, UP-TO-DATE, AVAILABLE, DESIRED, CURRENT, COMPLETIONS
        ("Deployment", "status.readyReplicas", 1), ("Deployment", "status.updatedReplicas", 1),
        ("Deployment", "status.availableReplicas", 1), ("ReplicaSet", "status.readyReplicas", 1),
        ("StatefulSet", "status.readyReplicas", 1), ("DaemonSet", "status.desiredNumberScheduled", 1),
        ("DaemonSet", "status.numberAvailable", 1), ("Job", "status.active", 1),
        ("DaemonSet", ("metadata", "annotations", "deprecated.daemonset.template.generation"), "1"),
        # kubectl get svc, endpointslices: CLUSTER-IP, PORTS, ENDPOINTS
        ("Service", "spec.clusterIP", "10.96.1.1"), ("EndpointSlice", "addressType", "IPv4"),
        # kubectl get pods -o wide: IP, NODE
        ("Pod", "status.podIP", "10.0.4.2"), ("Pod", "status.hostIPs", [{"ip": "172.16.0.1"}]),
        ("Pod", "spec.nodeName", "node-1"),
        # kubectl get nodes -o wide, describe node: VERSION, INTERNAL-IP, OS-IMAGE, CONTAINER-RUNTIME, PodCIDR
        ("Node", "status.nodeInfo.kubeletVersion", "v1.36.3"), ("Node", "status.nodeInfo.osImage", "virtual"),
        ("Node", "spec.podCIDR", "10.0.4.0/22"), ("Node", "status.daemonEndpoints.kubeletEndpoint.Port", 10250),
        # kubectl get pdb,hpa: ALLOWED DISRUPTIONS, REPLICAS
        ("PodDisruptionBudget", "status.disruptionsAllowed", 3),
        ("HorizontalPodAutoscaler", "status.currentReplicas", 1),
    ],
)  # fmt: skip
def test_a_field_is_set(cluster: Cluster, kind: str, path: str | tuple[str, ...], value: Any) -> None:
    found = cluster.store.list(kind)
    steps = path.split(".") if isinstance(path, str) else path
    assert dig(found[0] if found else {}, *steps) == value


def test_nodes_have_an_address_that_others_reach(cluster: Cluster) -> None:
    (found,) = cluster.store.list("Node")
    assert found.status["addresses"] == [
        {"type": "InternalIP", "address": "172.16.0.1"}, {"type": "Hostname", "address": "node-1"},
    ]  # fmt: skip


def test_conditions_of_budgets_have_a_message(cluster: Cluster) -> None:
    """A metav1.Condition has all its fields."""
    (found,) = cluster.store.list("PodDisruptionBudget")
    (condition,) = found.status["conditions"]
    assert condition.keys() == {"type", "status", "observedGeneration", "lastTransitionTime", "reason", "message"}


@pytest.mark.parametrize(
    ("reason", "source", "action"),
    [
        ("Scheduled", None, "Binding"), ("Started", {"component": "kubelet", "host": "node-1"}, None),
        ("ScalingReplicaSet", {"component": "deployment-controller"}, None),
        ("RegisteredNode", {"component": "node-controller"}, None),
        ("NodeReady", {"component": "kubelet", "host": "node-1"}, None),
    ],
)  # fmt: skip
def test_events_say_from_where_they_are(
    cluster: Cluster, reason: str, source: dict[str, str] | None, action: str | None
) -> None:
    found = next(e for e in cluster.store.list("Event") if e["reason"] == reason)
    assert (found.get("source"), found.get("action")) == (source, action)


def test_a_template_of_a_daemon_set_is_counted_when_it_changes(cluster: Cluster) -> None:
    fork = cluster.fork()
    changed = workload("DaemonSet", pod={**POD, "spec": {"containers": [container(image="present/app:2")]}})
    fork.apply([changed])
    fork.run(60)
    pods = [p for p in fork.store.list("Pod") if "pod-template-generation" in p.labels]
    assert [p.labels["pod-template-generation"] for p in pods] == ["2"]
