"""What a trial says that it leaves out: only where something asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.profiles import Profiles
from seatrial.trial.unmodelled import not_modelled

ALWAYS = "calls between workloads: each is judged by its own users"


def of(kind: str, api_version: str = "v1", annotations: dict[str, str] | None = None, **spec: Any) -> Object:
    return Object(apiVersion=api_version, kind=kind, metadata={"name": "web", "annotations": annotations}, spec=spec)


def pod(**spec: Any) -> Object:
    return of("Pod", **{"containers": [{"name": "web", "image": "web:1"}], **spec})


LIMITED = [{"name": "web", "image": "web:1", "resources": {"limits": {"ephemeral-storage": "1Gi"}}}]


@pytest.mark.parametrize(
    ("obj", "said"),
    [
        (pod(), ""), (of("Service"), ""), (pod(schedulerName="default-scheduler"), ""),
        (pod(schedulerName="volcano"), "schedulers other than"), (pod(containers=LIMITED), "disks that fill up"),
        (pod(volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]), "disks that fill up"),
        (pod(volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}}]), ""),
        (of("Service", annotations={"service.kubernetes.io/topology-mode": "Auto"}), "hints by"),
        (of("Service", sessionAffinity="ClientIP"), "clients one by one"),
        (of("NetworkPolicy", "networking.k8s.io/v1"), "NetworkPolicies"),
        (of("HorizontalPodAutoscaler", "autoscaling/v2"), "autoscalers see no usage"),
        (of("Certificate", "cert-manager.io/v1"), "1 custom resources"),
    ],
)  # fmt: skip
def test_what_is_asked_for_and_not_modelled(obj: Object, said: str) -> None:
    found = not_modelled(Inventory([Resource(obj, Place("web.yaml"))]), Profiles())
    assert found[-1] == ALWAYS
    assert len(found) == 1 + bool(said)
    assert said in found[0]
