"""What Services are given: rows of pkg/registry/core/service/storage/storage_test.go and alloc_test.go (1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import Object, evolve


def service(name: str = "web", **spec: Any) -> Object:
    given = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}], **spec}
    meta = {"name": name, "namespace": "default"}
    return Object(apiVersion="v1", kind="Service", metadata=meta, spec={k: v for k, v in given.items() if v})


ONE_FAMILY = {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
FIRST = {"clusterIP": "10.96.1.1", "clusterIPs": ["10.96.1.1"], **ONE_FAMILY}
HEADLESS = {"clusterIP": "None", "clusterIPs": ["None"]}
FIELDS = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")


@pytest.mark.parametrize(
    ("given", "allocated", "node_ports"),
    [
        ({}, FIRST, [None]), ({"type": "NodePort"}, FIRST, [30087]), ({"type": "LoadBalancer"}, FIRST, [30087]),
        (
            {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            {**FIRST, "healthCheckNodePort": 30088}, [30087],
        ),
        ({"clusterIP": "10.96.0.10"}, {"clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10"], **ONE_FAMILY}, [None]),
        ({"clusterIP": "None"}, {**HEADLESS, **ONE_FAMILY}, [None]),
        (
            {"clusterIP": "None", "selector": None},
            {**HEADLESS, "ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}, [None],
        ),
        ({"type": "ExternalName", "externalName": "example.com"}, {}, [None]),
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]}, FIRST, [31000]),
        ({"type": "NodePort", "ports": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]}, FIRST, [30087, 30088]),
    ],
)  # fmt: skip
def test_what_a_new_service_gets(given: dict[str, Any], allocated: dict[str, Any], node_ports: list[Any]) -> None:
    made = Cluster().api.create(service(**given))
    assert {field: made.spec[field] for field in FIELDS if field in made.spec} == allocated
    assert [port.get("nodePort") for port in made.spec["ports"]] == node_ports


def test_each_service_has_an_address_of_its_own() -> None:
    cluster = Cluster()
    made = [cluster.api.create(service(f"web-{i}", type="NodePort")) for i in range(3)]
    assert len({s.spec["clusterIP"] for s in made}) == len({s.spec["ports"][0]["nodePort"] for s in made}) == 3


@pytest.mark.parametrize(
    "spec", [{"clusterIP": "10.96.0.10"}, {"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]}]
)
def test_what_is_taken_is_refused(spec: dict[str, Any]) -> None:
    cluster = Cluster()
    cluster.api.create(service("first", **spec))
    with pytest.raises(errors.Invalid, match="is already allocated"):
        cluster.api.create(service("second", **spec))


def test_an_update_that_names_no_address_keeps_it() -> None:
    cluster = Cluster()
    before = cluster.api.create(service(type="NodePort"))
    after = cluster.api.update(service(type="NodePort", ports=[{"name": "http", "port": 80}, {"name": "m", "port": 9}]))
    assert after.spec["clusterIP"] == before.spec["clusterIP"]
    assert after.spec["ports"][0]["nodePort"] == before.spec["ports"][0]["nodePort"]
    plain = cluster.api.update(evolve(after, spec={**after.spec, "selector": {"app": "other"}}))
    assert plain.spec["ports"] == after.spec["ports"]


def test_an_address_that_was_given_back_can_be_asked_for() -> None:
    cluster = Cluster()
    first = cluster.api.create(service())
    cluster.api.delete(first.key)
    assert cluster.api.create(service("other", clusterIP=first.spec["clusterIP"])).spec["clusterIP"] == "10.96.1.1"


def test_services_of_others_are_left_alone() -> None:
    knative = Object(apiVersion="serving.knative.dev/v1", kind="Service", metadata={"name": "web"}, spec={})
    assert Cluster().api.create(knative).spec == {}
