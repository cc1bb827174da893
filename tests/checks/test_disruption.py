"""PodDisruptionBudgets against replicas and autoscalers, and what runs alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checks.disruption import disruptions_allowed
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from tests.checks.scenes import autoscaler, budget, found, named, service, severities, workload


@pytest.mark.parametrize(
    ("replicas", "limits", "expected"),
    [
        (2, {"minAvailable": 2}, ["error"]),
        (3, {"minAvailable": 2}, []),
        (3, {"minAvailable": "75%"}, ["error"]),  # 2.25, rounded up to 3
        (4, {"minAvailable": "75%"}, []),
        (3, {"minAvailable": "100%"}, ["error"]),
        (1, {"minAvailable": "1%"}, ["error"]),
        (1, {"minAvailable": 1}, ["error"]),
        (5, {"maxUnavailable": 0}, ["error"]),
        (5, {"maxUnavailable": "0%"}, ["error"]),
        (1, {"maxUnavailable": "1%"}, []),  # rounded up to 1
        (2, {"maxUnavailable": 1}, []),
        (None, {"minAvailable": 1}, ["error"]),  # one replica by default
        (0, {"minAvailable": 1}, []),
        (2, {}, []),
    ],
)
def test_budgets_that_allow_nothing(replicas: int | None, limits: dict[str, Any], expected: list[str]) -> None:
    spec: dict[str, Any] = {} if replicas is None else {"replicas": replicas}
    assert severities("pdb-blocks-drain", workload(**spec), budget(**limits)) == expected


@pytest.mark.parametrize(
    ("least", "most", "limits", "expected"),
    [
        (2, 10, {"minAvailable": 2}, ["error"]),  # at the autoscaler's floor
        (3, 10, {"minAvailable": 2}, []),
        (2, 10, {"maxUnavailable": 1}, []),
        (1, 20, {"minAvailable": "80%"}, ["error"]),
        (2, 9, {"minAvailable": "50%"}, []),
        (4, 9, {"minAvailable": 5}, ["error"]),
    ],
)
def test_the_autoscaler_s_range_counts_and_not_the_declared_replicas(
    least: int, most: int, limits: dict[str, Any], expected: list[str]
) -> None:
    objects = [workload(replicas=50), budget(**limits), autoscaler(minReplicas=least, maxReplicas=most)]
    assert severities("pdb-blocks-drain", *objects) == expected


def test_a_budget_over_two_workloads_counts_both() -> None:
    web, api = workload(name="web", app="shop", replicas=1), workload(name="api", app="shop", replicas=1)
    assert found("pdb-blocks-drain", web, api, budget("shop", minAvailable=1)) == []
    (both,) = found("pdb-blocks-drain", web, api, budget("shop", minAvailable=2))
    assert "Deployment web and Deployment api with 2 replicas" in both.message


def test_pods_of_kinds_without_replicas_are_not_counted() -> None:
    assert found("pdb-blocks-drain", workload("DaemonSet"), budget(maxUnavailable=0)) == []


@given(st.integers(1, 300), st.integers(0, 100))
def test_percentages_leave_at_least_what_they_promise(replicas: int, percent: int) -> None:
    def allowed(**limits: Any) -> int:
        return disruptions_allowed(Resource(Object(budget(**limits)), Place("x")), replicas)

    assert (replicas - allowed(minAvailable=f"{percent}%")) * 100 >= percent * replicas
    assert allowed(maxUnavailable=f"{percent}%") * 100 >= percent * replicas
    assert allowed(minAvailable=0) == allowed(maxUnavailable="100%") == replicas


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([workload(replicas=2), service()], ["warning"]),
        ([workload(replicas=2)], ["note"]),  # nobody is cut off from a worker
        ([workload(replicas=1), service()], []),
        ([workload(replicas=2), service(), budget(maxUnavailable=1)], []),
        ([workload(), service(), autoscaler()], ["warning"]),
        ([workload("DaemonSet"), service()], []),
        ([workload("StatefulSet", replicas=3), service()], ["warning"]),
        ([workload("Job")], []),
        # one shared label is not enough: FairwindsOps/polaris#999
        ([workload(replicas=2), service(), budget(selector={"matchLabels": {"app": "web", "tier": "x"}})], ["warning"]),
        ([workload(replicas=2), service(), budget(selector={}, maxUnavailable=1)], []),  # {} selects all in policy/v1
    ],
)
def test_who_needs_a_budget(objects: list[dict[str, Any]], expected: list[str]) -> None:
    assert severities("pdb-missing", *objects) == expected


def test_the_budget_that_is_suggested_goes_with_the_workload() -> None:
    (finding,) = found("pdb-missing", workload(replicas=2), service())
    assert finding.fix is not None
    assert finding.fix.patches[0].create == budget(maxUnavailable=1)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([workload(), service()], ["warning"]),
        ([workload(replicas=1)], []),
        ([workload(replicas=0), service()], []),
        ([workload(replicas=2), service()], []),
        ([workload(replicas=5), service(), autoscaler(minReplicas=1)], ["warning"]),
        ([workload("StatefulSet"), service()], ["note"]),
        ([workload("StatefulSet"), service(clusterIP="None")], []),
        ([workload("DaemonSet"), service()], []),
        (
            [workload(pod={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "d"}}]}), service()],
            ["note"],
        ),
    ],
)
def test_what_may_run_alone(objects: list[dict[str, Any]], expected: list[str]) -> None:
    assert severities("single-replica", *objects) == expected


def test_an_autoscaler_that_goes_down_to_one_is_itself_to_blame() -> None:
    (finding,) = found("single-replica", workload(), service(), autoscaler(minReplicas=1))
    assert (finding.resource.kind, finding.location.path) == ("HorizontalPodAutoscaler", "spec.minReplicas")


def test_two_budgets_over_one_workload_and_none_over_others() -> None:
    objects = [workload(), budget("a", app="web"), budget("b", app="web"), budget("c", app="cart")]
    (overlap,) = found("pdb-overlap", *objects)
    assert "a and b both select the pods of Deployment web" in overlap.message
    (idle,) = found("pdb-selects-nothing", *objects)
    assert idle.resource.name == "c"


def test_budgets_of_other_namespaces_do_not_count() -> None:
    elsewhere = budget()
    elsewhere["metadata"]["namespace"] = "other"
    assert severities("pdb-missing", workload(replicas=2), service(), elsewhere) == ["warning"]


def test_a_budget_for_pods_that_an_operator_may_make_is_a_note() -> None:
    cluster = named("Cluster", "db", "postgresql.cnpg.io/v1")
    assert severities("pdb-selects-nothing", workload(), cluster, budget("db")) == ["note"]


@pytest.mark.parametrize(
    ("replicas", "unavailable", "count"), [(3, 1, 0), (3, 2, 1), (5, 2, 0), (5, "60%", 1), (2, 1, 0)]
)
def test_budgets_keep_a_majority(replicas: int, unavailable: int | str, count: int) -> None:
    objects = [workload("StatefulSet", replicas=replicas), budget(maxUnavailable=unavailable)]
    assert len(found("quorum-lost-with-budget", *objects)) == count


def test_one_of_several_under_one_budget_may_be_emptied() -> None:
    web, api = workload(name="web", replicas=2), workload(name="api", replicas=6)
    everything = budget("all", selector={}, minAvailable=4)
    assert severities("pdb-covers-several", web, api, service("web"), service("api"), everything) == ["warning"]
    assert severities("pdb-covers-several", web, api, everything) == ["note"]
    assert severities("pdb-covers-several", web, everything) == []
