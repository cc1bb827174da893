"""What counts as noticed: figures of a timeline, severities, and when a rollout is through."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.model.objects import Object
from seatrial.trial.judge import is_rolled_out


def workload(kind: str, status: dict[str, Any], generation: int = 2, **spec: Any) -> Object:
    return Object(kind=kind, metadata={"name": "web", "generation": generation}, spec=spec, status=status)


DONE = {"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3, "readyReplicas": 3}


@pytest.mark.parametrize(
    ("obj", "through"),
    [
        (workload("Deployment", DONE, replicas=3), True),
        (workload("Deployment", {**DONE, "observedGeneration": 1}, replicas=3), False),
        (workload("Deployment", {**DONE, "updatedReplicas": 2}, replicas=3), False),
        (workload("Deployment", {**DONE, "replicas": 4}, replicas=3), False),
        (workload("Deployment", {**DONE, "availableReplicas": 2}, replicas=3), False),
        (workload("Deployment", {**DONE, "updatedReplicas": 0}, replicas=3, paused=True), True),
        (workload("StatefulSet", DONE, replicas=3), True),
        (workload("StatefulSet", {**DONE, "updatedReplicas": 1}, replicas=3), False),
        (
            workload(
                "StatefulSet",
                {**DONE, "updatedReplicas": 1},
                replicas=3,
                updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
            ),
            True,
        ),
        (
            workload("StatefulSet", {**DONE, "updatedReplicas": 0}, replicas=3, updateStrategy={"type": "OnDelete"}),
            True,
        ),
        (
            workload(
                "DaemonSet",
                {
                    "observedGeneration": 2,
                    "desiredNumberScheduled": 3,
                    "updatedNumberScheduled": 3,
                    "numberAvailable": 3,
                },
            ),
            True,
        ),
        (
            workload(
                "DaemonSet",
                {
                    "observedGeneration": 2,
                    "desiredNumberScheduled": 3,
                    "updatedNumberScheduled": 2,
                    "numberAvailable": 3,
                },
            ),
            False,
        ),
        (workload("Job", {}), True),
    ],
)
def test_a_rollout_is_through_when_kubectl_would_say_so(obj: Object, through: bool) -> None:
    assert is_rolled_out(obj) is through
