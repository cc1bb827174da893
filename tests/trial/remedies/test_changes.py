"""Changes reach every container that Services lead to."""

from __future__ import annotations

from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.remedies import changes
from seatrial.trial.remedies.remedy import Remedy, apply


def web(*containers: dict[str, Any]) -> Resource:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": list(containers)}}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    return Resource(Object(apiVersion="apps/v1", kind="Deployment", metadata={"name": "web"}, spec=spec), Place("x"))


def service(*targets: str, **spec: Any) -> Resource:
    ports = [{"name": target, "port": 80 + number, "targetPort": target} for number, target in enumerate(targets)]
    body = {"selector": {"app": "web"}, "ports": ports, **spec}
    return Resource(Object(apiVersion="v1", kind="Service", metadata={"name": "web"}, spec=body), Place("y"))


def container(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "i", "ports": [{"name": name, "containerPort": 80}], **fields}


def mended(inventory: Inventory, remedy: Remedy | None) -> list[dict[str, Any]]:
    assert remedy is not None
    found = apply(inventory, [remedy]).get("Deployment", "default", "web")
    assert found is not None
    return list(found.spec["template"]["spec"]["containers"])


def test_the_proxy_and_what_is_behind_it_both_pause() -> None:
    workload = web(container("http"), container("proxy"), {"name": "reloader", "image": "i"})
    inventory = Inventory([workload, service("proxy", "http")])
    pauses = ["lifecycle" in one for one in mended(inventory, changes.pre_stop(inventory, workload))]
    assert pauses == [True, True, False]


def test_a_headless_service_leads_somewhere_too() -> None:
    workload = web(container("http"), container("proxy"))
    inventory = Inventory([workload, service("proxy", clusterIP="None")])
    pauses = ["lifecycle" in one for one in mended(inventory, changes.pre_stop(inventory, workload))]
    assert pauses == [False, True]


def test_each_is_asked_on_its_own_port_or_as_its_liveness_probe_asks() -> None:
    alive = {"httpGet": {"path": "/live", "port": "proxy"}}
    workload = web(container("http"), container("proxy", livenessProbe=alive))
    inventory = Inventory([workload, service("proxy", "http")])
    probes = [one["readinessProbe"] for one in mended(inventory, changes.readiness_probe(inventory, workload))]
    assert [{key: probe[key] for key in probe if key in ("tcpSocket", "httpGet")} for probe in probes] == [
        {"tcpSocket": {"port": "http"}},
        alive,
    ]


def test_what_is_there_is_left_alone() -> None:
    workload = web(container("http", readinessProbe={"tcpSocket": {"port": 80}}, lifecycle={"preStop": {"exec": {}}}))
    inventory = Inventory([workload, service("http")])
    assert changes.readiness_probe(inventory, workload) is None
    assert changes.pre_stop(inventory, workload) is None
