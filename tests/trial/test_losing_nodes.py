"""Scenarios of one's own that take nodes away: spot machines after a notice, a zone at once."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.capacity.nodes import node
from seatrial.capacity.shapes import shape
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.model.pods import is_ready
from seatrial.trial.profiles import API_VERSION, Profiles
from seatrial.trial.scenario import parse
from seatrial.trial.voyage import Record, Voyage


def lost(action: dict[str, Any]) -> Record:
    """What a scenario of this one step leaves of two pods on three nodes, the first of them a spot machine."""
    machine = shape("e2-standard-2")
    nodes = [node(f"node-{i}", machine, f"zone-{'aab'[i]}", spot=i == 0) for i in range(3)]
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    web = Object(apiVersion="apps/v1", kind="Deployment", metadata={"name": "web"}, spec=spec)
    scenario = {"quietSeconds": 330, "limitSeconds": 900, "steps": [{"at": 5, **action}]}
    document = {"apiVersion": API_VERSION, "kind": "Scenario", "metadata": {"name": "loss"}, "spec": scenario}
    voyage = Voyage(Inventory([Resource(web, Place("web.yaml"))]), nodes, Profiles())
    voyage.settle()
    return voyage.run(parse(document))


@pytest.mark.parametrize(
    ("action", "mark", "left"),
    [
        ({"reclaim": {}}, "30 s of notice: node-0", {"node-1", "node-2"}),
        ({"reclaim": {"nodes": ["node-2"], "noticeSeconds": 60}}, "60 s of notice: node-2", {"node-0", "node-1"}),
        ({"loseZone": {}}, "zone zone-a is lost", {"node-2"}),
        ({"loseZone": {"zone": "zone-b"}}, "zone zone-b is lost", {"node-0", "node-1"}),
    ],
)
def test_nodes_that_are_lost(action: dict[str, Any], mark: str, left: set[str]) -> None:
    record = lost(action)
    assert [m["text"] for m in record.data["marks"]] == [mark]
    store = record.voyage.cluster.store
    assert {n.name for n in store.list("Node") if is_ready(n)} == left
    assert sum(is_ready(p) and not p.deleting for p in store.list("Pod") if p.spec.get("nodeName") in left) == 2
