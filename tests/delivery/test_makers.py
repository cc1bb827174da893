"""What nobody wrote, and who made it."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.delivery.makers import maker_of
from seatrial.model.objects import Object


def owner(kind: str, api_version: str) -> dict[str, Any]:
    reference = {"apiVersion": api_version, "kind": kind, "name": "o", "uid": "1", "controller": True}
    return {"ownerReferences": [reference]}


@pytest.mark.parametrize(
    ("kind", "name", "fields", "maker"),
    [
        ("Pod", "a", {}, ""),
        ("Pod", "a", owner("ReplicaSet", "apps/v1"), "controllers"),
        ("Job", "a", owner("CronJob", "batch/v1"), "controllers"),
        ("Pod", "kube-apiserver", owner("Node", "v1"), "controllers"),
        ("StatefulSet", "a", owner("Prometheus", "monitoring.coreos.com/v1"), ""),
        ("Service", "a", owner("Service", "serving.knative.dev/v1"), ""),
        ("Pod", "a", {"ownerReferences": [{"kind": "ReplicaSet", "apiVersion": "apps/v1"}]}, ""),
        ("ConfigMap", "kube-root-ca.crt", {}, "Kubernetes"),
        ("ConfigMap", "settings", {}, ""),
        ("ServiceAccount", "default", {}, "Kubernetes"),
        ("ServiceAccount", "cart", {}, ""),
        ("ClusterRole", "edit", {"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}, "Kubernetes"),
        ("FlowSchema", "exempt", {"annotations": {"apf.kubernetes.io/autoupdate-spec": "true"}}, "Kubernetes"),
        ("FlowSchema", "mine", {"annotations": {"apf.kubernetes.io/autoupdate-spec": "false"}}, ""),
        ("APIService", "v1.apps", {"labels": {"kube-aggregator.kubernetes.io/automanaged": "onstart"}}, "Kubernetes"),
        ("PersistentVolume", "pvc-1", {"annotations": {"pv.kubernetes.io/provisioned-by": "csi"}}, "controllers"),
        ("PersistentVolume", "disk", {}, ""),
    ],
)
def test_makers(kind: str, name: str, fields: dict[str, Any], maker: str) -> None:
    assert maker_of(Object(apiVersion="v1", kind=kind, metadata={"name": name, "namespace": "shop", **fields})) == maker


@pytest.mark.parametrize(
    ("of_type", "maker"),
    [
        ("Opaque", ""),
        ("kubernetes.io/tls", ""),
        ("kubernetes.io/service-account-token", "Kubernetes"),
        ("helm.sh/release.v1", "Helm"),
    ],
)
def test_makers_of_secrets(of_type: str, maker: str) -> None:
    assert maker_of(Object(apiVersion="v1", kind="Secret", metadata={"name": "s"}, type=of_type)) == maker


def test_namespaces_that_every_cluster_has() -> None:
    made = [
        maker_of(Object(apiVersion="v1", kind="Namespace", metadata={"name": name})) for name in ("default", "shop")
    ]
    assert made == ["Kubernetes", ""]
