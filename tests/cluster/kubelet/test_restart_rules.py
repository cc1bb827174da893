"""Restart policies of containers and their rules (pkg/api/v1/pod TestContainerShouldRestart, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.kubelet.restart_rules import restarts
from tests.cluster.kubelet.stage import Stage, container, pod

ON_42 = [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]
NOT_42 = [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [42]}}]


@pytest.mark.parametrize(
    ("own", "pods", "code", "again"),
    [
        ({}, "Always", 0, True),
        ({}, "OnFailure", 0, False),
        ({}, "OnFailure", 1, True),
        ({}, "Never", 1, False),
        ({"restartPolicy": "Always"}, "Never", 0, True),
        ({"restartPolicy": "Never"}, "Always", 1, False),
        ({"restartPolicy": "OnFailure"}, "Never", 1, True),
        ({"restartPolicy": "Never", "restartPolicyRules": ON_42}, "Never", 42, True),
        ({"restartPolicy": "Never", "restartPolicyRules": ON_42}, "Always", 1, False),
        ({"restartPolicy": "Never", "restartPolicyRules": NOT_42}, "Never", 1, True),
        ({"restartPolicy": "Never", "restartPolicyRules": NOT_42}, "Never", 42, False),
    ],
)
def test_whether_a_container_is_started_again(own: dict[str, Any], pods: str, code: int, again: bool) -> None:
    assert restarts(own, {"restartPolicy": pods}, code) is again


def test_one_container_restarts_all() -> None:
    rules = [{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [88]}}]
    app = container("app", restartPolicy="Never", restartPolicyRules=rules)
    scripts = {"init": {"exitAfter": 1}, "app": {"runs": [{"exitAfter": 5, "exitCode": 88}, {}]}}
    stage = Stage().run(
        30.0, pod(scripts=scripts, initContainers=[container("init")], containers=[app, container("b")])
    )
    assert [len(stage.times("started", name)) for name in ("init", "app", "b")] == [2, 2, 2]
    assert stage.container("b")["lastState"]["terminated"]["reason"] == "RestartingAllContainers"
    assert stage.condition("Ready") == "True"
