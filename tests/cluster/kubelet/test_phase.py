"""Phases: pkg/kubelet/kubelet_pods_test.go TestPodPhaseWith..., Kubernetes 1.36, restated as rows."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.kubelet.phase import phase_of

RUNNING = {"state": {"running": {}}, "started": True}
UNSTARTED = {"state": {"running": {}}, "started": False}
SUCCEEDED = {"state": {"terminated": {"exitCode": 0}}}
FAILED = {"state": {"terminated": {"exitCode": 1}}}
WAITING: dict[str, Any] = {"state": {"waiting": {}}}
WAITING_AFTER_FAILURE = {"state": {"waiting": {}}, "lastState": {"terminated": {"exitCode": 1}}}


def phase(policy: str, regular: list[Any], init: Any = (), sidecars: Any = (), **how: bool) -> str:
    statuses: dict[str, Any] = {}
    spec: dict[str, Any] = {"restartPolicy": policy, "containers": [], "initContainers": []}
    for place, status in enumerate(init):
        spec["initContainers"].append({"name": f"init-{place}"})
        statuses[f"init-{place}"] = status
    for place, status in enumerate(sidecars):
        spec["initContainers"].append({"name": f"side-{place}", "restartPolicy": "Always"})
        statuses[f"side-{place}"] = status
    for place, status in enumerate(regular):
        spec["containers"].append({"name": f"app-{place}"})
        statuses[f"app-{place}"] = status
    return phase_of(spec, statuses, terminal=how.get("terminal", False), initialized=how.get("initialized", False))


@pytest.mark.parametrize(
    ("policy", "statuses", "expected"),
    [
        ("Always", [RUNNING, RUNNING], "Running"),
        ("Always", [SUCCEEDED, SUCCEEDED], "Running"),
        ("Always", [FAILED, FAILED], "Running"),
        ("Always", [RUNNING, SUCCEEDED], "Running"),
        ("Always", [RUNNING, WAITING], "Pending"),
        ("Always", [RUNNING, WAITING_AFTER_FAILURE], "Running"),
        ("OnFailure", [SUCCEEDED, SUCCEEDED], "Succeeded"),
        ("OnFailure", [FAILED, SUCCEEDED], "Running"),
        ("OnFailure", [RUNNING, FAILED], "Running"),
        ("Never", [SUCCEEDED, SUCCEEDED], "Succeeded"),
        ("Never", [SUCCEEDED, FAILED], "Failed"),
        ("Never", [RUNNING, FAILED], "Running"),
        ("Never", [WAITING, WAITING], "Pending"),
    ],
)
def test_ordinary_containers(policy: str, statuses: list[Any], expected: str) -> None:
    assert phase(policy, statuses) == expected


@pytest.mark.parametrize(
    ("policy", "init", "regular", "expected"),
    [
        ("Never", FAILED, WAITING, "Failed"),
        ("OnFailure", FAILED, WAITING, "Pending"),
        ("Always", FAILED, WAITING, "Pending"),
        ("Always", RUNNING, WAITING, "Pending"),
        ("Always", SUCCEEDED, RUNNING, "Running"),
        ("Always", WAITING_AFTER_FAILURE, WAITING, "Pending"),
        ("Never", SUCCEEDED, FAILED, "Failed"),
    ],
)
def test_init_containers(policy: str, init: Any, regular: Any, expected: str) -> None:
    assert phase(policy, [regular], init=[init]) == expected


@pytest.mark.parametrize(
    ("sidecar", "regular", "initialized", "expected"),
    [
        (UNSTARTED, WAITING, False, "Pending"),
        (UNSTARTED, RUNNING, True, "Running"),
        (RUNNING, SUCCEEDED, True, "Running"),
        (SUCCEEDED, SUCCEEDED, True, "Succeeded"),
        (FAILED, SUCCEEDED, True, "Succeeded"),
        (FAILED, FAILED, True, "Failed"),
    ],
)
def test_sidecars_do_not_decide_on_success(sidecar: Any, regular: Any, initialized: bool, expected: str) -> None:
    assert phase("Never", [regular], sidecars=[sidecar], initialized=initialized) == expected


@pytest.mark.parametrize(("statuses", "expected"), [([SUCCEEDED], "Succeeded"), ([SUCCEEDED, FAILED], "Failed")])
def test_a_pod_that_is_ended_is_through_whatever_its_policy(statuses: list[Any], expected: str) -> None:
    assert phase("Always", statuses, terminal=True) == expected
