"""Remedies: JSON Patch operations with the parents that are missing, ladders, and the search up a ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import set_operation
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.remedies.remedy import Change, Remedy, apply, ladder, together
from seatrial.trial.remedies.search import Figures, search
from seatrial.trial.symptoms import Symptom


def deployment(name: str, **spec: Any) -> Resource:
    metadata = {"name": name, "namespace": "shop"}
    return Resource(Object(apiVersion="apps/v1", kind="Deployment", metadata=metadata, spec=spec), Place("x.yaml", 1))


def replicas(workload: Resource, count: int) -> Remedy:
    return Remedy(f"run {count}", (Change(workload, (set_operation(workload.object, ("spec", "replicas"), count),)),))


def test_together_joins_words_and_changes() -> None:
    web = deployment("web", replicas=1)
    joined = together(replicas(web, 2), None, replicas(web, 3))
    assert joined is not None
    assert joined.description == "run 2 and run 3"
    assert together(None, None) is None


def test_a_ladder_has_no_rung_twice() -> None:
    web = deployment("web", replicas=1)
    assert len(ladder(None, replicas(web, 2), replicas(web, 2), replicas(web, 3))) == 2


def outage(name: str) -> Symptom:
    return Symptom("outage", f"shop/Deployment/{name}", "node-drain", "error", "down")


class Sea:
    """A stand-in for trials: a workload is down until it has as many replicas as it needs."""

    def __init__(self, **needs: int) -> None:
        self.needs = needs
        self.runs = 0

    def attempt(self, inventory: Inventory) -> tuple[Sequence[Symptom], Figures]:
        self.runs += 1
        short = [name for name, need in self.needs.items() if _count(inventory, name) < need]
        return [outage(name) for name in short], {f"shop/Deployment/{n}": {"minReady": 1} for n in self.needs}


def _count(inventory: Inventory, name: str) -> int:
    found = inventory.get("Deployment", "shop", name)
    assert found is not None
    return int(found.spec["replicas"])


def test_the_first_rung_that_helps_is_found_for_each_at_once() -> None:
    web, cart = deployment("web", replicas=1), deployment("cart", replicas=1)
    sea = Sea(web=2, cart=3)
    ladders = [(outage(r.name), [replicas(r, 2), replicas(r, 3), replicas(r, 4)]) for r in (web, cart)]
    found = {f.symptom.workload: f for f in search(Inventory([web, cart]), ladders, sea.attempt)}
    assert found["shop/Deployment/web"].remedy.description == "run 2"
    assert found["shop/Deployment/cart"].remedy.description == "run 3"
    assert all(f.verified for f in found.values())
    assert sea.runs == 2


def test_where_nothing_helps_the_first_rung_is_told_as_not_verified() -> None:
    web = deployment("web", replicas=1)
    found = search(Inventory([web]), [(outage("web"), [replicas(web, 2), replicas(web, 3)])], Sea(web=9).attempt)
    assert [(f.remedy.description, f.verified) for f in found] == [("run 2", False)]


def test_patched_inventories_leave_the_first_alone() -> None:
    web = deployment("web", replicas=1)
    inventory = Inventory([web])
    assert _count(apply(inventory, [replicas(web, 2)]), "web") == 2
    assert _count(inventory, "web") == 1
