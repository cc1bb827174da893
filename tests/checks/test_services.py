"""Services, what they select, and what leads to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import container, found, named, service, severities, workload

OPERATOR = named("Prometheus", "k8s", "monitoring.coreos.com/v1")


@pytest.mark.parametrize(
    ("selector", "around", "expected"),
    [
        ({"app": "web"}, [], []),
        ({"app": "wbe"}, [], ["warning"]),  # too short a word to be sure
        ({"app": "checkout-servcie"}, [workload(name="checkout-service")], ["error"]),
        ({"app": "web", "tier": "x"}, [], ["warning"]),
        ({"app": "prometheus"}, [OPERATOR], ["note"]),
        ({}, [], []),
    ],
)
def test_selectors(selector: dict[str, str], around: list[dict[str, Any]], expected: list[str]) -> None:
    given = service(selector=selector)
    given["spec"]["selector"] = selector
    assert severities("service-selects-nothing", workload(), given, *around) == expected


def test_nothing_is_said_where_there_are_no_workloads() -> None:
    assert found("service-selects-nothing", service()) == []


def test_a_service_for_one_pod_of_a_stateful_set() -> None:
    selector = {"app": "web", "statefulset.kubernetes.io/pod-name": "web-0"}
    assert found("service-selects-nothing", workload("StatefulSet"), service("web-0", selector=selector)) == []
    selector["statefulset.kubernetes.io/pod-name"] = "cart-0"
    assert len(found("service-selects-nothing", workload("StatefulSet"), service("web-0", selector=selector))) == 1


@pytest.mark.parametrize(
    ("target", "ports", "expected"),
    [
        ("http", [{"name": "http", "containerPort": 8080}], []),
        ("web", [{"name": "http", "containerPort": 8080}], ["error"]),
        (8080, [{"containerPort": 8080}], []),
        (8081, [{"containerPort": 8080}], ["warning"]),
        (8080, [{"containerPort": 8080, "protocol": "UDP"}], ["warning"]),
        (8081, [], []),  # ports need not be declared
        ("http", [], ["error"]),
        ("8080", [{"containerPort": 8080}], ["error"]),  # a text is a name
    ],
)
def test_target_ports(target: int | str, ports: list[dict[str, Any]], expected: list[str]) -> None:
    deployment = workload(containers=[container(ports=ports)])
    assert (
        severities("service-port-unknown", deployment, service(ports=[{"port": 80, "targetPort": target}])) == expected
    )


def test_a_port_that_one_of_two_selected_workloads_lacks_is_an_error() -> None:
    silent = workload(name="worker", app="web", containers=[{"name": "w", "image": "w:1"}])
    (finding,) = found("service-port-unknown", workload(), silent, service(ports=[{"port": 8080}]))
    assert (finding.severity, "Deployment worker" in finding.message) == ("error", True)


def test_one_undeclared_port_beside_a_declared_one_is_a_note() -> None:
    ports = [{"name": "a", "port": 8080}, {"name": "b", "port": 9000}]
    assert severities("service-port-unknown", workload(), service(ports=ports)) == ["note"]


def test_jobs_behind_a_service_of_a_deployment() -> None:
    job = workload("Job", "migrate", app="web")
    assert severities("service-selects-jobs", workload(), job, service()) == ["error"]
    assert severities("service-selects-jobs", job, service()) == []


@pytest.mark.parametrize(
    ("services", "spec", "expected"),
    [
        ([service("db", clusterIP="None")], {"serviceName": "db"}, []),
        ([service("db")], {"serviceName": "db"}, ["warning"]),
        ([service("db", clusterIP="None")], {"serviceName": "db-nodes"}, ["warning"]),
        ([service("db", clusterIP="None", selector={"app": "x"})], {"serviceName": "db"}, ["warning"]),
        ([], {"serviceName": "db"}, ["note"]),
        ([], {}, ["note"]),
    ],
)
def test_the_service_of_a_stateful_set(
    services: list[dict[str, Any]], spec: dict[str, Any], expected: list[str]
) -> None:
    assert severities("statefulset-service", workload("StatefulSet", "db", replicas=3, **spec), *services) == expected


def ingress(service_name: str, **port: Any) -> dict[str, Any]:
    backend = {"service": {"name": service_name, "port": port}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return named("Ingress", "shop", "networking.k8s.io/v1", spec={"rules": rules})


def route(name: str, port: int, kind: str = "HTTPRoute") -> dict[str, Any]:
    rules = [{"backendRefs": [{"name": name, "port": port}]}]
    return named(kind, "shop", "gateway.networking.k8s.io/v1", spec={"rules": rules})


@pytest.mark.parametrize(
    ("given", "missing", "port"),
    [
        (ingress("web", number=80), 0, 0),
        (ingress("web", number=8080), 0, 1),
        (ingress("web", name="http"), 0, 1),
        (ingress("web", name="use-annotation"), 0, 0),
        (ingress("wbe", number=80), 1, 0),
        (route("web", 80), 0, 0),
        (route("web", 8080), 0, 1),
        (route("wbe", 80, "GRPCRoute"), 1, 0),
    ],
)
def test_backends(given: dict[str, Any], missing: int, port: int) -> None:
    assert len(found("backend-missing", service(), given)) == missing
    assert len(found("backend-port-missing", service(), given)) == port


def test_backends_say_nothing_where_services_are_kept_elsewhere() -> None:
    assert found("backend-missing", ingress("web", number=80)) == []


@pytest.mark.parametrize("rules", ["x", ["x"], [{"backendRefs": "x"}], [{"backendRefs": ["x", {}]}], [None]])
def test_routes_that_nobody_validated_break_nothing(rules: Any) -> None:
    route = named("HTTPRoute", "r", "gateway.networking.k8s.io/v1")
    route["spec"] = {"rules": rules}
    assert isinstance(found("backend-missing", workload(), route), list)
