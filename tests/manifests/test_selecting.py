"""Candidates by a label are all that can select, and no fewer."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.manifests.selecting import POD_NAME, Selecting
from seatrial.model import selectors
from seatrial.model.objects import Object

KEYS = st.sampled_from(["app", "tier", POD_NAME])
LABELS = st.dictionaries(KEYS, st.sampled_from(["a", "b"]), max_size=3)
EXPRESSIONS = st.lists(
    st.fixed_dictionaries(
        {"key": KEYS, "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]), "values": st.just(["a"])}
    ),
    max_size=2,
)
SELECTORS = st.one_of(
    st.none(),
    st.fixed_dictionaries({}, optional={"matchLabels": st.none() | LABELS, "matchExpressions": EXPRESSIONS}),
)


def selecting(kind: str, number: int, selector: Any) -> Resource:
    name = {"name": f"s{number}", "namespace": "shop"}
    return Resource(Object({"kind": kind, "metadata": name, "spec": {"selector": selector}}), Place("f.yaml"))


@given(st.lists(SELECTORS, max_size=6), LABELS)
def test_every_budget_that_selects_is_a_candidate_in_order(given_: list[Any], labels: dict[str, str]) -> None:
    budgets = [selecting("PodDisruptionBudget", number, selector) for number, selector in enumerate(given_)]
    candidates = Selecting(budgets).candidates("shop", labels)
    matching = [b for b in budgets if selectors.matches(b.spec.get("selector"), labels)]
    assert [b for b in candidates if selectors.matches(b.spec.get("selector"), labels)] == matching
    assert Selecting(budgets).candidates("elsewhere", labels) == []


@given(st.lists(st.none() | LABELS, max_size=6), LABELS)
def test_a_service_that_asks_for_one_pod_of_a_set_is_a_candidate(given_: list[Any], labels: dict[str, str]) -> None:
    services = [selecting("Service", number, selector) for number, selector in enumerate(given_)]
    candidates = Selecting(services).candidates("shop", labels)
    for service in services:
        template = {key: value for key, value in (service.spec.get("selector") or {}).items() if key != POD_NAME}
        if service.spec.get("selector") and all(labels.get(key) == value for key, value in template.items()):
            assert service in candidates


def test_those_that_ask_for_another_label_are_not_tried() -> None:
    services = [selecting("Service", number, {"app": f"s{number}"}) for number in range(100)]
    assert Selecting(services).candidates("shop", {"app": "s7", "tier": "x"}) == [services[7]]
