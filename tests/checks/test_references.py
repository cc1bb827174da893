"""Names that lead nowhere, and how sure the manifests make us."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import container, found, named, severities, workload


def reading(**source: Any) -> dict[str, Any]:
    return workload(containers=[container(env=[{"name": "X", "valueFrom": source}])])


def config(name: str, **data: str) -> dict[str, Any]:
    return named("ConfigMap", name, data=data)


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ({"volumes": [{"name": "v", "configMap": {"name": "gone"}}]}, ["error"]),
        ({"volumes": [{"name": "v", "configMap": {"name": "gone", "optional": True}}]}, []),
        ({"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "gone"}}]}}]}, ["error"]),
        ({"volumes": [{"name": "v", "configMap": {"name": "kube-root-ca.crt"}}]}, []),
        ({"volumes": [{"name": "v", "configMap": {"name": "there"}}]}, []),
    ],
)
def test_config_maps_in_volumes(pod: dict[str, Any], expected: list[str]) -> None:
    assert severities("config-map-missing", workload(pod=pod), config("there")) == expected


def test_config_maps_in_env_and_env_from() -> None:
    source = {"configMapRef": {"name": "gone"}}
    assert severities("config-map-missing", workload(containers=[container(envFrom=[source])]), config("x")) == [
        "error"
    ]
    assert severities("config-map-missing", reading(configMapKeyRef={"name": "gone", "key": "k"}), config("x")) == [
        "error"
    ]


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ([], ["warning"]),  # no ConfigMap at all: they are kept elsewhere
        ([config("other")], ["error"]),
        ([config("setting")], ["error"]),
        ([config("other"), named("Cluster", "c", "ceph.rook.io/v1")], ["warning"]),
    ],
)
def test_how_sure_it_is_that_a_config_map_is_missing(around: list[dict[str, Any]], expected: list[str]) -> None:
    given = reading(configMapKeyRef={"name": "settings", "key": "k"})
    assert severities("config-map-missing", given, *around) == expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ([], ["note"]),
        ([named("Secret", "db-credential", data={})], ["warning"]),  # a slip
        ([named("Secret", "unrelated", data={})], ["note"]),
        ([named("Secret", "db-credentials", data={})], []),
        ([named("SealedSecret", "db-credentials", "bitnami.com/v1alpha1")], []),
        ([named("ExternalSecret", "x", "external-secrets.io/v1", spec={"target": {"name": "db-credentials"}})], []),
        ([named("Certificate", "x", "cert-manager.io/v1", spec={"secretName": "db-credentials"})], []),
    ],
)
def test_secrets_are_often_kept_elsewhere(around: list[dict[str, Any]], expected: list[str]) -> None:
    given = reading(secretKeyRef={"name": "db-credentials", "key": "password"})
    assert severities("secret-missing", given, *around) == expected


def test_numbered_names_are_no_slips() -> None:
    given = reading(secretKeyRef={"name": "shard-credentials-1", "key": "password"})
    assert severities("secret-missing", given, named("Secret", "shard-credentials-2", data={})) == ["note"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"configMapKeyRef": {"name": "settings", "key": "host"}}, 0),
        ({"configMapKeyRef": {"name": "settings", "key": "hots"}}, 1),
        ({"configMapKeyRef": {"name": "settings", "key": "hots", "optional": True}}, 0),
        ({"configMapKeyRef": {"name": "gone", "key": "host"}}, 0),  # told by config-map-missing
    ],
)
def test_keys(source: dict[str, Any], expected: int) -> None:
    assert len(found("config-key-missing", reading(**source), config("settings", host="x"))) == expected


def test_a_key_that_is_nearly_there_is_suggested() -> None:
    given = reading(configMapKeyRef={"name": "settings", "key": "smtp-host"})
    (finding,) = found("config-key-missing", given, config("settings", **{"smtp-hosts": "x"}))
    assert finding.location.path == "spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.key"
    assert finding.fix is not None
    assert finding.fix.patches[0].operations[0]["value"] == "smtp-hosts"


def test_keys_of_a_volume_s_items() -> None:
    volume = {"name": "v", "configMap": {"name": "settings", "items": [{"key": "gone", "path": "x"}]}}
    assert len(found("config-key-missing", workload(pod={"volumes": [volume]}), config("settings", host="x"))) == 1


@pytest.mark.parametrize(
    ("account", "around", "expected"),
    [
        ("default", [named("ServiceAccount", "x")], []),
        ("web", [named("ServiceAccount", "web")], []),
        ("web", [named("ServiceAccount", "x")], ["error"]),
        ("web", [], ["warning"]),
    ],
)
def test_service_accounts(account: str, around: list[dict[str, Any]], expected: list[str]) -> None:
    given = workload(pod={"serviceAccountName": account})
    assert severities("service-account-missing", given, *around) == expected


def test_a_claim_template_makes_the_claim_of_its_name() -> None:
    pod = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    templates = [{"metadata": {"name": "data"}, "spec": {}}]
    assert found("claim-missing", workload("StatefulSet", pod=pod, volumeClaimTemplates=templates)) == []
    assert severities("claim-missing", workload("StatefulSet", pod=pod)) == ["warning"]


@pytest.mark.parametrize(("name", "expected"), [("system-node-critical", []), ("high", ["note"])])
def test_priority_classes(name: str, expected: list[str]) -> None:
    assert severities("priority-class-missing", workload(pod={"priorityClassName": name})) == expected
