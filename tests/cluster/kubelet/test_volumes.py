"""ConfigMaps and Secrets: as files, as environment, and what happens while they are missing (recordings, 1.36)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from seatrial.model.objects import Object, evolve
from tests.cluster.kubelet.stage import NAMESPACE, Stage, container, pod


def source(kind: str, name: str = "conf", **data: str) -> Object:
    if kind == "Secret":
        data = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    meta = {"name": name, "namespace": NAMESPACE}
    return Object({"apiVersion": "v1", "kind": kind, "metadata": meta, "data": data})


def volume(kind: str, **fields: Any) -> list[dict[str, Any]]:
    if kind == "Secret":
        return [{"name": "v", "secret": {"secretName": "conf", **fields}}]
    return [{"name": "v", "configMap": {"name": "conf", **fields}}]


class Reader:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.seen: list[tuple[float, dict[str, str]]] = []
        stage.kubelets.file_observer.append(self.read)

    def read(self, pod: tuple[str, str], files: dict[str, str]) -> None:
        self.seen.append((self.stage.cluster.clock.now, files))


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_a_change_reaches_the_files_at_the_next_sync(kind: str) -> None:
    stage = Stage()
    reader = Reader(stage)
    stage.cluster.api.create(source(kind, a="1"))
    stage.run(20.0, pod(volumes=volume(kind)))
    found = stage.cluster.store.get(kind, NAMESPACE, "conf")
    assert found is not None
    stage.cluster.api.update(evolve(found, data=source(kind, a="2")["data"]))
    stage.run(200.0)
    assert [files for _, files in reader.seen] == [{"v/a": "1"}, {"v/a": "2"}]
    assert 60 <= reader.seen[1][0] <= 95


def test_items_choose_keys_and_paths() -> None:
    stage = Stage()
    reader = Reader(stage)
    stage.cluster.api.create(source("ConfigMap", a="1", b="2"))
    stage.run(5.0, pod(volumes=volume("ConfigMap", items=[{"key": "b", "path": "deep/x"}])))
    assert reader.seen[-1][1] == {"v/deep/x": "2"}


def test_a_missing_one_is_mounted_at_doubling_intervals() -> None:
    """Tried at 0, 0.5, 1.5, 3.5, 7.5, 15.7, 32 s: made at 22 s it mounts at 32 s."""
    stage = Stage().run(22.0, pod(volumes=volume("ConfigMap")))
    assert "FailedMount" in stage.reasons()
    assert stage.container()["state"]["waiting"]["reason"] == "ContainerCreating"
    stage.cluster.api.create(source("ConfigMap", a="1"))
    stage.run(60.0)
    assert stage.times("started")[0] == pytest.approx(32, abs=1)


def test_an_optional_one_may_be_missing() -> None:
    stage = Stage().run(5.0, pod(volumes=volume("ConfigMap", optional=True)))
    assert stage.condition("Ready") == "True"


REFERENCE = {"name": "conf", "key": "a"}


@pytest.mark.parametrize(
    ("fields", "made", "message"),
    [
        ({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": REFERENCE}}]}, {}, 'configmap "conf" not found'),
        ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": REFERENCE}}]}, {}, 'secret "conf" not found'),
        (
            {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": REFERENCE}}]},
            {"other": "1"},
            "couldn't find key a in ConfigMap shop/conf",
        ),
        ({"envFrom": [{"configMapRef": {"name": "conf"}}]}, {}, 'configmap "conf" not found'),
    ],
)
def test_an_environment_that_is_missing(fields: dict[str, Any], made: dict[str, str], message: str) -> None:
    stage = Stage()
    if made:
        stage.cluster.api.create(source("ConfigMap", **made))
    stage.run(10.0, pod(containers=[container(**fields)]))
    waiting = stage.container()["state"]["waiting"]
    assert (waiting["reason"], waiting["message"]) == ("CreateContainerConfigError", message)


def test_the_environment_is_looked_at_every_ten_to_fifteen_seconds() -> None:
    fields: dict[str, Any] = {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": REFERENCE}}]}
    stage = Stage().run(25.0, pod(containers=[container(**fields)]))
    stage.cluster.api.create(source("ConfigMap", a="1"))
    stage.run(60.0)
    assert 25 <= stage.times("started")[0] <= 41


@pytest.mark.parametrize(
    ("context", "waits"),
    [
        ({"runAsNonRoot": True}, True),
        ({"runAsNonRoot": True, "runAsUser": 0}, True),
        ({"runAsNonRoot": True, "runAsUser": 1000}, False),
    ],
)
def test_non_root(context: dict[str, Any], waits: bool) -> None:
    stage = Stage().run(5.0, pod(containers=[container(securityContext=context)]))
    assert ("waiting" in stage.container()["state"]) is waits


def messages(stage: Stage) -> set[str]:
    return {e["message"] for e in stage.cluster.store.list("Event") if e["reason"] == "FailedMount"}


SETUP = 'MountVolume.SetUp failed for volume "v" : '


@pytest.mark.parametrize(
    ("volume", "made", "flaw"),
    [
        ({"configMap": {"name": "conf"}}, None, 'configmap "conf" not found'),
        ({"secret": {"secretName": "conf"}}, None, 'secret "conf" not found'),
        (
            {"configMap": {"name": "conf", "items": [{"key": "b", "path": "b"}]}},
            "ConfigMap",
            "configmap references non-existent config key: b",
        ),
        (
            {"secret": {"secretName": "conf", "items": [{"key": "b", "path": "b"}]}},
            "Secret",
            "references non-existent secret key: b",
        ),
        ({"projected": {"sources": [{"secret": {"name": "conf"}}]}}, None, 'secret "conf" not found'),
        (
            {"projected": {"sources": [{"configMap": {"name": "conf"}}, {"secret": {"name": "keys"}}]}},
            None,
            '[configmap "conf" not found, secret "keys" not found]',
        ),
    ],
)
def test_what_is_wrong_with_a_volume(volume: dict[str, Any], made: str | None, flaw: str) -> None:
    stage = Stage()
    if made:
        stage.cluster.api.create(source(made, a="1"))
    stage.run(300.0, pod(volumes=[{"name": "v", **volume}]))
    assert messages(stage) == {SETUP + flaw}  # a sync that waits in vain says nothing


def test_a_pod_that_waits_for_a_volume_ends_when_it_is_deleted() -> None:
    """The delete cancels the sync; the next list, and its containers that never were are called lost."""
    stage = Stage().run(10.0, pod(volumes=volume("ConfigMap")))
    stage.delete()
    stage.run(13.0)
    assert stage.get() is None
