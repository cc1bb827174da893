"""Random clusters, pod after pod: the scheduler's kept and mended answers are those of the slow, obvious one."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.scheduler.priority import prioritised
from seatrial.cluster.store import Store
from seatrial.model.objects import Object, evolve
from tests.cluster.scheduler import reference
from tests.cluster.scheduler.making import HOSTNAME, ZONE, affinity, node, pod, replica_set, spread, term

APPS = ("web", "api", "db")
RACK = "rack"


def any_node(chance: Random, number: int) -> Object:
    taints = chance.choice(
        [
            [],
            [],
            [],
            [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}],
            [{"key": "spot", "value": "yes", "effect": "PreferNoSchedule"}],
        ]
    )
    labels = {RACK: f"r{chance.randrange(4)}"} if chance.random() < 0.8 else {}
    return node(
        f"n{number}",
        zone=chance.choice(["a", "b", "c", None]),
        cpu=chance.choice(["2", "4", "3900m"]),
        memory=chance.choice(["4Gi", "8Gi"]),
        pods=chance.choice(["3", "10", "110"]),
        labels=labels,
        taints=taints,
        unschedulable=chance.random() < 0.05,
    )


def any_template(chance: Random) -> dict[str, Any]:
    app = chance.choice(APPS)
    made: dict[str, Any] = {
        "labels": {"app": app},
        "cpu": chance.choice([None, "100m", "250m", "1"]),
        "memory": chance.choice([None, "64Mi", "1Gi"]),
    }
    if chance.random() < 0.3:
        made["owner"] = ("ReplicaSet", app)
    if chance.random() < 0.4:
        key = chance.choice([HOSTNAME, ZONE, RACK])
        more: dict[str, Any] = {"nodeTaintsPolicy": "Honor"} if chance.random() < 0.3 else {}
        if chance.random() < 0.2:
            more["nodeAffinityPolicy"] = "Ignore"
        soft = chance.random() < 0.5
        if not soft and chance.random() < 0.3:
            more["minDomains"] = chance.randrange(1, 5)
        selector = {"matchLabels": {"app": app}}
        made["topologySpreadConstraints"] = [spread(key, chance.randrange(1, 3), soft=soft, selector=selector, **more)]
        if chance.random() < 0.4:
            other_key = chance.choice([k for k in (HOSTNAME, ZONE, RACK) if k != key])
            made["topologySpreadConstraints"].append(
                spread(other_key, 2, soft=chance.random() < 0.5, selector=selector)
            )
    rules: dict[str, Any] = {}
    if chance.random() < 0.4:
        kind = chance.choice(["podAffinity", "podAntiAffinity"])
        wish = term(chance.choice([HOSTNAME, ZONE, RACK]), chance.choice(APPS))
        required = chance.random() < 0.5
        rules |= affinity(kind, wish) if required else affinity(kind, preferred=((chance.randrange(1, 100), wish),))
    if chance.random() < 0.2:
        expression = {"key": RACK, "operator": chance.choice(["In", "NotIn", "Exists"]), "values": ["r1", "r2"]}
        if expression["operator"] == "Exists":
            del expression["values"]
        if chance.random() < 0.5:
            rules["nodeAffinity"] = {reference.REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
        else:
            wishes = [{"weight": chance.randrange(1, 100), "preference": {"matchExpressions": [expression]}}]
            rules["nodeAffinity"] = {reference.PREFERRED: wishes}
    if rules:
        made["affinity"] = rules
    if chance.random() < 0.2:
        made["tolerations"] = [{"key": chance.choice(["gpu", "spot"]), "operator": "Exists"}]
    if chance.random() < 0.1:
        made["ports"] = [{"containerPort": 80, "hostPort": 8080}]
    return made


class Play:
    """One random cluster, played on both."""

    def __init__(self, seed: int, nodes: int) -> None:
        self.chance = Random(seed)
        self.nodes = [any_node(self.chance, i) for i in range(nodes)]
        self.replica_sets = {app: replica_set(app, {"app": app}) for app in APPS}
        store = Store()
        for found in self.replica_sets.values():
            store.put(found)
        self.placing = Placing(store, self.nodes)
        self.templates = [any_template(self.chance) for _ in range(self.chance.randrange(1, 6))]
        self.placed: list[tuple[Object, Object]] = []

    def step(self, number: int) -> None:
        if self.placed and self.chance.random() < 0.15:
            self._take_one_away()
        if self.chance.random() < 0.15:
            self._taint_one()
        new = prioritised(pod(f"p{number}", **self.chance.choice(self.templates)), self.placing.store)
        refused, totals = reference.decide(new, self.nodes, self.placed, self.replica_sets)
        info = self.placing.snapshot.info(new)
        report = self.placing.cycle.report(info)
        names = [n.name for n in self.nodes]
        said = {names[slot]: refusal.plugin for refusal in report.refusals for slot in refusal.slots}
        assert said == refused
        scored = (
            {}
            if report.total is None
            else dict(zip([names[s] for s in report.feasible], report.total.tolist(), strict=True))
        )
        assert {k: v - scored[k] for k, v in totals.items()} == dict.fromkeys(totals, 0)
        chosen = self.placing.decide(new)
        best = max(totals.values(), default=None)
        assert chosen == next((name for name in names if totals.get(name) == best and totals), None)
        if chosen is not None:
            self.placed.append((new, self.nodes[names.index(chosen)]))

    def _take_one_away(self) -> None:
        """A pod is deleted at once, or begins to terminate."""
        gone, where = self.placed.pop(self.chance.randrange(len(self.placed)))
        if self.chance.random() < 0.5:
            self.placing.snapshot.remove_pod(gone.key)
        else:
            leaving = evolve(gone, metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})
            self.placing.snapshot.set_pod(leaving, where.name)
            self.placed.append((leaving, where))

    def _taint_one(self) -> None:
        """A node gets other taints, is cordoned or let go."""
        number = self.chance.randrange(len(self.nodes))
        old = self.nodes[number]
        new = self.nodes[number] = evolve(old, spec=any_node(self.chance, number).spec)
        self.placed = [(pod, new if where is old else where) for pod, where in self.placed]
        self.placing.snapshot.set_node(new)


@settings(max_examples=40)
@given(st.integers(min_value=0, max_value=2**32))
def test_pod_by_pod_the_answers_are_those_of_the_reference(seed: int) -> None:
    play = Play(seed, nodes=Random(seed).randrange(1, 11))
    for number in range(20):
        play.step(number)


@pytest.mark.parametrize("seed", range(2))
def test_large_clusters_where_nodes_fall_into_classes(seed: int) -> None:
    play = Play(seed, nodes=70)
    for number in range(25):
        play.step(number)
