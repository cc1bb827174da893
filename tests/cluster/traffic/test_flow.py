"""Requests go where kube-proxy believes; they fail where nobody accepts them."""

from __future__ import annotations

import copy

import pytest

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import Store
from seatrial.cluster.traffic.flow import Flow, Traffic
from seatrial.cluster.traffic.proxy import DELAY, Proxy
from seatrial.cluster.traffic.serving import Serving
from seatrial.model.objects import Object

A, B = ("shop", "a"), ("shop", "b")


class Harbour:
    """One Service, its endpoints and a flow of ten requests a second."""

    def __init__(self, container: str | None = "app") -> None:
        self.clock = Clock()
        self.store = Store()
        self.serving = Serving(self.clock)
        self.proxy = Proxy(self.clock, self.store)
        self.traffic = Traffic(self.clock, self.proxy, self.serving)
        self.proxy.start()
        self.traffic.start()
        self.flow = Flow("shop/Deployment/web", ("shop", "web"), container, rps=10.0, request_seconds=0.5)
        self.traffic.add(self.flow)

    def endpoints(self, **ready: str) -> None:
        """Each pod's conditions in one word: ready, leaving (terminating but serving), or no."""
        conditions = {
            "ready": {"ready": True, "serving": True, "terminating": False},
            "leaving": {"ready": False, "serving": True, "terminating": True},
            "no": {"ready": False, "serving": False, "terminating": False},
        }
        endpoints = [
            {"targetRef": {"kind": "Pod", "name": name, "namespace": "shop"}, "conditions": conditions[state]}
            for name, state in ready.items()
        ]
        self.store.put(
            Object(
                apiVersion="discovery.k8s.io/v1",
                kind="EndpointSlice",
                metadata={"name": "web-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
                endpoints=endpoints,
            )
        )

    def after(self, seconds: float) -> tuple[float, float]:
        """Served and failed requests of the next so many seconds."""
        self.traffic.settle_accounts()
        served, failed = self.flow.served, self.flow.failed
        self.clock.run(self.clock.now + seconds)
        self.traffic.settle_accounts()
        return round(self.flow.served - served, 3), round(self.flow.failed - failed, 3)


def serving_harbour() -> Harbour:
    harbour = Harbour()
    for pod in (A, B):
        harbour.serving.started(pod, "app", 0.0, drains=False)
    harbour.endpoints(a="ready", b="ready")
    harbour.after(DELAY)
    return harbour


def test_without_endpoints_every_request_fails() -> None:
    assert Harbour().after(10) == (0.0, 100.0)


def test_nodes_learn_of_an_endpoint_after_the_delay() -> None:
    harbour = Harbour()
    harbour.serving.started(A, "app", 0.0, drains=False)
    harbour.endpoints(a="ready")
    assert harbour.after(DELAY) == (0.0, 10 * DELAY)
    assert harbour.after(10) == (100.0, 0.0)


def test_an_endpoint_that_is_ready_too_early_fails_its_share() -> None:
    harbour = Harbour()
    harbour.serving.started(A, "app", 0.0, drains=False)
    harbour.serving.started(B, "app", DELAY + 10, drains=False)
    harbour.endpoints(a="ready", b="ready")
    harbour.after(DELAY)
    assert harbour.after(10) == (50.0, 50.0)
    assert harbour.after(10) == (100.0, 0.0)


@pytest.mark.parametrize(("drains", "lost"), [(False, 2.5), (True, 0.0)])
def test_requests_in_flight_are_lost_unless_the_process_finishes_them(drains: bool, lost: float) -> None:
    harbour = Harbour()
    harbour.serving.started(A, "app", 0.0, drains=drains)
    harbour.serving.started(B, "app", 0.0, drains=drains)
    harbour.endpoints(a="ready", b="ready")
    harbour.after(DELAY + 10)
    harbour.serving.stopped(A, "app")
    harbour.endpoints(a="no", b="ready")
    served, failed = harbour.after(DELAY)
    assert (served, failed) == (5.0 - lost, 5.0 + lost)


def test_terminating_endpoints_serve_where_there_is_no_other() -> None:
    harbour = serving_harbour()
    harbour.endpoints(a="leaving", b="no")
    harbour.after(DELAY)
    assert harbour.after(10) == (100.0, 0.0)
    harbour.endpoints(a="leaving", b="ready")
    harbour.serving.stopped(A, "app")
    harbour.after(DELAY)
    assert harbour.after(10) == (100.0, 0.0)


def test_a_port_that_leads_nowhere_fails_whatever_the_endpoints() -> None:
    harbour = Harbour(container=None)
    harbour.serving.started(A, "app", 0.0, drains=False)
    harbour.endpoints(a="ready")
    assert harbour.after(10) == (0.0, 100.0)


def test_what_is_sent_is_served_or_failed() -> None:
    harbour = serving_harbour()
    harbour.serving.stopped(A, "app")
    harbour.clock.run(harbour.clock.now + 7.3)
    harbour.endpoints(a="no", b="ready")
    harbour.clock.run(harbour.clock.now + 11.1)
    harbour.traffic.settle_accounts()
    assert harbour.flow.served + harbour.flow.failed == pytest.approx(10 * harbour.clock.now)


def test_a_copy_goes_its_own_way() -> None:
    harbour = serving_harbour()
    other = copy.deepcopy(harbour)
    other.serving.stopped(A, "app")
    other.serving.stopped(B, "app")
    assert other.after(10)[0] == 0.0
    assert harbour.after(10) == (100.0, 0.0)
