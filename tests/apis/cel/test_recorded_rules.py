"""Rules of custom resources beside what Kubernetes said of the same (tests/golden/cel)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from seatrial.apis.cel import rules
from seatrial.apis.cel.cost import RESOURCE_LIMIT
from tests.manifests.recordings import GOLDEN, floor

NEWEST = (1, 37)
COMPILED = "rule compile error"


@cache
def rows() -> tuple[dict[str, Any], ...]:
    with gzip.open(GOLDEN / "cel/rules-1.36.jsonl.gz", "rt") as lines:
        return tuple(map(json.loads, lines))


@cache
def said(number: int) -> tuple[list[str], bool, int]:
    """Of a row: the errors, whether a rule was not run, and the cost."""
    row = rows()[number]
    validator = rules.validator_of(row["schema"], NEWEST, resource=row["resource"])
    assert validator is not None
    budget = row.get("budget", RESOURCE_LIMIT)
    found = validator.validate(row["object"], row.get("old"), "root", ratchet=row["ratchet"], budget=budget)
    return [str(violation) for violation in found.violations], bool(found.not_run), budget - found.left


def agrees(number: int) -> bool:
    """The same errors; what Kubernetes cannot compile is not run here."""
    found, not_run, _ = said(number)
    errors = rows()[number]["errors"]
    wanted = [error for error in errors if COMPILED not in error]
    if len(wanted) < len(errors):
        return not_run or found != []  # typed a little more loosely, it fails when it runs
    return not not_run and sorted(found) == sorted(wanted)


def test_rules_say_what_kubernetes_says() -> None:
    wrong = [number for number in range(len(rows())) if not agrees(number)]
    assert len(rows()) - len(wrong) >= floor("cel"), [rows()[number]["schema"].get(rules.RULES) for number in wrong]


def costs() -> Iterator[tuple[int, int]]:
    """What the rules cost that say nothing, here and there."""
    for number, row in enumerate(rows()):
        if not row["errors"] and agrees(number):
            yield said(number)[2], row["cost"]


def test_most_rules_cost_what_they_cost_there() -> None:
    found = list(costs())
    assert sum(here == there for here, there in found) >= 0.95 * len(found)


def test_no_cost_is_far_off() -> None:
    assert [(here, there) for here, there in costs() if not 0.7 * there - 3 <= here <= 1.3 * there + 3] == []
