"""Which endpoints a node may send to: rows of TestCategorizeEndpoints in pkg/proxy/topology_test.go (1.36)."""

from __future__ import annotations

import pytest

from seatrial.cluster.clock import Clock
from seatrial.cluster.store import Store
from seatrial.cluster.traffic import topology
from seatrial.cluster.traffic.proxy import DELAY, HEALTHY_AFTER, UNHEALTHY_AFTER, Entrance, Proxy
from seatrial.cluster.traffic.topology import Endpoint
from seatrial.model.objects import Object


def endpoint(name: str, state: str = "ready", node: str = "", zones: str = "", nodes: str = "") -> Endpoint:
    return Endpoint(
        ("shop", name), ready=state == "ready", leaving=state == "leaving", node=node,
        zones=frozenset(zones.split()), nodes=frozenset(nodes.split()),
    )  # fmt: skip


ZONED = [endpoint("a", zones="zone-a"), endpoint("b", zones="zone-b"), endpoint("c", zones="zone-b")]
NODED = [endpoint("a", zones="zone-a", nodes="node-1"), endpoint("b", zones="zone-a", nodes="node-2")]


@pytest.mark.parametrize(
    ("endpoints", "node", "zone", "names"),
    [
        pytest.param(ZONED, "node-9", "zone-a", "a", id="hints for this zone"),
        pytest.param(ZONED, "node-9", "zone-c", "a b c", id="no endpoint is meant for this zone"),
        pytest.param(ZONED, "node-9", "", "a b c", id="the node has no zone"),
        pytest.param([*ZONED, endpoint("d")], "node-9", "zone-a", "a b c d", id="an endpoint without hint"),
        pytest.param(
            [*ZONED, endpoint("d", "no")], "node-9", "zone-a", "a", id="of unready endpoints hints are not asked"
        ),
        pytest.param(
            [endpoint("a", "no", zones="zone-a"), ZONED[1]], "node-9", "zone-a", "b", id="none of the zone is ready"
        ),
        pytest.param(NODED, "node-1", "zone-a", "a", id="hints for this node"),
        pytest.param(NODED, "node-3", "zone-a", "a b", id="none for this node, but for its zone"),
        pytest.param([endpoint("a", "leaving"), endpoint("b", "no")], "node-1", "", "a", id="all are terminating"),
        pytest.param([endpoint("a", "leaving"), endpoint("b")], "node-1", "", "b", id="ready before terminating"),
        pytest.param([], "node-1", "", "", id="none"),
    ],
)
def test_policy_cluster(endpoints: list[Endpoint], node: str, zone: str, names: str) -> None:
    assert [name for _, name in topology.anywhere(endpoints, node, zone)] == names.split()


@pytest.mark.parametrize(
    ("endpoints", "names"),
    [
        pytest.param([endpoint("a", node="node-1"), endpoint("b", node="node-2")], "a", id="its own"),
        pytest.param([endpoint("b", node="node-2")], "", id="none here"),
        pytest.param([endpoint("a", "leaving", "node-1"), endpoint("b", node="node-2")], "a", id="terminating"),
        pytest.param([endpoint("a", "leaving", "node-1"), endpoint("b", node="node-1")], "b", id="its own, ready"),
        pytest.param([endpoint("a", node="node-1", zones="zone-b")], "a", id="hints do not matter"),
    ],
)
def test_policy_local(endpoints: list[Endpoint], names: str) -> None:
    assert [name for _, name in topology.local(endpoints, "node-1")] == names.split()


class Nodes:
    """Four nodes in two zones, and a Service with pods on some of them."""

    def __init__(self, *, hints: bool = False, **policy: str) -> None:
        self.clock, self.store = Clock(), Store()
        for i in range(4):
            labels = {"topology.kubernetes.io/zone": f"zone-{'ab'[i % 2]}"}
            self.store.put(Object(apiVersion="v1", kind="Node", metadata={"name": f"node-{i}", "labels": labels}))
        meta = {"name": "web", "namespace": "shop"}
        self.store.put(Object(apiVersion="v1", kind="Service", metadata=meta, spec=policy))
        self._hints = hints
        self.proxy = Proxy(self.clock, self.store)
        self.proxy.start()

    def pods_on(self, *nodes: int) -> None:
        endpoints = [
            {
                "targetRef": {"kind": "Pod", "name": f"pod-{i}"}, "nodeName": f"node-{i}",
                "conditions": {"ready": True},
                "hints": {"forZones": [{"name": f"zone-{'ab'[i % 2]}"}]} if self._hints else {},
            }
            for i in nodes
        ]  # fmt: skip
        meta = {"name": "web-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}
        self.store.put(
            Object(apiVersion="discovery.k8s.io/v1", kind="EndpointSlice", metadata=meta, endpoints=endpoints)
        )
        self.clock.run(self.clock.now + DELAY)

    def shares(self, entrance: Entrance = "inside") -> dict[str, float]:
        """What each pod gets of all requests; "" those that nobody gets."""
        found: dict[str, float] = {}
        for share, pods in self.proxy.views(("shop", "web"), entrance):
            for _, name in pods or [("", "")]:
                found[name] = found.get(name, 0.0) + share / max(1, len(pods))
        return {name: round(share, 3) for name, share in found.items() if share}


def test_requests_are_spread_evenly() -> None:
    nodes = Nodes()
    nodes.pods_on(0, 1)
    assert nodes.shares() == {"pod-0": 0.5, "pod-1": 0.5}


def test_requests_inside_stay_on_their_node() -> None:
    nodes = Nodes(internalTrafficPolicy="Local")
    nodes.pods_on(0)
    assert nodes.shares() == {"pod-0": 0.25, "": 0.75}
    assert nodes.shares("ingress") == {"pod-0": 1.0}


def test_requests_stay_in_their_zone() -> None:
    nodes = Nodes(hints=True)
    nodes.pods_on(0, 1, 2)
    assert nodes.shares() == {"pod-0": 0.25, "pod-1": 0.5, "pod-2": 0.25}


def test_a_port_of_any_node_leads_only_to_its_own_pods() -> None:
    nodes = Nodes(externalTrafficPolicy="Local")
    nodes.pods_on(0, 1)
    assert nodes.shares("node-port") == {"pod-0": 0.25, "pod-1": 0.25, "": 0.5}
    assert nodes.shares("inside") == {"pod-0": 0.5, "pod-1": 0.5}


def test_a_load_balancer_learns_from_its_health_checks() -> None:
    nodes = Nodes(externalTrafficPolicy="Local")
    nodes.pods_on(0, 1)
    assert nodes.shares("load-balancer") == {"": 1.0}
    nodes.clock.run(nodes.clock.now + HEALTHY_AFTER)
    assert nodes.shares("load-balancer") == {"pod-0": 0.5, "pod-1": 0.5}
    nodes.pods_on(1, 2)
    assert nodes.shares("load-balancer") == {"": 0.5, "pod-1": 0.5}
    nodes.clock.run(nodes.clock.now + UNHEALTHY_AFTER)
    assert nodes.shares("load-balancer") == {"pod-1": 0.5, "pod-2": 0.5}
