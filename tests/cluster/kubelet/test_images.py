"""Images: pkg/kubelet/images/image_manager_test.go, Kubernetes 1.36, restated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seatrial.cluster.kubelet import images
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.model.objects import Object
from seatrial.trial.replay.kubelet_runtime import ScriptedRuntime
from tests.cluster.kubelet.stage import Stage, container, pod


def asks(image: str, script: dict[str, Any], policy: str | None = None, name: str = "cart") -> Object:
    fields = {"imagePullPolicy": policy} if policy else {}
    made = pod(name, containers=[{**container(), "image": image, **fields}])
    made["metadata"]["annotations"]["sim/images"] = json.dumps({image: script})
    return made


def stage_with(*pods: Object) -> Stage:
    stage = Stage()
    kubelets: Kubelets = stage.kubelets
    kubelets["node-1"].runtime = ScriptedRuntime(pods)
    for one in pods:
        stage.cluster.api.create(one)
    return stage


@pytest.mark.parametrize(
    ("image", "policy", "pulls"),
    [
        ("present/app:1", "IfNotPresent", 0),
        ("present/app:1", "Never", 0),
        ("present/app:1", "Always", 1),
        ("absent/app:1", "IfNotPresent", 1),
        ("absent/app:1", "Always", 1),
        ("absent/app:1", None, 1),
    ],
)
def test_policies(image: str, policy: str | None, pulls: int) -> None:
    stage = stage_with(asks(image, {"pull": 2}, policy)).run(20.0)
    assert stage.reasons().count("Pulling") == pulls
    assert stage.times("started")[0] == pytest.approx(2.0 * pulls, abs=0.2)


def test_never_pulling_an_absent_image_waits() -> None:
    stage = stage_with(asks("absent/app:1", {}, "Never")).run(20.0)
    assert stage.container()["state"]["waiting"]["reason"] == "ErrImageNeverPull"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("app", "Always"), ("app:latest", "Always"), ("host:5000/app", "Always"),
        ("app:1", "IfNotPresent"), ("app@sha256:" + "0" * 64, "IfNotPresent"),
    ],
)  # fmt: skip
def test_the_default_policy_follows_the_tag(image: str, policy: str) -> None:
    assert images.policy_of({"image": image}) == policy


@pytest.mark.parametrize(
    ("image", "flaw"),
    [
        ("nginx", ""),
        ("registry.example.com:5000/team/app:v1.2", ""),
        ("localhost/app", ""),
        ("app@sha256:" + "a" * 64, ""),
        ("Upper/Case:1", "invalid reference format: repository name (Case) must be lowercase"),
        ("App", "invalid reference format: repository name (App) must be lowercase"),
        ("app:", "invalid reference format"),
        ("app:ta g", "invalid reference format"),
        ("a//b", "invalid reference format"),
    ],
)
def test_names(image: str, flaw: str) -> None:
    assert images.flaw_of(image) == flaw


def test_failed_pulls_are_held_back_ever_longer() -> None:
    stage = stage_with(asks("absent/app:1", {"pull": 0.5, "fail": 4})).run(15.0)
    assert stage.container()["state"]["waiting"]["reason"] in ("ErrImagePull", "ImagePullBackOff")
    stage.run(300.0)
    assert 150 <= stage.times("started")[0] <= 230


def test_pulls_of_a_node_wait_for_each_other() -> None:
    pods = [asks(f"absent/{name}:1", {"pull": 5}, name=name) for name in ("a", "b", "c")]
    stage = stage_with(*pods).run(30.0)
    assert stage.times("started") == pytest.approx([5, 10, 15], abs=0.2)


def test_a_pull_is_not_stopped_by_a_deletion() -> None:
    stage = stage_with(asks("absent/app:1", {"pull": 10})).run(5.0)
    stage.delete()
    stage.run(30.0)
    assert stage.times("started") == pytest.approx([10], abs=0.2)
    assert stage.get() is None
