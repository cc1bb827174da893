"""Configuration that reaches the pods, and secrets that are none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import container, found, named, severities, workload

SETTINGS = named("ConfigMap", "settings", data={"level": "info"})
ENV = container(env=[{"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "level"}}}])
ENV_FROM = container(envFrom=[{"configMapRef": {"name": "settings"}}])
VOLUME = {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}


def mounted(**mount: str) -> dict[str, Any]:
    return container(volumeMounts=[{"name": "v", "mountPath": "/etc/x", **mount}])


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (workload(containers=[ENV]), 1),
        (workload(containers=[ENV_FROM]), 1),
        (workload(containers=[mounted()], pod=VOLUME), 0),  # the kubelet brings new files
        (workload(containers=[mounted(subPath="level")], pod=VOLUME), 1),
        (workload(containers=[ENV], annotations={"checksum/config": "abc"}), 0),
        (workload(containers=[ENV], annotations={"reloader.stakater.com/auto": "true"}), 0),
        (workload("Job", containers=[ENV]), 0),
        (workload("CronJob", containers=[ENV]), 0),
        (workload("DaemonSet", containers=[ENV]), 1),
    ],
)
def test_what_a_change_reaches(given: dict[str, Any], count: int) -> None:
    assert len(found("config-change-restarts-nobody", given, SETTINGS)) == count


@pytest.mark.parametrize(
    "target",
    [
        named("ConfigMap", "settings", immutable=True, data={"level": "info"}),
        named("ConfigMap", "other", data={}),  # kept elsewhere: not this repository's to tie
    ],
)
def test_what_never_changes_or_is_not_ours(target: dict[str, Any]) -> None:
    assert found("config-change-restarts-nobody", workload(containers=[ENV]), target) == []


def test_names_with_a_hash_change_with_the_content() -> None:
    name = "settings-5tfh6cb79k"
    given = workload(containers=[container(envFrom=[{"configMapRef": {"name": name}}])])
    assert found("config-change-restarts-nobody", given, named("ConfigMap", name, data={})) == []


def test_one_finding_for_each_object_and_a_note_for_secrets() -> None:
    twice = container(env=[*ENV["env"], *ENV["env"]], envFrom=[{"secretRef": {"name": "keys"}}])
    secret = named("Secret", "keys", data={})
    assert severities("config-change-restarts-nobody", workload(containers=[twice]), SETTINGS, secret) == [
        "warning",
        "note",
    ]


def test_the_suggested_checksum_follows_the_content() -> None:
    def suggested(level: str) -> Any:
        target = named("ConfigMap", "settings", data={"level": level})
        (finding,) = found("config-change-restarts-nobody", workload(containers=[ENV]), target)
        assert finding.fix is not None
        return finding.fix.patches[0].operations[0]["value"]

    assert suggested("info") == suggested("info") != suggested("debug")


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("DB_PASSWORD", "hunter2", 1),
        ("PASSWORD", "hunter2", 1),
        ("STRIPE_API_KEY", "sk_live_1", 1),
        ("DATABASE_URL", "postgres://shop:hunter2@db/shop", 1),
        ("DATABASE_URL", "postgres://db/shop", 0),
        ("DATABASE_URL", "postgres://shop:$(DB_PASSWORD)@db/shop", 0),
        ("DB_PASSWORD_FILE", "/run/secrets/db", 0),
        ("DB_PASSWORD", "/run/secrets/db", 0),
        ("DB_PASSWORD", "$(OTHER)", 0),
        ("DB_PASSWORD", "", 0),
        ("SECRET_NAME", "db", 0),
        ("TOKEN_TTL", "3600", 0),
        ("DISABLE_PASSWORD", "true", 0),
        ("ETCD_INITIAL_CLUSTER_TOKEN", "etcd-1", 0),
        ("MONKEY", "banana", 0),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, count: int) -> None:
    given = workload(containers=[container(env=[{"name": name, "value": value}])])
    assert len(found("secret-in-plain-text", given)) == count


def test_secrets_in_config_maps() -> None:
    data = {"db-password": "hunter2", "db.host": "db", "nginx.conf": "password\nx"}
    (finding,) = found("secret-in-plain-text", named("ConfigMap", "settings", data=data))
    assert finding.location.path == "data[db-password]"


def test_variables_that_are_set_twice() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "A", "value": "3"}]
    (finding,) = found("env-duplicate", workload(containers=[container(env=env)]))
    assert finding.location.path.endswith("env[2].name")
