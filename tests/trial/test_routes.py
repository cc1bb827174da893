"""Which container a request reaches, and the field that is wrong where it reaches none."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.routes import routes

META = {"name": "web", "namespace": "shop"}
TARGET = "spec.ports[0].targetPort"
BACKEND = "spec.rules[0].http.paths[0].backend.service.port"


def sea(service_port: dict[str, Any], backend_port: dict[str, Any] | None = None, **container: Any) -> Inventory:
    app = {"name": "app", "image": "a:1", "ports": [{"name": "http", "containerPort": 8080}], **container}
    objects = [
        {
            "kind": "Deployment",
            "apiVersion": "apps/v1",
            "metadata": META,
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "containers": [{"name": "side", "image": "s:1"}, app],
                    },
                }
            },
        },
        {
            "kind": "Service",
            "apiVersion": "v1",
            "metadata": META,
            "spec": {"selector": {"app": "web"}, "ports": [service_port]},
        },
    ]
    if backend_port is not None:
        backend = {"service": {"name": "web", "port": backend_port}}
        rule = {"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
        objects.append(
            {"kind": "Ingress", "apiVersion": "networking.k8s.io/v1", "metadata": META, "spec": {"rules": [rule]}}
        )
    return Inventory([Resource(Object(obj), Place("x.yaml", 1)) for obj in objects])


@pytest.mark.parametrize(
    ("port", "container", "path"),
    [
        ({"port": 80, "targetPort": "http"}, "app", TARGET),
        ({"port": 80, "targetPort": 8080}, "app", TARGET),
        ({"port": 8080}, "app", "spec.ports[0].port"),
        ({"port": 80, "targetPort": "web"}, None, TARGET),
        ({"port": 80, "targetPort": 9000}, "side", TARGET),
    ],
)
def test_a_service_leads_to_the_container_that_listens(port: dict[str, Any], container: str | None, path: str) -> None:
    (route,) = routes(sea(port))
    assert (route.container, route.path) == (container, path)


@pytest.mark.parametrize(
    ("port", "container", "path"),
    [
        ({"number": 80}, "app", f"{BACKEND}.number"),
        ({"name": "web"}, "app", f"{BACKEND}.name"),
        ({"number": 8080}, None, f"{BACKEND}.number"),
    ],
)
def test_an_ingress_is_a_second_way(port: dict[str, Any], container: str | None, path: str) -> None:
    service, ingress = routes(sea({"name": "web", "port": 80, "targetPort": "http"}, port))
    assert service.container == "app"
    assert (ingress.entrance.kind, ingress.container, ingress.path) == ("Ingress", container, path)
