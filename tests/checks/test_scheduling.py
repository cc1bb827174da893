"""Spreading, anti-affinity against nodes and zones, node selectors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import autoscaler, found, named, service, severities, workload

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def nodes(count: int, **labels: str) -> list[dict[str, Any]]:
    found = [named("Node", f"node-{number}") for number in range(count)]
    for node in found:
        node["metadata"]["labels"] = {HOST: node["metadata"]["name"], **labels}
    return found


def term(key: str, app: str = "web") -> dict[str, Any]:
    return {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}}


def required(key: str, app: str = "web") -> dict[str, Any]:
    field = "requiredDuringSchedulingIgnoredDuringExecution"
    return {"affinity": {"podAntiAffinity": {field: [term(key, app)]}}}


def preferred(key: str) -> dict[str, Any]:
    field = "preferredDuringSchedulingIgnoredDuringExecution"
    return {"affinity": {"podAntiAffinity": {field: [{"weight": 100, "podAffinityTerm": term(key)}]}}}


def spread(app: str) -> dict[str, Any]:
    return {"topologySpreadConstraints": [{**term(HOST, app), "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}]}


@pytest.mark.parametrize(
    ("pod", "objects", "expected"),
    [
        ({}, [service()], ["warning"]),
        ({}, [], ["note"]),
        (spread("web"), [service()], []),  # refused by others: zegl/kube-score#613
        (spread("cart"), [service()], ["warning"]),
        (preferred(HOST), [service()], []),
        (required(HOST), [service()], []),
        (required(HOST, "cart"), [service()], ["warning"]),  # keeps away from another, not from itself
    ],
)
def test_replicas_are_spread(pod: dict[str, Any], objects: list[dict[str, Any]], expected: list[str]) -> None:
    assert severities("spread-missing", workload(replicas=2, pod=pod), *objects) == expected


def test_one_replica_and_daemon_sets_need_no_spreading() -> None:
    assert found("spread-missing", workload(replicas=1), workload("DaemonSet", "agent"), service()) == []


@pytest.mark.parametrize(("app", "count"), [("web", 0), ("cart", 1)])
def test_constraints_select_their_own_pods(app: str, count: int) -> None:
    assert len(found("spread-selects-others", workload(pod=spread(app)))) == count


@pytest.mark.parametrize(
    ("key", "replicas", "around", "spec", "expected"),
    [
        (HOST, 3, [], {}, []),  # nobody knows how many nodes there are
        (HOST, 3, nodes(4), {}, []),
        (HOST, 5, nodes(4), {}, ["error"]),
        (HOST, 3, nodes(3), {}, ["error"]),  # the pod that the rollout adds
        (HOST, 4, nodes(4), {}, []),  # 25 % of four may go first
        (HOST, 3, nodes(3), {"strategy": {"rollingUpdate": {"maxUnavailable": 1}}}, []),
        (HOST, 3, nodes(3), {"strategy": {"type": "Recreate"}}, []),
        (ZONE, 3, [], {}, ["warning"]),
        (ZONE, 2, [], {}, []),
        (ZONE, 4, [], {}, ["warning"]),
        ("example.com/rack", 9, [], {}, []),
    ],
)
def test_required_anti_affinity_leaves_room(
    key: str, replicas: int, around: list[dict[str, Any]], spec: dict[str, Any], expected: list[str]
) -> None:
    given = workload(replicas=replicas, pod=required(key), **spec)
    assert severities("anti-affinity-too-strict", given, *around) == expected


def test_the_autoscaler_s_maximum_must_fit_too() -> None:
    given = workload(pod=required(HOST))
    assert severities("anti-affinity-too-strict", given, autoscaler(maxReplicas=10), *nodes(5)) == ["error"]


@pytest.mark.parametrize(("labels", "count"), [({"pool": "gpu"}, 0), ({"pool": "cpu"}, 1), ({}, 1)])
def test_node_selectors_are_judged_where_nodes_are_known(labels: dict[str, str], count: int) -> None:
    given = workload(pod={"nodeSelector": {"pool": "gpu"}})
    assert len(found("node-selector-unmatched", given, *nodes(2, **labels))) == count
    assert found("node-selector-unmatched", given) == []
