"""Admission by the kubelet: pkg/kubelet/lifecycle/predicate_test.go, Kubernetes 1.36, restated."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.kubelet import admission
from seatrial.cluster.kubelet.admission import Admitted
from seatrial.model.objects import Object, evolve
from tests.cluster.kubelet.stage import Stage, container, node, pod


def asking(**requests: str) -> dict[str, Any]:
    return {"containers": [container(resources={"requests": requests})]}


def port(number: int, **fields: Any) -> dict[str, Any]:
    return {"containers": [container(ports=[{"containerPort": 80, "hostPort": number, **fields}])]}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (asking(cpu="2"), None),
        (asking(cpu="5"), "OutOfcpu"),
        (asking(memory="9Gi"), "OutOfmemory"),
        (asking(**{"example.com/gpu": "1"}), None),
        ({"nodeSelector": {"disk": "ssd"}}, "NodeAffinity"),
        ({"nodeSelector": {"zone": "a"}}, None),
        (port(8080), "NodePorts"),
        (port(8081), None),
        (port(8080, protocol="UDP"), None),
        ({"os": {"name": "windows"}}, "PodOSNotSupported"),
    ],
)
def test_what_a_node_refuses(spec: dict[str, Any], reason: str | None) -> None:
    others = Admitted()
    others.add(pod("other", **asking(cpu="1"), **{}))
    others.add(evolve(pod("web", **port(8080)), metadata={"uid": "web"}))
    there = evolve(node(), metadata={"labels": {"zone": "a"}})
    refusal = admission.refusal(pod(**spec), there, others)
    assert (refusal.reason if refusal else None) == reason


@pytest.mark.parametrize(
    ("effect", "tolerations", "refused"),
    [
        ("NoExecute", [], True),
        ("NoSchedule", [], False),
        ("NoExecute", [{"key": "dedicated", "operator": "Exists"}], False),
        ("NoExecute", [{"key": "dedicated", "operator": "Equal", "value": "y"}], True),
        ("NoExecute", [{"operator": "Exists"}], False),
    ],
)
def test_taints(effect: str, tolerations: list[dict[str, Any]], refused: bool) -> None:
    tainted = evolve(node(), spec={"taints": [{"key": "dedicated", "value": "x", "effect": effect}]})
    refusal = admission.refusal(pod(tolerations=tolerations), tainted, Admitted())
    assert (refusal is not None and refusal.reason == "TaintToleration") is refused


def test_a_node_takes_so_many_pods() -> None:
    stage = Stage(node(pods="2"))
    stage.run(5.0, *(pod(name) for name in ("a", "b", "c")))
    status = stage.pod("c").status
    assert (status["phase"], status["reason"]) == ("Failed", "OutOfpods")
    assert status["message"] == (
        "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 2"
    )


def test_pods_that_are_through_make_room() -> None:
    stage = Stage()
    done = pod("done", scripts={"app": {"exitAfter": 1}}, restartPolicy="Never", **asking(cpu="3"))
    stage.run(10.0, done)
    stage.run(20.0, pod("next", **asking(cpu="3")))
    assert stage.condition("Ready", of="next") == "True"


def test_counting_more_pods_stays_exact() -> None:
    admitted = Admitted()
    first: Object = evolve(pod("a", **asking(cpu="1")), metadata={"uid": "a"})
    admitted.add(first)
    admitted.add(evolve(first, metadata={"uid": "b"}))
    admitted.remove("a")
    admitted.remove("a")
    assert (len(admitted), admitted.requests) == (1, {"cpu": 1000})
