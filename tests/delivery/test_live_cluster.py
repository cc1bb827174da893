"""A live cluster read as manifests: which objects, in how many requests, and what is told about the others."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.checks import validation_outcome
from seatrial.checks.validation_outcome import Terms
from seatrial.delivery import listing
from seatrial.delivery.errors import ClusterError
from seatrial.delivery.live_cluster import LiveCluster
from seatrial.manifests import writing
from seatrial.manifests.references import references

from .api_server import Cluster

Json = dict[str, Any]
VALUE = base64.b64encode(b"hunter2").decode()


def obj(kind: str, name: str, api_version: str = "v1", namespace: str = "shop", **fields: Any) -> Json:
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-{name}", **fields.pop("metadata", {})}
    if not namespace:
        del metadata["namespace"]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def secret(name: str, *keys: str, managed: bool = True, of_type: str = "Opaque") -> Json:
    fields = [{"manager": "kubectl", "fieldsV1": {"f:data": {".": {}, **{f"f:{key}": {} for key in keys}}}}]
    applied = json.dumps({"data": dict.fromkeys(keys, VALUE)})
    metadata = {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied, "note": "kept"}}
    if managed:
        metadata["managedFields"] = fields  # type: ignore[assignment]  # a list among mappings
    return obj("Secret", name, metadata=metadata, data=dict.fromkeys(keys, VALUE), type=of_type)


def owned(kind: str, name: str, by: str, of_kind: str) -> Json:
    reference = {"apiVersion": "apps/v1", "kind": of_kind, "name": by, "uid": f"uid-{by}", "controller": True}
    return obj(kind, name, "apps/v1" if kind == "ReplicaSet" else "v1", metadata={"ownerReferences": [reference]})


def places(cluster: LiveCluster) -> list[str]:
    return [resource.place.file for resource in cluster.read().inventory]


def test_objects_are_named_by_context_and_namespace(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [
        obj("ConfigMap", "settings", data={"a": "b"}),
        obj("ConfigMap", "elsewhere", namespace="web"),
        obj("Deployment", "cart", "apps/v1", spec={"replicas": 1}),
        obj("Namespace", "shop", namespace=""),
    ]
    read = LiveCluster().read()
    assert [str(resource.place) for resource in read.inventory] == [
        "harbour/shop/ConfigMap/settings",
        "harbour/shop/Deployment/cart",
        "harbour/Namespace/shop",
    ]
    assert read.counts.resources == 3
    assert read.texts["harbour/shop/ConfigMap/settings"].splitlines()[0] == "apiVersion: v1"
    assert read.inventory.locate(read.inventory.resources[0], "data.a").line == 0


def test_all_namespaces_with_what_is_outside_them(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [
        obj("ConfigMap", "settings"),
        obj("ConfigMap", "elsewhere", namespace="web"),
        obj("Namespace", "shop", namespace=""),
        obj("Namespace", "kube-system", namespace=""),
        obj("PriorityClass", "high", "scheduling.k8s.io/v1", namespace="", value=7),
    ]
    assert places(LiveCluster(everywhere=True)) == [
        "harbour/Namespace/shop",
        "harbour/shop/ConfigMap/settings",
        "harbour/web/ConfigMap/elsewhere",
        "harbour/PriorityClass/high",
    ]


def test_of_a_namespace_the_classes_that_it_names(cluster: Cluster, kubeconfig: Path) -> None:
    template = {"spec": {"priorityClassName": "high"}}
    cluster.objects = [
        obj("Deployment", "cart", "apps/v1", spec={"template": template}),
        obj("PriorityClass", "high", "scheduling.k8s.io/v1", namespace="", value=7),
        obj("PriorityClass", "low", "scheduling.k8s.io/v1", namespace="", value=1),
    ]
    assert places(LiveCluster()) == ["harbour/shop/Deployment/cart", "harbour/PriorityClass/high"]


def test_what_nobody_wrote_is_counted_and_left_out(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [
        obj("ConfigMap", "kube-root-ca.crt"),
        obj("Deployment", "cart", "apps/v1"),
        owned("ReplicaSet", "cart-1", "cart", "Deployment"),
        *(owned("Pod", f"cart-1-{n}", "cart-1", "ReplicaSet") for n in range(3)),
        obj("Pod", "going", metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}),
        obj("Event", "cart.1"),
        secret("sh.helm.release.v1.cart.v1", "release", of_type="helm.sh/release.v1"),
    ]
    live = LiveCluster()
    assert places(live) == ["harbour/shop/Deployment/cart"]
    assert live.notices() == [
        "context harbour: left out, made by Helm: 1 Secret",
        "context harbour: left out, made by Kubernetes: 1 ConfigMap",
        "context harbour: left out, being deleted: 1 Pod",
        "context harbour: left out, made by controllers: 3 Pod, 1 ReplicaSet",
    ]
    assert not any("events" in asked or "componentstatuses" in asked for asked in cluster.asked)


def test_claims_of_stateful_sets_are_left_to_them(cluster: Cluster, kubeconfig: Path) -> None:
    """They have no owner, but it is known who made them."""
    made = [{"manager": "kube-controller-manager"}, {"manager": "csi-driver", "subresource": "status"}]
    kept = [{"manager": "kubectl"}, {"manager": "kube-controller-manager"}]
    cluster.objects = [
        obj("PersistentVolumeClaim", "data-cache-0", metadata={"managedFields": made}),
        obj("PersistentVolumeClaim", "data", metadata={"managedFields": kept}),
    ]
    assert places(LiveCluster()) == ["harbour/shop/PersistentVolumeClaim/data"]


@pytest.mark.parametrize(
    ("applied", "spec"),
    [(None, {}), ({"spec": {"template": {}}}, {}), ({"spec": {"replicas": 3}}, {"replicas": 5})],
    ids=["not applied", "applied without", "applied with"],
)
def test_replicas_that_an_autoscaler_set_are_nobodys(
    cluster: Cluster, kubeconfig: Path, applied: Json | None, spec: Json
) -> None:
    note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(applied)} if applied else {}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}
    cluster.objects = [
        obj("Deployment", "cart", "apps/v1", metadata={"annotations": note}, spec={"replicas": 5}),
        obj("Deployment", "web", "apps/v1", spec={"replicas": 5}),
        obj("HorizontalPodAutoscaler", "cart", "autoscaling/v2", spec={"scaleTargetRef": target}),
    ]
    inventory = LiveCluster().read().inventory
    assert [resource.spec for resource in inventory.of_kind("Deployment")] == [spec, {"replicas": 5}]


@pytest.mark.parametrize("tables", [True, False])
@pytest.mark.parametrize("managed", [True, False])
def test_values_of_secrets_are_nowhere(cluster: Cluster, kubeconfig: Path, tables: bool, managed: bool) -> None:
    cluster.tables = tables
    cluster.objects = [secret("db", "user", "password", managed=managed)]
    live = LiveCluster()
    (found,) = live.read().inventory
    assert found.object == {
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "db", "namespace": "shop", "annotations": {"note": "kept"}},
        "data": {"password": "eyJyZWRhY3RlZCI6dHJ1ZX0=", "user": "eyJyZWRhY3RlZCI6dHJ1ZX0="},
    }  # fmt: skip
    assert json.loads(base64.b64decode(found.object["data"]["user"])) == {"redacted": True}
    assert VALUE not in writing.as_yaml(found.object)
    assert live.notices() == ['context harbour: Secrets: 1; their values were not read and stand as "redacted"']
    read_alone = [asked for asked in cluster.asked if asked.endswith("/secrets/db")]
    assert len(read_alone) == (tables and not managed)


def test_kinds_that_are_forbidden_are_told_and_the_rest_is_read(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [obj("ConfigMap", "settings"), secret("db", "user")]
    cluster.forbidden = {"secrets", "replicasets"}
    live = LiveCluster()
    assert places(live) == ["harbour/shop/ConfigMap/settings"]
    assert live.notices() == ["context harbour: you may not list secrets, replicasets.apps; the rest was read"]


def test_what_nobody_may_see_is_not_missed(cluster: Cluster, kubeconfig: Path) -> None:
    source = {"name": "c", "envFrom": [{"secretRef": {"name": "db"}}, {"configMapRef": {"name": "gone"}}]}
    cluster.objects = [obj("Pod", "web", spec={"containers": [source]})]
    cluster.forbidden = {"secrets"}
    missing = [reference.kind for _, reference in references(LiveCluster().read().inventory).dangling()]
    assert missing == ["ConfigMap"]


def test_where_everything_is_forbidden_nothing_can_be_done(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.forbidden = {kind.plural for kind in cluster.kinds}
    with pytest.raises(ClusterError, match=r"^context harbour, namespace shop: you may list nothing there"):
        LiveCluster().read()


def test_large_kinds_come_page_by_page(cluster: Cluster, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 10)
    cluster.objects = [obj("ConfigMap", f"c-{number}") for number in range(25)]
    sizes = [len(reading.inventory) for reading in LiveCluster().readings()]
    assert [size for size in sizes if size] == [10, 10, 5]


@pytest.mark.parametrize("refusal", [429, 410])
def test_busy_servers_and_expired_pages(
    cluster: Cluster, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    """429 with Retry-After is asked again; 410 gives a new place to go on from."""
    monkeypatch.setattr(listing, "PAGE", 10)
    cluster.objects = [obj("ConfigMap", f"c-{number}") for number in range(25)]
    pages = LiveCluster().readings()
    found = [resource.name for resource in next(reading.inventory for reading in pages if reading.inventory)]
    cluster.refusals = [refusal]
    found += [resource.name for reading in pages for resource in reading.inventory]
    assert sorted(found) == sorted(resource["metadata"]["name"] for resource in cluster.objects)


@pytest.mark.parametrize("aggregated", [True, False])
def test_both_forms_of_discovery_give_the_preferred_version(
    cluster: Cluster, kubeconfig: Path, aggregated: bool
) -> None:
    cluster.aggregated = aggregated
    cluster.objects = [obj("Boat", "a", "example.com/v1"), obj("Boat", "b", "example.com/v1beta1")]
    assert places(LiveCluster()) == ["harbour/shop/Boat/a"]


BOATS = obj(
    "CustomResourceDefinition", "boats.example.com", "apiextensions.k8s.io/v1", namespace="",
    spec={
        "group": "example.com", "scope": "Namespaced", "names": {"kind": "Boat", "plural": "boats"},
        "versions": [{
            "name": "v1", "served": True, "storage": True,
            "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {"type": "object", "properties": {"sails": {"type": "integer"}}}},
            }},
        }],
    },
)  # fmt: skip


def test_definitions_of_the_cluster_describe_its_custom_resources(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [obj("Boat", "a", "example.com/v1", spec={"sails": "two"}), BOATS]
    read = LiveCluster().read()
    assert [each.name for each in read.inventory.definitions] == ["boats.example.com"]
    (finding,) = validation_outcome.validate_readings(LiveCluster().readings(), Terms("1.34")).judgement.findings
    assert (str(finding.location.place), finding.location.path) == ("harbour/shop/Boat/a", "spec.sails")


def test_definitions_are_asked_for_only_where_there_are_resources(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.objects = [BOATS]
    LiveCluster().read()
    assert not any("customresourcedefinitions" in asked for asked in cluster.asked)
    assert [each.name for each in LiveCluster().definitions()] == ["boats.example.com"]


def test_nodes_are_those_that_are_ready(cluster: Cluster, kubeconfig: Path) -> None:
    """What troubles a node comes again by itself; that somebody cordoned it stays."""
    own, cordon = {"key": "team", "effect": "NoSchedule"}, {"key": "node.kubernetes.io/unschedulable"}
    spec = {"unschedulable": True, "taints": [own, cordon, {"key": "node.kubernetes.io/memory-pressure"}]}
    status = {"allocatable": {"cpu": "4"}, "conditions": [{"type": "Ready", "status": "True"}]}
    silent = {**status, "conditions": [{"type": "Ready", "status": "Unknown"}]}
    cluster.objects = [
        obj("Node", "n-1", namespace="", spec=spec, status=status),
        obj("Node", "n-2", namespace="", status=silent),
    ]
    live = LiveCluster()
    (node,) = live.nodes()
    assert (str(node.place), node.object.status) == ("harbour/Node/n-1", status)
    assert node.spec == {"unschedulable": True, "taints": [own, cordon]}
    assert live.notices() == ["context harbour: nodes that are not ready and left out: 1"]


def test_nodes_may_be_forbidden(cluster: Cluster, kubeconfig: Path) -> None:
    cluster.forbidden = {"nodes"}
    live = LiveCluster()
    assert live.nodes() == []
    assert live.notices() == ["context harbour: you may not list nodes; the rest was read"]
