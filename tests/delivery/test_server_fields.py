"""What is left of a live object is what somebody would have written."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.delivery import server_fields
from seatrial.model.objects import Object

SET_BY_THE_SERVER = {
    "uid": "7f0c", "resourceVersion": "12", "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 3,
    "managedFields": [{"manager": "kubectl"}], "finalizers": ["kubernetes.io/pvc-protection"],
    "ownerReferences": [{"apiVersion": "example.com/v1", "kind": "Boat", "name": "a", "uid": "1"}],
}  # fmt: skip


def live(kind: str, spec: dict[str, Any], api_version: str = "v1", **metadata: Any) -> Object:
    named = {"name": "a", "namespace": "shop", **SET_BY_THE_SERVER, **metadata}
    return Object(apiVersion=api_version, kind=kind, metadata=named, spec=spec, status={"phase": "Active"})


def test_metadata_and_status() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "cart"}
    kept = server_fields.without(live("ConfigMap", {}, labels={"app": "a"}, annotations=annotations))
    assert kept["metadata"] == {
        "name": "a", "namespace": "shop", "labels": {"app": "a"}, "annotations": {"team": "cart"},
    }  # fmt: skip
    assert "status" not in kept


def test_nothing_is_changed_in_place() -> None:
    obj = live("Service", {"clusterIP": "10.0.0.1"})
    server_fields.without(obj)
    assert obj.spec == {"clusterIP": "10.0.0.1"}
    assert obj.uid == "7f0c"


TEMPLATE = {"metadata": {"creationTimestamp": None, "labels": {"app": "a"}}, "spec": {"containers": []}}
BARE_TEMPLATE = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": []}}


@pytest.mark.parametrize(
    ("kind", "spec", "kept"),
    [
        ("Deployment.apps", {"template": TEMPLATE}, {"template": BARE_TEMPLATE}),
        (
            "StatefulSet.apps",
            {"volumeClaimTemplates": [{"metadata": {"name": "d", "creationTimestamp": None}, "status": {}}]},
            {"volumeClaimTemplates": [{"metadata": {"name": "d"}}]},
        ),
        (
            "CronJob.batch",
            {"jobTemplate": {"metadata": {"creationTimestamp": None}, "spec": {"template": TEMPLATE}}},
            {"jobTemplate": {"metadata": {}, "spec": {"template": BARE_TEMPLATE}}},
        ),
        (
            "Job.batch",
            {
                "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "7"}},
                "template": {"metadata": {"labels": {"job-name": "a", "controller-uid": "7", "app": "a"}}, "spec": {}},
            },
            {"template": {"metadata": {"labels": {"app": "a"}}, "spec": {}}},
        ),
        (
            "Job.batch",
            {"manualSelector": True, "selector": {"matchLabels": {"app": "a"}}, "template": BARE_TEMPLATE},
            {"manualSelector": True, "selector": {"matchLabels": {"app": "a"}}, "template": BARE_TEMPLATE},
        ),
        (
            "Service",
            {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ipFamilies": ["IPv4"], "ports": [{"port": 80}]},
            {"ports": [{"port": 80}]},
        ),
        ("Service", {"clusterIP": "None", "clusterIPs": ["None"]}, {"clusterIP": "None"}),
        (
            "Pod",
            {
                "nodeName": "node-1",
                "priority": 0,
                "serviceAccount": "default",
                "serviceAccountName": "default",
                "volumes": [{"name": "kube-api-access-x7x", "projected": {}}],
                "containers": [{"name": "c", "volumeMounts": [{"name": "kube-api-access-x7x", "mountPath": "/var"}]}],
                "tolerations": [{"key": "node.kubernetes.io/not-ready"}, {"key": "spot"}],
            },
            {"serviceAccountName": "default", "containers": [{"name": "c"}], "tolerations": [{"key": "spot"}]},
        ),
        ("Namespace", {"finalizers": ["kubernetes"]}, None),
        ("Service.serving.knative.dev", {"clusterIP": "10.0.0.1"}, {"clusterIP": "10.0.0.1"}),
    ],
)
def test_specs(kind: str, spec: dict[str, Any], kept: dict[str, Any] | None) -> None:
    name, _, group = kind.partition(".")
    assert server_fields.without(live(name, spec, f"{group}/v1" if group else "v1")).get("spec") == kept


@pytest.mark.parametrize(
    ("annotations", "kept"),
    [({"pv.kubernetes.io/bound-by-controller": "yes"}, {}), ({}, {"volumeName": "disk-7"})],
)
def test_claims_keep_the_volume_that_somebody_chose(annotations: dict[str, str], kept: dict[str, str]) -> None:
    claim = live("PersistentVolumeClaim", {"volumeName": "disk-7"}, annotations=annotations)
    assert server_fields.without(claim).spec == kept


def test_accounts_lose_the_tokens_that_were_made_for_them() -> None:
    account = Object(apiVersion="v1", kind="ServiceAccount", metadata={"name": "a"})
    assert server_fields.without(Object(account, secrets=[{"name": "a-token-x7x"}])) == account
    kept = [{"name": "mine"}]
    assert server_fields.without(Object(account, secrets=[{"name": "a-token-x7x"}, *kept])) == {
        **account,
        "secrets": kept,
    }
