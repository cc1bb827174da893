"""What a CPU limit does to a workload whose profile says how much CPU a request takes."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.capacity.fleet_spec import parse_fleet
from seatrial.cluster.traffic.serving import Serving
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.behaviour import Application, request_seconds
from seatrial.trial.profiles import API_VERSION, Profile, Profiles, read
from seatrial.trial.voyage import Voyage

LABELS = {"app": "web"}
POD = ("default", "web-1")


def web(limit: str | None) -> Resource:
    resources = {"requests": {"cpu": "100m"}, **({"limits": {"cpu": limit}} if limit else {})}
    probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5}
    container = {"name": "web", "image": "web:1", "resources": resources, "readinessProbe": probe}
    spec = {
        "replicas": 2, "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}},
    }  # fmt: skip
    return _resource("apps/v1", "Deployment", spec)


def _resource(version: str, kind: str, spec: dict[str, Any]) -> Resource:
    return Resource(Object(apiVersion=version, kind=kind, metadata={"name": "web"}, spec=spec), Place("web.yaml"))


def profiles(**facts: float) -> Profiles:
    document = Object(apiVersion=API_VERSION, kind="WorkloadProfiles", profiles={"default/Deployment/web": facts})
    return read([Resource(document, Place("profiles.yaml"))])


@pytest.mark.parametrize(
    ("limit", "cpu_seconds", "failed"),
    [
        pytest.param(None, 0.02, {0}, id="no limit"), pytest.param("500m", 0.02, {0}, id="25 a second each"),
        pytest.param("100m", 0.02, {10, 15, 20}, id="5 a second each, while a pod is ready"),
        pytest.param("100m", 0.0, {0}, id="nobody says what a request takes"),
    ],
)  # fmt: skip
def test_twenty_requests_a_second(limit: str | None, cpu_seconds: float, failed: set[float]) -> None:
    service = _resource("v1", "Service", {"selector": LABELS, "ports": [{"port": 80}]})
    known = profiles(rps=20, cpuSecondsPerRequest=cpu_seconds)
    voyage = Voyage(Inventory([service, web(limit)]), parse_fleet("2xe2-standard-2"), known)
    voyage.cluster.run(120)
    (flow,) = voyage.traffic.flows
    assert {round(rate, 6) for time, _, rate in flow.steps if time > 15} | {flow.steps[-1][2]} == failed


def application(cpu: float, serving: Serving, cpu_seconds: float = 0.3) -> Application:
    profile = Profile(cpu_seconds=cpu_seconds)
    return Application(profile, 2.0, None, cpu=cpu, serving=serving, place=(POD, "web"))


@pytest.mark.parametrize(
    ("probe", "cpu", "outcome"),
    [
        ({"httpGet": {}}, 1.0, "ok"), ({"httpGet": {}}, 0.1, "hang"), ({"httpGet": {}, "timeoutSeconds": 5}, 0.1, "ok"),
        ({"exec": {}}, 0.1, "hang"), ({"tcpSocket": {}}, 0.1, "ok"),
    ],
)  # fmt: skip
def test_a_probe_costs_as_much_as_a_request(probe: dict[str, Any], cpu: float, outcome: str) -> None:
    voyage = Voyage(Inventory([]), [], Profiles())
    assert application(cpu, voyage.serving).answer(probe, 3.0).outcome == outcome


def test_a_limit_makes_requests_slower() -> None:
    profile = Profile(request_seconds=0.5, cpu_seconds=0.2)
    assert request_seconds(profile, web("500m"), "web") == pytest.approx(0.65)
    assert request_seconds(profile, web(None), "web") == 0.5
